"""The pages of the words that search is made of, and of what was searched for."""

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from insatsbas.accounts.guard import access, current_viewer
from insatsbas.accounts.policy import Permission
from insatsbas.core import clock
from insatsbas.core.db import db, stop_writing
from insatsbas.core.errors import NotFoundError
from insatsbas.core.i18n import gettext as _
from insatsbas.core.text import N_
from insatsbas.keeping.desk.blueprint import Faults, blueprint, faults_of, refusal_of, sent
from insatsbas.keeping.desk.forms import WordLineForm
from insatsbas.search import counted_queries, wordlist_actions, wordlist_queries
from insatsbas.search.counted_rules import FEWEST_SHOWN
from insatsbas.search.query import clean
from insatsbas.search.wordlist_models import WordLine
from insatsbas.search.wordlist_preview import LARGEST, preview
from insatsbas.search.wordlist_rules import Change, fault
from insatsbas.search.wordlists import ListKind

# What each list is called, what a line of it says, and an example.
_TOLD: Mapping[ListKind, tuple[str, str, str]] = {
    ListKind.SYNONYMS: (
        N_("Synonymer"),
        N_(
            "Den som söker på det ena får också träffar på det andra. Skriv = mellan ord som betyder samma sak. "
            "Skriv -> när bara den som söker på det första också ska få träffar på det andra."
        ),
        N_("af = arbetsförmedlingen, eller jobb -> praktik | anställning"),
    ),
    ListKind.PARTS: (
        N_("Delar av ord"),
        N_(
            "Delar av sammansatta ord, så att språk också hittar språkcafé. "
            "Skriv delen, och efter kolon de former som den har inne i ett ord."
        ),
        N_("språk, eller hälsa: hälso"),
    ),
    ListKind.EXCEPTIONS: (
        N_("Undantag"),
        N_("Ord som sökningen annars böjer fel. Skriv grundformen, och efter kolon alla andra former."),
        N_("kurs: kursen kurser kurserna"),
    ),
    ListKind.STOPWORDS: (
        N_("Stoppord"),
        N_("Små ord som sökningen bortser från när det finns andra ord i frågan. Skriv ett eller flera på raden."),
        N_("och eller samt"),
    ),
}
_TIMES = (30, 365)
_MOST_SHOWN = 100
_PER_PAGE = 100


@blueprint.get("/samordna/ord")
@access(Permission.COORDINATE)
def words() -> str:
    """A list, or what of it contains a text."""
    kind, wanted = _kind(request.args.get("visa", ListKind.SYNONYMS.value)), clean(request.args.get("q", ""))
    rows = wordlist_queries.lines(current_viewer(), db.session, kind, containing=wanted)
    counts = wordlist_queries.counts(current_viewer(), db.session)
    lists = [(known.value, _(_TOLD[known][0]), counts[known]) for known in ListKind]
    in_force, removed = [row for row in rows if not row.removed], [row for row in rows if row.removed]
    last = max(1, -(-len(in_force) // _PER_PAGE))
    page = min(max(request.args.get("sida", 1, int), 1), last)
    shown = in_force[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    told = {"lists": lists, "q": wanted, "total": len(in_force), "rows": shown, "removed": removed, "page": page, "last": last}
    return render_template("keeping/desk/words.html", **told, **_told(kind))


@blueprint.route("/samordna/ord/<name>/ny", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def new_word(name: str) -> Response | str | tuple[str, int]:
    """Add a line to a list, having seen what it does."""
    kind, form = _kind(name), WordLineForm(sent(), data={"rad": clean(request.args.get("rad", ""))})
    return _take(kind, form, None)


@blueprint.route("/samordna/ord/<name>/<int:number>", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def word(name: str, number: int) -> Response | str | tuple[str, int]:
    """Change a line of a list, having seen what it does."""
    row = wordlist_queries.line(current_viewer(), db.session, _kind(name), number)
    return _take(row.kind, WordLineForm(sent(), data={"rad": row.line, "anteckning": row.note}), row)


@blueprint.route("/samordna/ord/<name>/<int:number>/galler", methods=["GET", "POST"])
@access(Permission.COORDINATE)
def word_in_force(name: str, number: int) -> Response | str | tuple[str, int]:
    """Take a line away, or put it back, having seen what that does."""
    viewer, kind = current_viewer(), _kind(name)
    row = wordlist_queries.line(viewer, db.session, kind, number)
    faults: Faults = ()
    if request.method == "POST":
        is_wanted = request.form.get("galler") == "ja"
        faults = refusal_of(lambda: (wordlist_actions.put_back if is_wanted else wordlist_actions.remove)(viewer, db.session, row))
        if not faults:
            flash(_said(kind, _("Raden är återställd.") if is_wanted else _("Raden är borttagen.")))
            db.session.commit()
            return redirect(url_for("desk.words", visa=kind.value), 303)
        row = wordlist_queries.line(viewer, db.session, kind, number)
    change = Change(kind, None, row.line) if row.removed else Change(kind, number, None)
    told = None if faults else preview(viewer, db.session, change, clock.today())
    page = render_template("keeping/desk/word_in_force.html", row=row, preview=told, largest=LARGEST, faults=faults, **_told(kind))
    return (page, 422) if faults else page


@blueprint.get("/samordna/sokt")
@access(Permission.COORDINATE)
def searched() -> str:
    """What was searched for most often, and what most often found nothing."""
    days = next((n for n in _TIMES if request.args.get("visa") == str(n)), _TIMES[0])
    viewer, since = current_viewer(), clock.today() - timedelta(days=days)
    common = counted_queries.commonest(viewer, db.session, since=since, limit=_MOST_SHOWN)
    without = counted_queries.without_hits(viewer, db.session, since=since, limit=_MOST_SHOWN)
    return render_template("keeping/desk/searched.html", times=_TIMES, days=days, common=common, without=without, fewest=FEWEST_SHOWN)


def _take(kind: ListKind, form: WordLineForm, row: WordLine | None) -> Response | str | tuple[str, int]:
    """The page of a line: shown, shown with what it would do, or done."""
    if request.method == "GET":
        return _page(kind, form, row)
    viewer, text, note = current_viewer(), form.rad.data or "", form.anteckning.data or ""
    if request.form.get("gor") == "visa":
        # To look takes a while, and writes nothing.
        stop_writing(db.session)
        change = Change(kind, row.id if row else None, text)
        faults = form.faults() if not form.validate() else _fault(change)
        if faults:
            return _page(kind, form, row, faults), 422
        return _page(kind, form, row, change=change)
    if row is None:
        faults = faults_of(form, lambda: wordlist_actions.add(viewer, db.session, kind, text, note))
    else:
        faults = faults_of(form, lambda: wordlist_actions.change(viewer, db.session, row, text, note))
    if faults:
        return _page(kind, form, row, faults), 422
    flash(_said(kind, _("Raden är sparad.")))
    db.session.commit()
    return redirect(url_for("desk.words", visa=kind.value), 303)


def _fault(change: Change) -> Faults:
    found = fault(wordlist_queries.in_force(db.session), change)
    return [] if found is None else [("rad", _(found.message, **found.values))]


def _page(kind: ListKind, form: WordLineForm, row: WordLine | None, faults: Faults = (), change: Change | None = None) -> str:
    told = preview(current_viewer(), db.session, change, clock.today()) if change else None
    return render_template("keeping/desk/word.html", form=form, row=row, faults=faults, preview=told, largest=LARGEST, **_told(kind))


def _told(kind: ListKind) -> dict[str, str]:
    heading, text, example = _TOLD[kind]
    return {"kind": kind.value, "heading": _(heading), "explained": _(text), "example": _(example)}


def _said(kind: ListKind, done: str) -> str:
    then = _("Sökindexet byggs om, och det syns i sökningen om en stund.") if kind.shapes_the_index else _("Det gäller i sökningen nu.")
    return f"{done} {then}"


def _kind(name: str) -> ListKind:
    try:
        return ListKind(name)
    except ValueError as error:
        raise NotFoundError(_("Listan finns inte.")) from error
