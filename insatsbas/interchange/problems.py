"""A fault of the API's caller, to be told as problem+json (RFC 9457)."""

from collections.abc import Mapping

from insatsbas.core.errors import InsatsbasError


class ProblemError(InsatsbasError):
    """`parameters` leads from each wrong parameter's name to what is wrong with it."""

    def __init__(self, status: int, title: str, detail: str, parameters: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.parameters = status, title, detail, dict(parameters or {})
