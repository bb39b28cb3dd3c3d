"""What stands behind each address in the matrix of the policy: two organisations, all that they have, and one person of each role.

A new route with something in its address has a line in `SCOPES`: whose the thing is, so that the matrix knows who may reach it.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from insatsbas.accounts import queries as people
from insatsbas.accounts import session_actions as accounts
from insatsbas.accounts.policy import Permission, may
from insatsbas.catalogue.models import Intervention
from insatsbas.core import clock
from insatsbas.core.db import db, writing
from insatsbas.core.viewer import GUEST, SYSTEM, Grant, Role, Viewer
from insatsbas.exchange import actions as exchange
from insatsbas.exchange import offer_actions
from insatsbas.exchange.models import Agreement
from insatsbas.exchange.offer_actions import Terms
from insatsbas.exchange.states import Action, Kind, Side
from insatsbas.exchange.terms import Leg, LegalBasis, PriceKind, Proposal
from insatsbas.interchange.batch_models import ImportBatch
from insatsbas.keeping.reports.models import Report
from insatsbas.keeping.reports.rules import ReportKind
from tests.conftest import open_app, settings_in
from tests.factories import index_all, make_intervention, occasion, organisation
from tests.support.people import SignedInClient, as_guest, keep_token, make_person

OWN, OTHER = "own", "other"
COOKIE = "insatsbas"
NAMES = {OWN: "Huddinge kommun", OTHER: "Haninge kommun"}
# Everybody who asks, by the word in the table; all that are of an organisation are of the own one.
ROLES: Mapping[str, tuple[Role, str] | Role | None] = {
    "anyone": None,
    "guest account": Role.GUEST,
    "case officer": (Role.CASE_OFFICER, NAMES[OWN]),
    "editor": (Role.EDITOR, NAMES[OWN]),
    "decision-maker": (Role.DECISION_MAKER, NAMES[OWN]),
    "co-ordinator": Role.COORDINATOR,
}


@dataclass
class World:
    """The application, who asks, and what the addresses stand for: `things[whose][kind]`."""

    app: Flask
    folder: Path
    viewers: dict[str, Viewer] = field(default_factory=dict)
    clients: dict[str, SignedInClient] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)

    def kept(self) -> bytes:
        """The database as it is now, whole in one file: every connection is let go of."""
        with self.app.app_context():
            db.engine.dispose()
        return (self.folder / "insatsbas.db").read_bytes()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """All that is written within is taken back, and what the browsers came to hold."""
        before, cookies = self.kept(), {role: client.get_cookie(COOKIE) for role, client in self.clients.items()}
        try:
            yield
        finally:
            if self.kept() != before:
                (self.folder / "insatsbas.db").write_bytes(before)
            for role, cookie in cookies.items():
                self.clients[role].set_cookie(COOKIE, cookie.value if cookie else "")


Allows = Callable[[World, str, Permission, str], bool]


@dataclass(frozen=True)
class Variant:
    """One thing that an address can stand for, and who may reach it. `values` fill the address's variables from `things`."""

    name: str
    allows: Allows
    values: Mapping[str, str] = field(default_factory=dict)


def of_nobody(world: World, role: str, permission: Permission, _whose: str) -> bool:
    """Nothing of an organisation's: the permission alone says."""
    return may(world.viewers[role], permission)


def of_its_organisation(world: World, role: str, permission: Permission, whose: str) -> bool:
    """An organisation's own: the permission for that organisation."""
    return may(world.viewers[role], permission, world.things[whose]["organisation_id"])


def draft(world: World, role: str, _permission: Permission, whose: str) -> bool:
    """What is not published: for those who keep it alone."""
    return may(world.viewers[role], Permission.KEEP, world.things[whose]["organisation_id"])


def of_the_asker(world: World, role: str, permission: Permission, whose: str) -> bool:
    """A question: its organisation's keepers, and whoever asked it (a case officer of the own organisation)."""
    keeps = may(world.viewers[role], Permission.KEEP, world.things[whose]["organisation_id"])
    return may(world.viewers[role], permission) and (keeps or (permission is Permission.ASK and role == "case officer"))


def of_its_maker(world: World, role: str, permission: Permission, whose: str) -> bool:
    """A person's own: the editor of each organisation has made one."""
    return may(world.viewers[role], permission) and whose == OWN and role == "editor"


def of_a_party(world: World, role: str, permission: Permission, whose: str) -> bool:
    """A request: those who trade for the own organisation, which is a side of the one and not of the other."""
    return may(world.viewers[role], permission) and whose == OWN


ENTRY = {"public_id": "active"}
PUBLISHED = (Variant("active", of_nobody, ENTRY),)
KEPT = tuple(Variant(name, of_its_organisation, {"public_id": name}) for name in ("active", "draft"))
KEPT_REVISION = (Variant("active", of_its_organisation, {**ENTRY, "number": "revision"}),)
READ_ENTRY = (*PUBLISHED, Variant("draft", draft, {"public_id": "draft"}))
# A link of a letter, that somebody has made up: it says so, to anybody.
LINK = (Variant("made up", of_nobody, {"token": "no link"}),)
REQUEST = (Variant("request", of_a_party, {"number": "request", "action": "step"}),)
OFFER = (Variant("offer", of_its_organisation, {"number": "offer"}),)
AGREEMENT = (Variant("agreement", of_a_party, {"number": "agreement"}),)
CASE = (Variant("question", of_the_asker, {"number": "case"}),)
BATCH = (Variant("batch", of_its_maker, {"token": "batch"}),)
FIXED: Mapping[str, Mapping[str, str]] = {
    "code": {"/behov/<code>": "sfi", "/samordna/behov/": "korkort", "/samordna/kommuner/": "0136", "/samordna/listor/": "kvallstid"},
    "slug": {"/kommuner/<slug>": "haninge", "": "haninge-kommun"},
    "name": {"/samordna/ord/": "synonymer", "": "tid"},
    "number": {"/samordna/ord/": "1"},
    "form": {"": "csv"},
    "filename": {"": "css/insatsbas.css"},
}
# Routes with something in their address that is not of an organisation stand in none of these, and are `of_nobody`.
SCOPES: dict[str, tuple[Variant, ...]] = {
    "pages.intervention": READ_ENTRY,
    "api.intervention": READ_ENTRY,
    "reports.fault": PUBLISHED,
    "reports.question": PUBLISHED,
    "reports.show_again": KEPT[:1],
    "reports.case": CASE,
    "reports.answer": CASE,
    "review.confirm": KEPT[:1],
    "history.revisions": KEPT,
    "history.revision": KEPT_REVISION,
    "history.restore": KEPT_REVISION,
    "history.compare": KEPT[:1],
    "accounts.choose_password": LINK,
    "review.confirm_by_link": LINK,
    "editing.edit": KEPT,
    "pages.preview": KEPT,
    "editing.pause": KEPT[:1],
    "editing.end": KEPT[:1],
    "editing.start_again": (Variant("ended", of_its_organisation, {"public_id": "ended"}),),
    "editing.delete": KEPT[1:],
    "editing.use_as_template": PUBLISHED,
    "editing.start_as_new": (Variant("ended", of_nobody, {"public_id": "ended"}),),
    "exchange.new": PUBLISHED,
    "offers.new": KEPT[:1],
    "offers.one": OFFER,
    "offers.close": OFFER,
    "offers.open_again": OFFER,
    "agreements.one": AGREEMENT,
    "agreements.as_json": AGREEMENT,
    "agreements.as_pdf": AGREEMENT,
    "agreements.refer": AGREEMENT,
    "agreements.archive_as_json": REQUEST,
    "agreements.archive_as_pdf": REQUEST,
    "exchange.one": REQUEST,
    "exchange.counter": REQUEST,
    "exchange.take_step": REQUEST,
    "exchange.say": REQUEST,
    "exchange.tell_used": REQUEST,
    "bulk.ours": (Variant("", of_its_organisation, {"organisation": "slug"}),),
    "bulk.faults": BATCH,
    "bulk.preview": BATCH,
    "bulk.accept": BATCH,
    "bulk.give_up": BATCH,
}


def variants_of(rule: Rule) -> tuple[Variant, ...]:
    """What an address can stand for."""
    return SCOPES.get(rule.endpoint, (Variant("", of_nobody),))


def path_of(world: World, rule: Rule, variant: Variant, whose: str) -> str:
    """The address, with what it stands for."""

    def value(variable: str) -> str:
        if variable in variant.values:
            return str(world.things[whose][variant.values[variable]])
        fitting = [sample for start, sample in FIXED.get(variable, {}).items() if rule.rule.startswith(start)]
        if not fitting and (rule.endpoint.split(".")[0], variable) == ("desk", "number"):
            return str(world.viewers["decision-maker"].person_id)
        assert fitting, f"say in SCOPES or FIXED what <{variable}> is in {rule.rule}"
        return fitting[0]

    return re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda found: value(found[1]), rule.rule)


@contextmanager
def world_in(template: Path, folder: Path) -> Iterator[World]:
    """A world of its own, from a data folder with lists and region only."""
    shutil.copytree(template, folder)
    with open_app(settings_in(folder)) as app:
        world = World(app, folder)
        lay_in(world)
        yield world


def lay_in(world: World) -> None:
    """Put everybody and everything into an application's database."""
    with world.app.app_context(), writing() as session:
        for whose, name in NAMES.items():
            world.things[whose] = _belongings(session, name)
        session.flush()
        _people(session, world)
        for whose in NAMES:
            world.things[whose]["case"] = _case(session, world, whose)
            world.things[whose] |= {"request": _request(session, world, whose), "step": Action.WITHDRAW.value}
            world.things[whose] |= {"offer": _offer(session, world, whose), "agreement": _agreement(session, world, whose)}
    index_all(world.app)


def _belongings(session: Session, name: str) -> dict[str, Any]:
    made: dict[str, Intervention] = {
        status: make_intervention(
            session, title=f"Sfi {code} i {name}", owner=name, status=code, occasions=[occasion(20, places=5, taken=1)]
        )
        for status, code in (("draft", "utkast"), ("active", "aktiv"), ("ended", "avslutad"))
    }
    editor = make_person(session, f"redaktor@{name.split(maxsplit=1)[0].casefold()}.example", (Role.EDITOR, name))
    batch = ImportBatch(
        token=f"batch-of-{name.split(maxsplit=1)[0].casefold()}",
        person_id=editor.id,
        file_name="insatser.csv",
        created_at=clock.now(),
        rows=[],
        faults=[],
        versions={},
    )
    session.add(batch)
    session.flush()
    things: dict[str, Any] = {status: row.public_id for status, row in made.items()}
    owner = organisation(session, name)
    return {
        **things,
        "no link": "no-such-link",
        "revision": 1,
        "batch": batch.token,
        "organisation_id": owner.id,
        "slug": owner.slug,
        "editor": editor.email,
    }


def _people(session: Session, world: World) -> None:
    for word, held in ROLES.items():
        if held is None:
            world.viewers[word], world.clients[word] = GUEST, as_guest(world.app)
            continue
        email = world.things[OWN]["editor"] if word == "editor" else f"{word.replace(' ', '-')}@exempel.example"
        person = people.by_email(session, email) or make_person(session, email, held)
        session.flush()
        world.viewers[word] = person.as_viewer()
        world.clients[word] = SignedInClient(world.app, world.app.response_class, use_cookies=True)
        keep_token(world.clients[word], accounts.begin_session(session, person))


def _request(session: Session, world: World, whose: str) -> int:
    """A request for a place of the other organisation's: the own one asks, or somebody else where it is another's."""
    asker = organisation(session, NAMES[OWN] if whose == OWN else "Nacka kommun")
    row = session.scalars(select(Intervention).where(Intervention.public_id == world.things[OTHER]["active"])).one()
    viewer = Viewer(name="någon", person_id=None, grants=frozenset({Grant(Role.EDITOR, asker.id)}))
    leg = Leg(
        giver=Side.ANSWERER,
        occasion_id=row.occasions[0].id,
        title=row.title,
        places=1,
        price_kind=PriceKind.PLACE,
        price=Decimal(0),
        start=row.occasions[0].start,
        end=None,
        legal_basis=LegalBasis.COOPERATION,
    )
    made = exchange.prepare(
        viewer,
        session,
        kind=Kind.BUY,
        asker_id=asker.id,
        answerer_id=row.owner_id,
        proposal=Proposal((leg,)),
        key=f"a form of the {whose} one",
    )
    return made.id


def _offer(session: Session, world: World, whose: str) -> int:
    """An open offer of one of the organisation's places, to all."""
    row = session.scalars(select(Intervention).where(Intervention.public_id == world.things[whose]["active"])).one()
    terms = Terms(places=1, price_kind=PriceKind.AGREED, price=None)
    return offer_actions.open_offer(SYSTEM, session, row.occasions[0].id, terms).id


def _agreement(session: Session, world: World, whose: str) -> str:
    """What was agreed on in the request, as if its steps had been taken."""
    agreement = Agreement(number=f"2026-{whose}", request_id=world.things[whose]["request"], content={**_AGREED, "number": f"2026-{whose}"})
    session.add(agreement)
    session.flush()
    return agreement.number


# The least that an agreement holds.
_AGREED: Mapping[str, Any] = {
    **{"kind": "overenskommelse", "trade": "kop", "agreed_at": "2026-11-24T09:00:00+00:00", "legs": [], "decisions": []},
    **{"difference": "0.00", "difference_from": None, "costs": {"fragar": "0.00", "svarar": None}, "reason": "", "why": ""},
    "parties": {side: {"name": side, "organisation_number": "", "kind": "kommun"} for side in ("fragar", "svarar")},
}


def _case(session: Session, world: World, whose: str) -> int:
    """A question to the organisation, asked by the case officer of the own one."""
    row = session.scalars(select(Intervention).where(Intervention.public_id == world.things[whose]["active"])).one()
    asker = world.viewers["case officer"].person_id
    report = Report(
        kind=ReportKind.QUESTION,
        intervention_id=row.id,
        organisation_id=row.owner_id,
        person_id=asker,
        text="Finns tolk?",
        created_at=clock.now(),
    )
    session.add(report)
    session.flush()
    return report.id
