"""Where things lie: what is shipped with the package, and what this installation keeps."""

from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = PACKAGE / "_data"


def is_checkout() -> bool:
    """Whether this is a working copy of the project rather than an installed wheel."""
    return not _SHIPPED.is_dir() and (PACKAGE.parent / "pyproject.toml").is_file()


def shipped(name: str) -> Path:
    """A folder that comes with the package: `templates`, `migrations` or `index`.

    In a wheel they lie under `_data`; in a checkout at its root.
    """
    return (_SHIPPED if _SHIPPED.is_dir() else PACKAGE.parent) / name


def default_data_dir() -> Path:
    """Where database, index and key are kept unless `INSATSBAS_DATA_DIR` says otherwise."""
    return PACKAGE.parent / "var" if is_checkout() else Path(platformdirs.user_data_dir("insatsbas"))
