"""The workbook to begin with: the columns, an example, and on a sheet of its own every code and what it means."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from insatsbas.catalogue.queries import Lists
from insatsbas.catalogue.rules import EndReason, Form, Level, Status
from insatsbas.core.i18n import gettext as _
from insatsbas.interchange.columns import OF_TABLES, Column
from insatsbas.interchange.rows import TERM_COLUMNS
from insatsbas.interchange.values import written_form

# Stands as the source of the example; a row with it is passed over, should somebody leave it there.
EXAMPLE = "EXEMPEL – ta bort raden"
_LAST_ROW = 1001
_WIDTH, _WIDE = 18, 40
_WIDE_ONES = (Column.TITLE, Column.SUMMARY, Column.DESCRIPTION, Column.LESSONS)


def is_example(cells: Mapping[str, Any]) -> bool:
    """Whether a row is the template's own example."""
    return cells.get(Column.SOURCE.value) == EXAMPLE


def workbook(lists: Lists, owners: Sequence[str]) -> bytes:
    """The template. `owners` are the names of the organisations that the one who fetches it writes for."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Insatser")
    sheet.append([column.value for column in OF_TABLES])
    example = _example(owners[0] if owners else "")
    sheet.append([example.get(column, "") for column in OF_TABLES])
    for number, column in enumerate(OF_TABLES, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE if column in _WIDE_ONES else _WIDTH
        sheet.cell(1, number).font = Font(bold=True)
        sheet.cell(2, number).font = Font(italic=True)
        sheet.cell(2, number).alignment = Alignment(wrap_text=True, vertical="top")
        if choices := _CHOICES.get(column):
            allowed = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
            sheet.add_data_validation(allowed)
            allowed.add(f"{letter}3:{letter}{_LAST_ROW}")
    sheet.freeze_panes = "A2"
    _codes(book.create_sheet(_("Koder")), lists, owners)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_CHOICES: Mapping[Column, Sequence[str]] = {
    Column.STATUS: [status.value for status in Status],
    Column.FORM: [written_form(form) for form in Form],
    Column.LEVEL_REQUIRED: [level.import_name for level in Level],
    Column.LEVEL_REACHED: [level.import_name for level in Level],
    Column.IS_EXAMPLE: ["ja", "nej"],
}


def _example(owner: str) -> Mapping[Column, str]:
    return {
        Column.SOURCE: EXAMPLE,
        Column.TITLE: _("Språkcafé på biblioteket"),
        Column.SUMMARY: _("Du övar på att prata svenska tillsammans med andra. Alla är välkomna, och vi bjuder på fika."),
        Column.NEEDS: "samtal",
        Column.OWNER: owner,
        Column.STATUS: Status.DRAFT.value,
        Column.DESCRIPTION: _("Vi ses en gång i veckan."),
        Column.GIVEN_IN: "Haninge|Tyresö",
        Column.WAY_IN: "sjalv",
        Column.HOURS: "2",
        Column.CONTACT: "sprakcafe@kommun.example",
        Column.START: "2027-02-01",
        Column.PLACES: "20",
        Column.IS_EXAMPLE: "nej",
    }


def _codes(sheet: Any, lists: Lists, owners: Sequence[str]) -> None:
    for line in _advice():
        sheet.append([line])
    sheet.append([])
    sheet.append([_("Kolumn"), _("Skriv så här"), _("Betyder")])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for column, code, label in _rows(lists, owners):
        sheet.append([column.value, code, label])
    for letter, width in (("A", 28), ("B", 34), ("C", 60)):
        sheet.column_dimensions[letter].width = width


def _advice() -> Iterable[str]:
    return (
        _("Fyll i bladet Insatser, en rad för varje insats. Det här bladet läses inte in."),
        _("Ta bort exempelraden. Glömmer du det hoppas den över."),
        _("Låt källa och id vara tomma för en ny insats. Ändra dem inte för en som redan finns."),
        _("De här måste finnas: titel, sammanfattning, behov, anordnare och status. Ett utkast får sakna sammanfattning och behov."),
        _("Flera värden i en cell skiljs åt med |, till exempel Haninge|Tyresö. Dagar skrivs som 2027-01-18."),
        _("Skriv inga personuppgifter om deltagaren. Det som ser ut som ett personnummer tas inte emot."),
    )


def _rows(lists: Lists, owners: Sequence[str]) -> Iterator[tuple[Column, str, str]]:
    yield from ((Column.STATUS, status.value, _(status.label)) for status in Status)
    yield from ((Column.OWNER, name, "") for name in owners)
    parents = {need.id: need.label for need in lists.needs}
    for need in lists.needs:
        if not need.retired:
            yield Column.NEEDS, need.code, f"{parents[need.parent_id]}: {need.label}" if need.parent_id else need.label
    for column, kind in TERM_COLUMNS.items():
        yield from ((column, term.code, term.label) for term in lists.terms_of(kind) if not term.retired)
    for column in (Column.GIVEN_IN, Column.OPEN_FOR):
        yield from ((column, m.name, m.code) for m in lists.municipalities)
    for column in (Column.LEVEL_REQUIRED, Column.LEVEL_REACHED):
        yield from ((column, level.import_name, _(level.label)) for level in Level)
    yield from ((Column.FORM, written_form(form), _(form.label)) for form in Form)
    yield from ((Column.END_REASON, reason.value, _(reason.label)) for reason in EndReason)
