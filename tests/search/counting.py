"""Counting without the engine: what a filter means, said once more in plain SQL, and random searches to try it on."""

from collections.abc import Mapping
from datetime import date
from random import Random

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import Form, TermKind
from tests.search.pages import Pairs

TERMS = {"vem": "eligibility", "passar": "audience", "tid": "time", "sprak": "language", "stod": "support", "vag_in": "way_in"}
SWITCHES = ("lediga", "nar_som_helst", "platser_for_andra", "personal")
# What stands in `facets` of the API; on the page there is `pendla` too.
FACETS = ("behov", "ges_i", "oppen_for", "status", *TERMS, "form", "anordnare", "klarat", *SWITCHES)

_CONDITIONS = {
    "behov": """EXISTS (SELECT 1 FROM intervention_need x JOIN need n ON n.id = x.need_id LEFT JOIN need p ON p.id = n.parent_id
                WHERE x.intervention_id = i.id AND (n.code IN :behov OR p.code IN :behov))""",
    "ges_i": """(NOT EXISTS (SELECT 1 FROM intervention_given_in x WHERE x.intervention_id = i.id)
                OR EXISTS (SELECT 1 FROM intervention_given_in x WHERE x.intervention_id = i.id AND (x.municipality_code IN :ges_i OR
                (:pendla = 'ja' AND x.municipality_code IN (SELECT neighbour_code FROM commuting WHERE municipality_code IN :ges_i)))))""",
    "oppen_for": """(NOT EXISTS (SELECT 1 FROM intervention_open_for x WHERE x.intervention_id = i.id)
                OR EXISTS (SELECT 1 FROM intervention_open_for x WHERE x.intervention_id = i.id AND x.municipality_code IN :oppen_for))""",
    "status": "i.status IN :status",
    "form": "i.form IN :form",
    "anordnare": "(SELECT o.slug FROM organisation o WHERE o.id = i.owner_id) IN :anordnare",
    "klarat": "i.level_required <= :klarat",
    "lediga": """i.status = 'aktiv' AND EXISTS (SELECT 1 FROM occasion c WHERE c.intervention_id = i.id
                AND coalesce(c.apply_by, c.start, :today) >= :today AND c.places - c.taken_by_own - c.accepted > 0)""",
    "nar_som_helst": "i.rolling",
    # Reckoned from the offers themselves: what the catalogue keeps of them for the index may not differ.
    "platser_for_andra": """i.status = 'aktiv' AND EXISTS (SELECT 1 FROM occasion c JOIN offer f ON f.occasion_id = c.id
                WHERE c.intervention_id = i.id AND coalesce(c.apply_by, c.start, :today) >= :today AND coalesce(f.until, :today) >= :today
                AND f.status = 'oppet' AND f.offered > f.accepted + f.held
                AND NOT EXISTS (SELECT 1 FROM offer_for x WHERE x.offer_id = f.id))""",
    **{
        name: f"""EXISTS (SELECT 1 FROM intervention_term x JOIN term t ON t.id = x.term_id
                WHERE x.intervention_id = i.id AND t.kind = '{kind}' AND t.code IN :{name})"""
        for name, kind in TERMS.items()
    },
}
_SINGLE = {"klarat", *SWITCHES, "pendla"}


def chosen_of(pairs: Pairs) -> dict[str, list[str]]:
    """The filters of an address, by parameter; words, order and pages left out."""
    chosen: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in ("q", "sortera", "sida", "per_sida"):
            chosen.setdefault(name, []).append(value)
    return chosen


def sql_count(session: Session, pairs: Pairs, today: date) -> int:
    """How many public interventions pass the filters of an address, by a plain count."""
    chosen = chosen_of(pairs)
    statuses = chosen.pop("status", ["aktiv"])
    chosen["status"] = ["aktiv", "pausad", "avslutad"] if "alla" in statuses else statuses
    where = [_CONDITIONS[name] for name in chosen if name in _CONDITIONS]
    if "personal" not in chosen:
        where.append("NOT i.for_staff")
    query = text(f"SELECT count(*) FROM intervention i WHERE {' AND '.join(where)}")
    values: dict[str, object] = {}
    for name, given in chosen.items():
        if f":{name}" in query.text:
            values[name] = int(given[-1]) if name == "klarat" else given[-1] if name in _SINGLE else given
            if name not in _SINGLE:
                query = query.bindparams(bindparam(name, expanding=True))
    if ":pendla" in query.text:
        values["pendla"] = chosen.get("pendla", ["nej"])[-1]
    if ":today" in query.text:
        values["today"] = today.isoformat()
    found: int = session.execute(query, values).scalar_one()
    return found


def alone(pairs: Pairs, name: str, value: str) -> Pairs:
    """A search with one filter set to one value alone, all others as they are."""
    return [pair for pair in pairs if pair[0] not in (name, "sida")] + [(name, value)]


def values_of(lists: Lists) -> Mapping[str, list[str]]:
    """What each parameter may be set to."""
    codes = [m.code for m in lists.municipalities]
    return {
        "behov": [n.code for n in lists.needs],
        "ges_i": codes,
        "oppen_for": codes,
        "status": ["aktiv", "pausad", "avslutad", "alla"],
        "form": [form.value for form in Form],
        "anordnare": [o.slug for o in lists.organisations],
        "klarat": [str(level) for level in range(7)],
        **{name: [t.code for t in lists.terms_of(TermKind(kind))] for name, kind in TERMS.items()},
        **{name: ["ja"] for name in (*SWITCHES, "pendla")},
    }


WORDS = (
    "svenska",
    "kurs",
    "sfi",
    "äldrevård",
    "aldre vard",
    '"svenska för invandrare"',
    "språk -kväll",
    "barn familj stöd",
    "yrkessvenska buss",
    "hälsa",
    "xyzzy svenska",
    "xyzzy",
    "-svenska",
    "och",
    "stöd hjälp kommun",
    "tjänst service",
)


def random_search(random: Random, values: Mapping[str, list[str]], *, words: bool, most: int = 4) -> Pairs:
    """A search by chance: some filters, each with some values."""
    names = random.sample(sorted(values), random.choice([0, 1, 1, 2, 2, 3, most]))
    pairs: Pairs = [("q", random.choice(WORDS))] if words and random.random() < 0.75 else []
    for name in names:
        if not values[name]:
            continue
        how_many = 1 if name in _SINGLE else min(len(values[name]), random.choice([1, 1, 2, 3]))
        pairs += [(name, value) for value in random.sample(values[name], how_many)]
    if random.random() < 0.3:
        pairs.append(("ges_i", random.choice(values["ges_i"])))
        pairs.append(("pendla", "ja"))
    return list(dict.fromkeys(pairs))
