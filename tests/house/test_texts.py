"""Every text that a person reads goes through gettext, from the first one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.needs import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Where Python makes texts for a page. Labels of a closed list stand with the list, and are translated where they are shown.
MODULES = sorted(
    {
        *(path for feature in ("accounts", "insight", "pages", "search") for path in (ROOT / "insatsbas" / feature).glob("*.py")),
        *(ROOT / "insatsbas" / "keeping").rglob("*.py"),
        ROOT / "insatsbas/interchange/views.py",
    }
)
TRANSLATE = {"_", "_l", "N_", "gettext", "ngettext"}
# A block for robots says nothing to people, and an attribute may be put together outside its tag.
_JINJA = re.compile(r"\{#.*?#\}|\{% block robots %\}.*?\{% endblock %\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE = re.compile(r"\b[\w-]+=\"\s*\"")
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"\b(?:aria-label|title|placeholder|alt|data-label|data-back|value)=\"([^\"]*)\"")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Texts that are not ours to translate.
_NOT_WORDS = re.compile(r"&\w+;|<!DOCTYPE html>", re.IGNORECASE)


def name_of(path: Path) -> str:
    """The path within the project."""
    return str(path.relative_to(ROOT))


def left_over(template: str) -> list[str]:
    """The words of a template that nobody translates: what is left when Jinja and the tags are gone."""
    plain = _NOT_WORDS.sub(" ", _JINJA.sub(" ", template))
    spoken = [word for value in _SPOKEN.findall(plain) for word in _WORD.findall(value)]
    return [*spoken, *_WORD.findall(_ATTRIBUTE.sub(" ", _TAG.sub(" ", plain)))]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_no_text_of_its_own(path: Path) -> None:
    words = left_over(path.read_text("utf-8"))
    assert not words, f'write {{{{ _("…") }}}} around: {words}'


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_translates_what_it_says(path: Path) -> None:
    found = list(untranslated(ast.parse(path.read_text("utf-8"))))
    assert not found, f'write _("…") around: {found}'


def untranslated(node: ast.AST) -> Iterator[str]:
    """The strings with Swedish letters that are in no call of gettext, and neither a docstring nor a message to the log."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and _called(child) in TRANSLATE:
            continue
        if isinstance(child, ast.Call) and _called(child) in {"compile", "exception", "error", "warning", "info", "Progress"}:
            continue
        if isinstance(child, ast.Raise) or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            # What goes wrong for a person at a terminal, and docstrings.
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and re.search("[åäöÅÄÖ”]", child.value) and " " in child.value:
            yield f"line {child.lineno}: {child.value[:60]}"
        yield from untranslated(child)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def test_the_script_has_no_text_of_its_own() -> None:
    """What it says stands in the page, translated."""
    for path in (ROOT / "insatsbas" / "static" / "js").glob("*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        texts = [text for text in re.findall(r"\"([^\"\n]*)\"|`([^`]*)`", code) if re.search("[åäöÅÄÖ]", "".join(text))]
        assert not texts, f"{path.name}: {texts}"


def test_the_heuristics_find_what_they_should() -> None:
    assert left_over("<p>Hej</p>") == ["Hej"]
    assert left_over('<a aria-label="Stäng"></a>') == ["Stäng"]
    assert left_over('<p class="a">{{ _("Hej") }} {# Hej #}{% if x %}…{% endif %}</p>') == []
    assert list(untranslated(ast.parse('x = "Går inte"')))
    assert not list(untranslated(ast.parse('x = _("Går inte")')))
