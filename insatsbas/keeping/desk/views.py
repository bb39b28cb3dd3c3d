"""All the views of the desk: they share one blueprint, and add their routes to it when they are imported."""

from insatsbas.keeping.desk import (
    municipality_views,
    need_views,
    organisation_views,
    people_views,
    settings_views,
    start_views,
    term_views,
    word_views,
)
from insatsbas.keeping.desk.blueprint import blueprint

__all__ = [
    "blueprint",
    "municipality_views",
    "need_views",
    "organisation_views",
    "people_views",
    "settings_views",
    "start_views",
    "term_views",
    "word_views",
]
