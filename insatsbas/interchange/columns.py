"""The import format's columns, in the order in which they are written. `docs/format.md` tells what each holds."""

from enum import StrEnum


class Column(StrEnum):
    """A column of a file, by its heading."""

    SOURCE = "källa"
    ID = "id"
    TITLE = "titel"
    SUMMARY = "sammanfattning"
    NEEDS = "behov"
    OWNER = "anordnare"
    STATUS = "status"
    DESCRIPTION = "beskrivning"
    PREREQUISITES = "förkunskaper"
    LESSONS = "lärdomar"
    END_REASON = "avslutsorsak"
    LAST_KNOWN = "senast känd"
    GIVEN_IN = "ges i"
    OPEN_FOR = "öppen för"
    ELIGIBILITY = "vem får delta"
    AUDIENCE = "passar för"
    LEVEL_REQUIRED = "språknivå"
    LEVEL_REACHED = "leder till"
    FORM = "form"
    TIME = "tid"
    HOURS = "timmar per vecka"
    LENGTH = "längd"
    LANGUAGE = "språk"
    SUPPORT = "stöd"
    WAY_IN = "så får man en plats"
    COST = "kostnad för deltagaren"
    PRICE = "pris per plats"
    LINKS = "länk"
    CONTACT = "kontakt"
    START = "start"
    END = "slut"
    APPLY_BY = "anmäl senast"
    PLACES = "platser"
    LEFT = "lediga platser"
    VERIFIED = "bekräftad"
    IS_EXAMPLE = "exempel"
    # Of JSON only, which carries every occasion and what else has no column.
    ROLLING = "när som helst"
    OCCASIONS = "tillfällen"
    PAUSE_REASON = "pausorsak"
    KNOWS_MORE = "vet mer"
    OUTCOMES = "resultat"
    FORERUNNER = "föregångare"
    TEMPLATE = "förlaga"


class OccasionKey(StrEnum):
    """What is told of an occasion: the first five are columns too, the rest JSON's."""

    START = "start"
    END = "slut"
    APPLY_BY = "anmäl senast"
    PLACES = "platser"
    LEFT = "lediga platser"
    PLACE = "plats"
    ADDRESS = "adress"
    ON_REQUEST = "adress vid kontakt"


class OutcomeKey(StrEnum):
    """What is told of a result in numbers. No number means fewer than five."""

    LABEL = "vad"
    COUNT = "antal"


class ReferenceKey(StrEnum):
    """How another entry is named."""

    SOURCE = "källa"
    ID = "id"


NEEDED = (Column.SOURCE, Column.ID, Column.TITLE, Column.SUMMARY, Column.NEEDS, Column.OWNER, Column.STATUS)
# What a draft may do without, as on the page where it is written.
NOT_OF_DRAFTS = (Column.SUMMARY, Column.NEEDS)
OF_THE_NEXT = (Column.START, Column.END, Column.APPLY_BY, Column.PLACES, Column.LEFT)
REFERENCES = (Column.FORERUNNER, Column.TEMPLATE)
JSON_ONLY = (Column.ROLLING, Column.OCCASIONS, Column.PAUSE_REASON, Column.KNOWS_MORE, Column.OUTCOMES, *REFERENCES)
# What a table (CSV, .xlsx) and what an object (JSON) has when we write; we read the columns of the next occasion from JSON too.
OF_TABLES = tuple(column for column in Column if column not in JSON_ONLY)
OF_OBJECTS = tuple(column for column in Column if column not in OF_THE_NEXT)

# What a cell of a spreadsheet holds.
LONGEST_TEXT = 32_767
CSV_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
