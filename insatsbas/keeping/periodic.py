"""The periodic work of keeping. Each bears being done again at once."""

from insatsbas.core.db import writing
from insatsbas.keeping.masking import cleaning
from insatsbas.keeping.reports import actions
from insatsbas.keeping.review import letters
from insatsbas.search.service import coming_search


def write_review_letters() -> int:
    """Queue the letters of the review whose time it is."""
    with writing() as session:
        return letters.write_due(session)


def forget_addresses() -> int:
    """Wipe where reports were told from, when it is not counted any more."""
    with writing() as session:
        return actions.forget_addresses(session)


def clean_after_masking() -> bool:
    """Clear what a masking left, if whoever masked could not."""
    return cleaning.clean(coming_search())
