"""Every field of every form of a request, choices too, filled with what nobody means to send: refused, never a fault of ours."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import BOTH, open_app, settings_in
from tests.exchange.market import Market, form_of
from tests.house.test_hostile_forms import HOSTILE

VALUES = (*HOSTILE.values(), "", "１２", "NaN")
ANSWERED = (303, 403, 409, 422)


@pytest.fixture(params=BOTH)
def market(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Market]:
    """The market on each database, within no context of its own: it is asked for pages."""
    folder, given = tmp_path / "data", {}
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("bare_template"), folder)
    else:
        given["DATABASE_URL"] = str(request.getfixturevalue("postgres").create(request.getfixturevalue("postgres_template").database))
    with open_app(settings_in(folder, **given)) as app:
        yield Market(app)


@pytest.mark.slow
def test_no_field_of_a_request_breaks_us(market: Market) -> None:
    swap, other = (market.ask(way="byte", byte=str(market.own_start), byte_platser="1") for _ in range(2))
    assert [market.do("asker", address, "skicka") for address in (swap, other)] == [303, 303]
    agreed = market.ask(pris="0")
    assert [market.do(who, agreed, step) for who, step in (("asker", "skicka"), ("answerer decides", "tacka-ja"))] == [303, 303]
    forms = [("asker decides", f"{market.asking}?vad={way}", "") for way in ("kop", "byte", "redan")]
    forms += [("answerer", f"{market.asking}?vad=redan", ""), ("answerer", swap, "/tacka-nej"), ("answerer", swap, "/meddelande")]
    # Last, since they may be taken.
    forms += [("asker", agreed, "/be-om-avbokning"), ("answerer", f"{other}/motforslag", "")]
    typed = {"platser": "1", "pris": "900", "grund": "upphandling", "byte_platser": "1", "byte": str(market.own_start), "orsak": "annat"}
    tried: set[str] = set()
    broken: list[str] = []
    keys = count()
    for who, page, to in forms:
        action, held = form_of(market[who].get(page).text, to)
        whole = {**held, **{known: value for known, value in typed.items() if known in held}}
        for name in held:
            for value in VALUES:
                # With a key of its own it is as if the page had been fetched anew; what is taken, is taken.
                data = {**whole, "idempotency_key": f"a-key-of-its-own-{next(keys)}", name: value}
                code = market[who].post(action or page, data=data).status_code
                broken += (
                    [f"{page}{to}: {value[:20]!r} in {name}: {code}"] if code not in ANSWERED and (code, name) != (404, "fran") else []
                )
        tried |= held.keys()
    assert not broken, "\n".join(broken)
    assert tried >= {
        "start",
        "platser",
        "pris",
        "pris_slag",
        "byte",
        "mellanskillnad",
        "betalar",
        "villkor",
        "till",
        "del1-start",
        "orsak",
        "text",
    }
