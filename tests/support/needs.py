"""What a test needs of the machine, and what is said when it is not there."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_STRICT = os.environ.get("INSATSBAS_TEST_STRICT", "") not in ("", "0")
_DATA = Path(os.environ.get("INSATSBAS_TEST_DATA") or ROOT.parent / "shared" / "data")


def require(condition: object, what: str) -> None:
    """Skip the test when the machine lacks what it needs; fail it when INSATSBAS_TEST_STRICT says that nothing may lack."""
    if condition:
        return
    if _STRICT:
        pytest.fail(f"INSATSBAS_TEST_STRICT is set, and this machine lacks {what}.", pytrace=False)
    pytest.skip(f"This machine lacks {what}.")


def data_folder() -> Path:
    """Where the real data lies that some tests read; it is no part of the project, so its absence is never a fault."""
    if not _DATA.is_dir():
        pytest.skip("The folder of real data is not here; INSATSBAS_TEST_DATA says where it is.")
    return _DATA


def plain_environ(checkout: bool = True, /, **settings: str) -> dict[str, str]:
    """The environment of a child process: no setting of the developer's own; with `checkout`, it can be imported from any folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INSATSBAS_", "PYTHONPATH"))}
    path = {"PYTHONPATH": str(ROOT)} if checkout else {}
    return {**kept, **path, **{f"INSATSBAS_{name}": value for name, value in settings.items()}}
