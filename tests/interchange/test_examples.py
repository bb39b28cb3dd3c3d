"""The examples of the demo catalogue read like the real thing: what each must be, what they are together, and that none copies another."""

import json
import re
import tomllib
from collections import Counter
from itertools import combinations
from typing import Any, TypeAlias

import pytest

from insatsbas.catalogue.rules import EndReason, Level, TermKind
from insatsbas.core import paths
from insatsbas.interchange.columns import Column, OccasionKey

Entry: TypeAlias = dict[str, Any]
DATA = paths.PACKAGE / "data"
EXAMPLES: list[Entry] = json.loads((DATA / "examples.json").read_text("utf-8"))
HISTORICAL: list[Entry] = json.loads((DATA / "historical.json").read_text("utf-8"))
LISTS = tomllib.loads((DATA / "lists.toml").read_text("utf-8"))
REGION = tomllib.loads((DATA / "sodertorn.toml").read_text("utf-8"))
ACTIVE = [entry for entry in EXAMPLES if entry[Column.STATUS] == "aktiv"]
BANK = [entry for entry in EXAMPLES if entry[Column.STATUS] != "aktiv"]
STAFF = {part["code"] for need in LISTS["need"] if need.get("for_staff") for part in need.get("part", [])}
TERM_COLUMNS = {
    TermKind.ELIGIBILITY: Column.ELIGIBILITY,
    TermKind.AUDIENCE: Column.AUDIENCE,
    TermKind.WAY_IN: Column.WAY_IN,
    TermKind.SUPPORT: Column.SUPPORT,
    TermKind.TIME: Column.TIME,
    TermKind.LANGUAGE: Column.LANGUAGE,
}
# The desk's own word is participant. A quotation, ”…”, may speak to one.
TO_ONE = re.compile(r"\b(?:du|dig|din|ditt|dina|ni|er|ert|era)\b", re.IGNORECASE)
QUOTED = re.compile(r"”[^”]*”")
NEVER = re.compile(r"\b(?:klient|brukare|invandrare)\w*", re.IGNORECASE)
WAS = re.compile(r"\b(?:fick|kunde|lärde|arbetade|träffade|hade|var)\b")
HOURS = re.compile(r"telefontid|svarar dygnet runt|öppen alla dagar|svarar (?:mån|tis|ons|tors|fre|lör)|chatt alla dagar")
# Numbers that the Post and Telecom Authority keeps for books and films.
PHONE = re.compile(r"08-465 004 \d\d\b")
CONTACT_MAX = 200
# How much two texts may have in common: a phrase such as "två kvällar i veckan", and the small words of any Swedish.
GRAM, SHARED_GRAMS, SHARED_WORDS = 4, 0.05, 0.30

each = pytest.mark.parametrize("entry", EXAMPLES, ids=lambda entry: entry["id"])
each_inactive = pytest.mark.parametrize("entry", BANK, ids=lambda entry: entry["id"])


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return re.findall(r"[^\W_]+", text.lower())


def grams(text: str) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    found = words(text)
    return {tuple(found[at : at + GRAM]) for at in range(len(found) - GRAM + 1)}


def used(column: Column, entries: list[Entry]) -> Counter[str]:
    """How often each value of a column of lists is used."""
    return Counter(value for entry in entries for value in entry.get(column, []))


# Each of them


@each
def test_it_is_told_in_good_length(entry: Entry) -> None:
    assert 60 <= len(words(entry[Column.DESCRIPTION])) <= 180
    assert 12 <= len(words(entry[Column.SUMMARY])) <= 40
    longest = max(len(words(sentence)) for sentence in re.split(r"[.?!:;]\s", entry[Column.DESCRIPTION]))
    assert longest <= 40, "a sentence that nobody reads to its end"


@each
def test_it_is_marked_as_an_example_and_reaches_nobody(entry: Entry) -> None:
    assert (entry[Column.SOURCE], entry[Column.IS_EXAMPLE]) == ("exempel", "ja")
    mails = re.findall(r"[\w.+-]+@([\w.-]+)", entry[Column.CONTACT])
    assert mails
    assert all(host.endswith(".example") for host in mails)
    numbers = re.findall(r"\d{2,}-[\d ]{5,}\d", entry[Column.CONTACT])
    assert all(PHONE.match(number) for number in numbers), "a number that somebody may have"
    assert all(re.match(r"https://[\w.-]+\.example(?:/|$)", link) for link in entry.get(Column.LINKS, "").split())
    assert len(entry[Column.CONTACT]) <= CONTACT_MAX


@each
def test_the_summary_speaks_to_the_participant_and_the_rest_of_them(entry: Entry) -> None:
    assert TO_ONE.search(entry[Column.SUMMARY])
    found = TO_ONE.search(QUOTED.sub("", entry[Column.DESCRIPTION]))
    assert found is None, f"the description says “{found and found.group()}”"
    everything = " ".join(str(entry.get(column, "")) for column in (Column.TITLE, Column.SUMMARY, Column.DESCRIPTION, Column.LESSONS))
    assert not NEVER.search(everything), NEVER.search(everything)


@each
def test_it_can_be_acted_upon(entry: Entry) -> None:
    assert entry[Column.WAY_IN]
    assert entry[Column.TIME]
    assert set(entry[Column.NEEDS]) <= STAFF or Column.ELIGIBILITY in entry
    assert set(entry[Column.NEEDS]) <= STAFF or Column.LEVEL_REQUIRED in entry
    occasions = entry.get(Column.OCCASIONS, [])
    for one in occasions:
        if OccasionKey.LEFT in one:
            assert 0 <= one[OccasionKey.LEFT] <= one[OccasionKey.PLACES]
        if OccasionKey.START in one and OccasionKey.APPLY_BY in one:
            assert one[OccasionKey.APPLY_BY] <= one[OccasionKey.START]
    if entry in ACTIVE:
        rolling = entry.get(Column.ROLLING) == "ja"
        assert rolling or any(one.get(OccasionKey.START, -1) >= 0 for one in occasions) or set(entry[Column.NEEDS]) <= STAFF
    else:
        assert not occasions, "nobody can start"


@each
def test_an_address_of_protection_is_given_on_contact_alone(entry: Entry) -> None:
    sheltered = {part["code"] for need in LISTS["need"] for part in need.get("part", []) if part.get("sheltered")}
    if sheltered & set(entry[Column.NEEDS]):
        assert Column.GIVEN_IN not in entry
        for one in entry.get(Column.OCCASIONS, []):
            assert not {OccasionKey.PLACE, OccasionKey.ADDRESS} & one.keys()
            assert one[OccasionKey.ON_REQUEST] == "ja"


@each_inactive
def test_what_is_not_given_tells_why_what_worked_and_what_to_do_otherwise(entry: Entry) -> None:
    lessons = entry[Column.LESSONS].split("\n\n")
    assert len(lessons) >= 3
    assert all(len(words(lesson)) >= 5 for lesson in lessons)
    assert len(words(entry[Column.LESSONS])) >= 40
    assert isinstance(entry[Column.LAST_KNOWN], int)
    if entry[Column.STATUS] == "avslutad":
        assert entry[Column.END_REASON] not in ("", EndReason.UNKNOWN)
        assert WAS.search(entry[Column.SUMMARY]), "what is over is told as what was"


def test_what_is_given_has_no_lessons_and_no_end() -> None:
    assert not [entry["id"] for entry in ACTIVE if {Column.LESSONS, Column.END_REASON, Column.LAST_KNOWN} & entry.keys()]


# All of them


def test_how_many_there_are() -> None:
    assert len(EXAMPLES) >= 100
    assert len({entry["id"] for entry in EXAMPLES}) == len({entry[Column.TITLE] for entry in EXAMPLES}) == len(EXAMPLES)
    assert 0.17 <= len(BANK) / len(EXAMPLES) <= 0.23, "a fifth is paused or ended"
    assert {entry[Column.STATUS] for entry in BANK} == {"pausad", "avslutad"}


def test_no_two_are_alike() -> None:
    told = [(entry["id"], grams(entry[Column.DESCRIPTION]), set(words(entry[Column.DESCRIPTION]))) for entry in EXAMPLES]
    alike = [
        (a, b)
        for (a, a_grams, a_words), (b, b_grams, b_words) in combinations(told, 2)
        if len(a_grams & b_grams) > SHARED_GRAMS * min(len(a_grams), len(b_grams))
        or len(a_words & b_words) > SHARED_WORDS * len(a_words | b_words)
    ]
    assert not alike
    openings = Counter(" ".join(words(entry[Column.DESCRIPTION])[:3]) for entry in EXAMPLES)
    assert openings.most_common(1)[0][1] <= 2, openings.most_common(3)


def test_copies_would_be_found() -> None:
    text = EXAMPLES[0][Column.DESCRIPTION]
    assert len(grams(text) & grams(text.replace("svenska", "engelska"))) > SHARED_GRAMS * len(grams(text))


def test_every_need_is_answered() -> None:
    parts = {part["code"] for need in LISTS["need"] for part in need.get("part", [])}
    assert used(Column.NEEDS, EXAMPLES).keys() == parts
    active = used(Column.NEEDS, ACTIVE)
    assert not [code for code in parts - STAFF if active[code] < 2], "a case officer has one to choose from, or none"
    assert not [code for code in STAFF if not active[code]]


def test_every_term_of_every_list_is_used() -> None:
    for kind, column in TERM_COLUMNS.items():
        codes = {term["code"] for term in LISTS["term"] if term["kind"] == kind}
        assert used(column, EXAMPLES).keys() == codes, kind


def test_every_level_is_asked_for_and_led_to() -> None:
    assert {entry[Column.LEVEL_REQUIRED] for entry in ACTIVE if Column.LEVEL_REQUIRED in entry} == {level.import_name for level in Level}
    reached = {entry[Column.LEVEL_REACHED] for entry in ACTIVE if Column.LEVEL_REACHED in entry}
    assert reached == {level.import_name for level in Level if level}


def test_a_course_leads_further_than_it_begins() -> None:
    order = [level.import_name for level in Level]
    steps = [
        (entry["id"], entry.get(Column.LEVEL_REQUIRED), entry[Column.LEVEL_REACHED]) for entry in EXAMPLES if Column.LEVEL_REACHED in entry
    ]
    assert not [step for step in steps if step[1] is not None and order.index(step[1]) >= order.index(step[2])]


def test_every_reason_to_end_but_the_unknown_is_told() -> None:
    told = {entry[Column.END_REASON] for entry in BANK if Column.END_REASON in entry}
    assert told == {reason.value for reason in EndReason} - {EndReason.UNKNOWN.value}


def test_every_municipality_and_every_kind_of_organiser_has_some() -> None:
    members = {m["code"]: m["name"] for m in REGION["municipality"] if m.get("member")}
    given, owners = used(Column.GIVEN_IN, ACTIVE), Counter(entry[Column.OWNER] for entry in ACTIVE)
    assert len(members) == 10
    assert not [name for code, name in members.items() if given[code] < 4 or owners[f"{name} kommun"] < 3]
    kinds = {organisation["name"]: organisation["kind"] for organisation in REGION["organisation"]}
    assert {kinds[owner] for owner in owners} >= {
        *("kommun", "myndighet", "region", "forening", "folkhogskola", "trossamfund", "samordningsforbund", "foretag"),
    }


def test_places_are_as_they_would_be() -> None:
    def left(entry: Entry) -> list[int]:
        coming = [one for one in entry.get(Column.OCCASIONS, []) if one.get(OccasionKey.START, 0) >= 0]
        return [one[OccasionKey.LEFT] for one in coming if OccasionKey.LEFT in one]

    full = [entry for entry in ACTIVE if left(entry) and not any(left(entry))]
    some = [entry for entry in ACTIVE if any(left(entry))]
    rolling = [entry for entry in ACTIVE if entry.get(Column.ROLLING) == "ja"]
    own_only = [entry for entry in ACTIVE if len(entry.get(Column.OPEN_FOR, [])) == 1]
    many = [entry for entry in ACTIVE if len(entry.get(Column.OPEN_FOR, [])) > 1]
    assert len(full) >= 3
    assert len(some) >= 30
    assert len(rolling) >= 25
    assert len(own_only) >= 8
    assert len(many) >= 20
    assert len({entry.get(Column.COST) for entry in ACTIVE}) >= 6, "most cost nothing, and some do"
    assert {entry[Column.FORM] for entry in ACTIVE} == {"på plats", "på distans", "delvis på distans"}


def test_many_tell_when_one_can_ring() -> None:
    reachable = [entry for entry in ACTIVE if PHONE.search(entry[Column.CONTACT])]
    with_hours = [entry[Column.CONTACT] for entry in reachable if HOURS.search(entry[Column.CONTACT])]
    assert len(with_hours) >= len(reachable) / 3
    numbers = Counter(number for entry in EXAMPLES for number in PHONE.findall(entry[Column.CONTACT]))
    assert not [number for number, times in numbers.items() if times > 1], "two organisers with one telephone"


def test_the_first_reading_task_has_its_answer() -> None:
    """An evening course in Swedish for health care, near Haninge, with places left, for one who has passed sfi B."""
    near = {"0136", *next(m["neighbours"] for m in REGION["municipality"] if m["code"] == "0136")}
    order = [level.import_name for level in Level]
    fitting = [
        entry
        for entry in ACTIVE
        if "yrkessvenska" in entry[Column.NEEDS]
        and "vård" in entry[Column.TITLE].lower()
        and "kvallstid" in entry[Column.TIME]
        and near & set(entry[Column.GIVEN_IN])
        and order.index(entry[Column.LEVEL_REQUIRED]) <= order.index("sfi B")
    ]
    free = [e for e in fitting if any(one.get(OccasionKey.LEFT) and one[OccasionKey.APPLY_BY] > 0 for one in e[Column.OCCASIONS])]
    assert len(fitting) == 2, "one with places, and one that is full"
    assert [entry["id"] for entry in free] == ["ex-yrkessvenska-vard-kvall-haninge"]


def test_what_the_reports_name_is_no_example() -> None:
    assert not [entry["id"] for entry in HISTORICAL if entry.get(Column.IS_EXAMPLE) == "ja"]
    assert all(entry[Column.STATUS] == "avslutad" for entry in HISTORICAL)
