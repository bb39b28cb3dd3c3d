"""The commands `insatsbas user …`, and the example people of the demo."""

import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from insatsbas.accounts.examples import EXAMPLES
from insatsbas.cli import main
from tests.cli.test_commands import count, database, done, refused
from tests.conftest import open_app, settings_in
from tests.support.people import GOOD, as_guest, enter, signed_in

ADD = ("user", "add", "anna@huddinge.example", "--role", "redaktor", "--organisation", "Huddinge kommun")


@pytest.fixture
def folder(bare_template: Path, tmp_path: Path) -> Path:
    """A data folder with lists and region."""
    return Path(shutil.copytree(bare_template, tmp_path / "data"))


def with_input(folder: Path, *words: str, typed: str) -> Result:
    """Run a command that is given something on standard in."""
    return CliRunner().invoke(main, words, prog_name="insatsbas", env={"INSATSBAS_DATA_DIR": str(folder)}, input=typed)


def may_enter(folder: Path, email: str, password: str, **settings: str) -> bool:
    """Whether one can sign in on the page."""
    with open_app(settings_in(folder, **settings)) as app:
        return enter(as_guest(app), email, password).status_code == 303


def test_a_password_on_standard_in(folder: Path) -> None:
    assert with_input(folder, *ADD, "--password-stdin", typed=f"{GOOD}\n").exit_code == 0
    assert may_enter(folder, "anna@huddinge.example", GOOD)
    assert not may_enter(folder, "anna@huddinge.example", GOOD + "\n")
    assert count(folder, "letter") == 0
    listed = done(folder, "user", "list")
    assert listed.split("\t")[0] == "anna@huddinge.example"
    assert "Redaktör (Huddinge kommun)" in listed
    assert "kan logga in" in listed
    done(folder, "user", "disable", "Anna@Huddinge.example")
    assert not may_enter(folder, "anna@huddinge.example", GOOD)
    assert "avstängt" in done(folder, "user", "list")


def test_a_letter_otherwise(folder: Path) -> None:
    said = done(folder, *ADD, "--role", "samordnare", "--name", "Anna")
    (link,) = re.findall(r"http://127\.0\.0\.1:8000(/valj-losenord/\S+)", said)
    with database(folder) as connection:
        to, body, is_secret = connection.execute("SELECT recipient, body, is_secret FROM letter").fetchone()
    assert (to, is_secret) == ("anna@huddinge.example", 1)
    assert link in body
    assert "inbjuden" in done(folder, "user", "list")
    with open_app(settings_in(folder)) as app:
        assert as_guest(app).post(link, data={"losenord": GOOD, "igen": GOOD}).status_code == 303
    assert may_enter(folder, "anna@huddinge.example", GOOD)


def test_the_link_leads_to_where_people_reach_us(folder: Path) -> None:
    said = done(folder, *ADD, PUBLIC_URL="https://insatsbas.example", SECRET_KEY="k" * 32)
    assert "https://insatsbas.example/valj-losenord/" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "anna@huddinge.example"), "--role"),
        (("user", "add", "anna@huddinge.example", "--role", "redaktor"), "--organisation"),
        ((*ADD[:5], "--organisation", "Atlantis"), "Atlantis finns inte"),
        (("user", "add", "anna", "--role", "gast"), "Skriv en e-postadress"),
        (("user", "add", "a@b.example\nBcc: x@y.example", "--role", "gast"), "Skriv en e-postadress"),
        (("user", "disable", "ingen@huddinge.example"), "inget konto"),
    ],
)
def test_complaints(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert said in "\n".join(refused(folder, *words))
    assert count(folder, "person") == 0


def test_a_weak_password_and_a_taken_address_are_refused(folder: Path) -> None:
    for weak in ("", "kort", "lösenord1234", "anna@huddinge.example"):
        result = with_input(folder, *ADD, "--password-stdin", typed=weak)
        assert result.exit_code == 1
        assert "Lösenordet" in result.stderr
    done(folder, *ADD)
    assert "redan" in refused(folder, *ADD)[0]


def test_a_role_that_is_none_is_told_of(folder: Path) -> None:
    result = with_input(folder, "user", "add", "a@b.example", "--role", "kock", typed="")
    assert result.exit_code == 2
    assert "beslutsfattare" in result.stderr


# The demo


def test_the_demo_tells_one_sign_in_for_each_role(folder: Path) -> None:
    said = done(folder, "demo")
    (password,) = re.findall(r"lösenordet (\S+)", said)
    for example in EXAMPLES:
        assert f"  {example.email} " in said
    assert {example.role.value for example in EXAMPLES} == {"gast", "handlaggare", "redaktor", "beslutsfattare", "samordnare"}
    for example in EXAMPLES[:2]:
        assert may_enter(folder, example.email, password)
    kept = folder / "exempel-losenord"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    # Run again it says the same; an account that has been changed is told of and left alone.
    done(folder, "user", "disable", EXAMPLES[1].email)
    again = done(folder, "demo")
    assert password in again
    assert "avstängd" in next(line for line in again.splitlines() if EXAMPLES[1].email in line)
    assert count(folder, "person") == len(EXAMPLES)


def test_another_folder_has_another_password(folder: Path, tmp_path: Path, bare_template: Path) -> None:
    other = Path(shutil.copytree(bare_template, tmp_path / "other"))
    passwords = {re.findall(r"lösenordet (\S+)", done(data, "demo"))[0] for data in (folder, other)}
    assert len(passwords) == 2


def test_nobody_is_made_up_where_others_can_reach_us_or_real_people_are(folder: Path) -> None:
    assert "lösenordet" not in done(folder, "demo", PUBLIC_URL="https://insatsbas.example", SECRET_KEY="k" * 32)
    assert count(folder, "person") == 0
    done(folder, *ADD)
    assert "lösenordet" not in done(folder, "demo")
    assert count(folder, "person") == 1
    assert not (folder / "exempel-losenord").exists()


def test_examples_cannot_enter_where_others_can_reach_us(folder: Path) -> None:
    (password,) = re.findall(r"lösenordet (\S+)", done(folder, "demo"))
    assert may_enter(folder, "samordnare@exempel.example", password)
    assert not may_enter(folder, "samordnare@exempel.example", password, PUBLIC_URL="http://localhost")
    with open_app(settings_in(folder)) as app:
        mine = signed_in(app, "samordnare@exempel.example")
        assert mine.get("/mitt-konto").status_code == 200
    with open_app(settings_in(folder, PUBLIC_URL="http://localhost")) as app:
        assert signed_in(app, "samordnare@exempel.example").get("/mitt-konto").status_code == 303, "nor with a session from before"
