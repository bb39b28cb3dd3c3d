"""The shape of what readers tell, and of the answers."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from insatsbas.catalogue.queries import Lists
from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.keeping.reports.rules import ANSWER_MAX, MISSING_MAX, TEXT_MAX, FaultReason

SHOW, KEEP_HIDDEN = "visa", "dold"
_TOO_LONG = _l("Skriv kortare: högst %(max)d tecken.")


class FaultForm(SwedishForm):
    """What is wrong with an entry."""

    skal = RadioField(_l("Vad är fel?"), [InputRequired(_l("Välj vad som är fel"))])
    text = TextAreaField(_l("Berätta mer"), [Length(max=TEXT_MAX, message=_TOO_LONG)])


class QuestionForm(SwedishForm):
    """A question to the owner."""

    text = TextAreaField(_l("Din fråga"), [InputRequired(_l("Skriv din fråga")), Length(max=TEXT_MAX, message=_TOO_LONG)])


class MissingForm(SwedishForm):
    """What somebody looked for and did not find."""

    behov = SelectField(_l("Vilket behov?"), validate_choice=True)
    kommun = SelectField(_l("I vilken kommun?"), validate_choice=True)
    text = StringField(_l("Vad saknas?"), [InputRequired(_l("Skriv vad som saknas")), Length(max=MISSING_MAX, message=_TOO_LONG)])


class AnswerForm(SwedishForm):
    """The answer that closes a report."""

    text = TextAreaField(_l("Svar"), [InputRequired(_l("Skriv ett svar")), Length(max=ANSWER_MAX, message=_TOO_LONG)])


class HiddenAnswerForm(AnswerForm):
    """The answer that closes a report of personal data in an entry that is hidden: is it to be shown again?"""

    visning = RadioField(_l("Vad ska hända med insatsen?"), [InputRequired(_l("Välj om insatsen ska visas igen"))])


def fault_form(sent: MultiDict[str, str]) -> FaultForm:
    """The form of a fault, with the reasons in words; what is most pressing first."""
    form = FaultForm(sent)
    ordered = sorted(FaultReason, key=lambda reason: reason is not FaultReason.PERSONAL_DATA)
    form.skal.choices = [(reason.value, _(reason.label)) for reason in ordered]
    return form


def answer_form(sent: MultiDict[str, str], *, is_hidden: bool) -> AnswerForm:
    """The form of an answer; of a report that hid an entry it also asks what is to become of that."""
    if not is_hidden:
        return AnswerForm(sent)
    form = HiddenAnswerForm(sent)
    form.visning.choices = [
        (SHOW, _("Visa den igen. Uppgifterna är borta, eller fanns aldrig")),
        (KEEP_HIDDEN, _("Låt den vara dold. Vi behöver ändra den först")),
    ]
    return form


def missing_form(sent: MultiDict[str, str], lists: Lists, *, need: str = "", municipality: str = "", text: str = "") -> MissingForm:
    """The form of what is missing, with what the search was about already filled in."""
    form = MissingForm(sent, data={"behov": need, "kommun": municipality, "text": text[:MISSING_MAX]})
    needs: Sequence[tuple[str, str]] = [
        (n.code, n.label if n.parent_id is None else f"– {n.label}") for n in lists.needs if not n.retired and (n.is_tile or n.parent_id)
    ]
    form.behov.choices = [("", _("Inget av dem")), *needs]
    form.kommun.choices = [("", _("Spelar ingen roll")), *((m.code, m.name) for m in lists.municipalities)]
    return form
