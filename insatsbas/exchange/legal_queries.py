"""The rules of what may be traded, as the co-ordinator has set them."""

from sqlalchemy.orm import Session

from insatsbas.catalogue.models import Intervention
from insatsbas.core import settings_store
from insatsbas.exchange import legal
from insatsbas.exchange.legal import Rules, Ruling
from insatsbas.organisations.models import Organisation

SETTING = "utbyten.regler"


def rules(session: Session) -> Rules:
    """The rules in force."""
    told = settings_store.read(session, SETTING, "")
    return legal.read(told) if told else legal.DEFAULT


def ruling_for(session: Session, asker: Organisation, row: Intervention) -> Ruling:
    """What the rules say of one organisation asking for places in an intervention."""
    return legal.ruling(asker.kind, row.owner.kind, via_adult_education=is_via_adult_education(row), rules=rules(session))


def ruling_for_owner(session: Session, row: Intervention) -> Ruling:
    """What the rules say of its owner offering places in it."""
    return legal.may_offer(row.owner.kind, via_adult_education=is_via_adult_education(row), rules=rules(session))


def is_via_adult_education(row: Intervention) -> bool:
    """Whether places are asked for at the adult education of the participant's own municipality: one need that is, is enough."""
    return any(need.via_adult_education for need in row.needs)
