"""What holds for every form, whatever it asks."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from insatsbas.core.forms import SwedishForm


class Asked(SwedishForm):
    """A form that asks for some things and not for others."""

    name = StringField("Namn", [InputRequired("Skriv namnet")])
    text = TextAreaField("Text", [InputRequired("Skriv texten")])
    word = PasswordField("Lösenord", [InputRequired("Skriv lösenordet")])
    more = StringField("Mer", [Optional()])


@pytest.mark.parametrize("nothing", ["", " ", "\n\t ", "\u00a0"])
def test_spaces_are_nothing_where_something_is_asked_for(nothing: str) -> None:
    form = Asked(MultiDict({"name": nothing, "text": nothing, "word": "hemligt", "more": nothing}))
    assert not form.validate()
    assert form.faults() == [("name", "Skriv namnet"), ("text", "Skriv texten")]


def test_what_is_typed_is_stripped_and_a_password_is_not() -> None:
    form = Asked(MultiDict({"name": " Åsa ", "text": "ett\n två ", "word": " hemligt "}))
    assert form.validate()
    assert (form.name.data, form.text.data, form.word.data) == ("Åsa", "ett\n två", " hemligt ")
