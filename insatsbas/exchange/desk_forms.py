"""The form in which the co-ordinator sets what may be traded."""

from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import gettext as _
from insatsbas.core.i18n import lazy_gettext as _l
from insatsbas.exchange.legal import Instead, Rules
from insatsbas.exchange.terms import LegalBasis
from insatsbas.organisations.rules import OrganisationKind

_TEXT_MAX = 400


class RulesForm(SwedishForm):
    """For each ground the kinds of organisations that it exists between; for each case without one, what is said instead."""

    @property
    def grounds(self) -> list[Any]:
        """The field of each ground."""
        return [self[_name(basis)] for basis in LegalBasis]

    @property
    def texts(self) -> list[Any]:
        """The field of each text."""
        return [self[_name(instead)] for instead in Instead]

    def rules(self) -> Rules:
        """The rules as they were sent."""
        typed = {instead: self[_name(instead)].data or "" for instead in Instead}
        return Rules(
            between={basis: frozenset(map(OrganisationKind, self[_name(basis)].data or ())) for basis in LegalBasis},
            # What is as it is by default follows it, should it be put better later.
            texts={instead: text for instead, text in typed.items() if text != _(instead.default)},
        )


def rules_form(sent: MultiDict[str, str] | None, now: Rules) -> RulesForm:
    """The form, filled in with how it is now where nothing was sent."""
    known: dict[str, Any] = {_name(basis): [kind.value for kind in now.between[basis]] for basis in LegalBasis}
    known |= {_name(instead): _(now.said(instead)) for instead in Instead}
    form: RulesForm = _fields()(sent, data=known)
    for ground in form.grounds:
        ground.choices = [(kind.value, _(kind.label)) for kind in OrganisationKind if kind is not OrganisationKind.UNKNOWN]
    return form


def _name(known: LegalBasis | Instead) -> str:
    return ("grund_" if isinstance(known, LegalBasis) else "text_") + known.value.replace("-", "_")


@cache
def _fields() -> type[RulesForm]:
    """The form with a field for each ground and each text: there are as many as the closed lists have."""
    shorter = _l("Skriv kortare: högst %(max)d tecken.")
    grounds = {_name(basis): SelectMultipleField(_l(basis.label)) for basis in LegalBasis}
    said = {
        _name(instead): TextAreaField(
            _l(instead.label), [InputRequired(_l("Skriv vad som ska stå.")), Length(max=_TEXT_MAX, message=shorter)]
        )
        for instead in Instead
    }
    return type("_RulesForm", (RulesForm,), {**grounds, **said})
