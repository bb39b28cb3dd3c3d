"""How the database keeps what has no column type of its own."""

from sqlalchemy import Dialect, SmallInteger
from sqlalchemy.types import TypeDecorator

from insatsbas.catalogue.rules import Level


class LevelType(TypeDecorator[Level]):
    """A step of the language scale, kept as its number so that the database can order it."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Level | None, dialect: Dialect) -> int | None:
        """The number of the step."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Level | None:
        """The step of the number."""
        return None if value is None else Level(value)
