/* Makes filtering live, and a few things easier. Every page works without it.

   On the search page a changed filter or sorting fetches the same address that the form would have sent, and takes the parts
   marked `data-live` and the counts from the page that comes back. What is typed in the box waits for Enter or the button.
   If anything fails, the browser goes to the address in the ordinary way. */
"use strict";

document.documentElement.classList.add("ib-js");

const form = document.getElementById("sok");
if (form) liveSearch(form);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Who came from a list of hits goes back to that list, not to an empty search.
for (const link of document.querySelectorAll("[data-back]")) {
  const from = document.referrer;
  if (from.startsWith(link.href + "?")) {
    link.href = from;
    link.textContent = link.dataset.back;
  }
}

// What is to be put right is read first. An address with a place in it would otherwise take the focus there.
const faults = document.querySelector("[data-error-summary]");
if (faults) faults.focus();

const own = document.querySelector("[data-own]");
if (own) rememberMunicipality(own);

const leave = document.querySelector("[data-leave]");
if (leave) leaveQuickly(leave);

// My municipality is kept by the browser and told to nobody: every link is on the page already, and one of them is shown.
function rememberMunicipality(own) {
  const key = "insatsbas.min-kommun";
  const select = own.querySelector("select");
  const pick = own.querySelector("[data-own-pick]");
  const chosen = own.querySelector("[data-own-chosen]");

  function show(name, isPicking) {
    let link = null;
    for (const item of own.querySelectorAll("[data-own-name]")) {
      item.hidden = item.dataset.ownName !== name;
      if (!item.hidden) link = item.querySelector("a");
    }
    select.value = link ? name : "";
    chosen.hidden = !link || isPicking;
    pick.hidden = !chosen.hidden;
    return chosen.hidden ? select : link;
  }

  let kept = "";
  try {
    kept = localStorage.getItem(key) || "";
  } catch {
    return; // A browser that keeps nothing is offered nothing.
  }
  show(kept);
  own.hidden = false;
  own.querySelector("[data-own-keep]").addEventListener("click", () => {
    kept = select.value;
    try {
      if (kept) localStorage.setItem(key, kept);
      else localStorage.removeItem(key);
    } catch {
      // Full: shown now, forgotten later.
    }
    show(kept).focus();
  });
  own.querySelector("[data-own-change]").addEventListener("click", () => show(kept, true).focus());
}

// Leaves nothing of the page to come back to, nor to see while the other one is fetched.
function leaveQuickly(link) {
  let presses = [];
  function go(event) {
    event.preventDefault();
    document.title = "SMHI";
    document.body.hidden = true;
    location.replace(link.href);
  }
  link.addEventListener("click", go);
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    presses = event.key === "Escape" ? [...presses, event.timeStamp].filter((at) => event.timeStamp - at < 3000) : [];
    if (presses.length === 3) go(event);
  });
  document.querySelector("[data-leave-how]").hidden = false;
}

function liveSearch(form) {
  const box = document.getElementById("q");
  const results = document.getElementById("resultat");
  let fetching = new AbortController();
  let shown = location.pathname + location.search;

  // Either the new heading is said while the focus stays on what was changed, or the focus goes to it.
  const heading = document.getElementById("rubrik");
  const said = document.getElementById("besked");
  const announce = () => (said.textContent = heading.textContent);
  const toHeading = () => heading.focus();

  function addressOf(query) {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const sent = name === "q" ? query : value;
      if (sent) asked.append(name, sent);
    }
    const search = asked.toString();
    return form.getAttribute("action") + (search && "?" + search);
  }

  async function show(address, { push = true, then = announce } = {}) {
    fetching.abort();
    const mine = (fetching = new AbortController());
    results.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(response.status);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!page.getElementById("resultat")) throw new Error("not a search page");
      if (push) history.pushState(null, "", address);
      shown = location.pathname + location.search;
      take(page);
      then();
      results.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  function take(page) {
    document.title = page.title;
    said.textContent = "";
    for (const fresh of page.querySelectorAll("[data-live]")) {
      document.getElementById(fresh.id).replaceChildren(...fresh.childNodes);
    }
    const query = page.getElementById("q").defaultValue;
    if (box.value === box.defaultValue) box.value = query;
    box.defaultValue = query;
    const order = page.getElementById("sortera");
    if (order) document.getElementById("sortera").value = order.value;
    takeFilters(page);
  }

  function takeFilters(page) {
    const here = document.getElementById("filter");
    const fresh = page.getElementById("filter");
    const inputs = [...here.querySelectorAll("input")];
    const freshInputs = [...fresh.querySelectorAll("input")];
    const isSame = (input, n) => input.name === freshInputs[n].name && input.value === freshInputs[n].value;
    if (inputs.length !== freshInputs.length || !inputs.every(isSame)) {
      const focused = document.activeElement;
      here.replaceChildren(...fresh.childNodes);
      [...here.querySelectorAll("input")].find((input) => input.name === focused.name && input.value === focused.value)?.focus();
      return;
    }
    inputs.forEach((input, n) => (input.checked = freshInputs[n].checked));
    const counts = fresh.querySelectorAll("[data-count]");
    here.querySelectorAll("[data-count]").forEach((count, n) => {
      count.replaceChildren(...counts[n].childNodes);
    });
    const muted = fresh.querySelectorAll("[data-option]");
    here.querySelectorAll("[data-option]").forEach((option, n) => {
      option.className = muted[n].className;
    });
  }


  document.addEventListener("change", (event) => {
    if (event.target.form === form && event.target !== box) show(addressOf(box.defaultValue));
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.defaultValue = box.value;
    document.getElementById("filtrera").open = false;
    show(addressOf(box.value), { then: toHeading });
  });

  document.getElementById("valda").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link.href, { then: toHeading });
  });

  addEventListener("popstate", () => {
    if (location.pathname + location.search === shown) return;
    box.value = box.defaultValue;
    show(location.href, { push: false });
  });
}
