"""Settings: each fault has its sentence, and all are told at once."""

import stat
import threading
from pathlib import Path

import pytest

from insatsbas.core import config
from insatsbas.core.config import Settings, from_environ
from insatsbas.core.errors import SettingsError

KEY = "k" * 32


def read(folder: Path, **given: str) -> Settings:
    """The settings of an environment."""
    return from_environ(
        {"INSATSBAS_DATA_DIR": str(folder), "PATH": "/bin", **{f"INSATSBAS_{name}": value for name, value in given.items()}}
    )


def faults(folder: Path, **given: str) -> list[str]:
    """What is wrong with an environment."""
    with pytest.raises(SettingsError) as caught:
        read(folder, **given)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def test_with_nothing_set_all_lies_in_the_data_folder(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.data_dir, found.index_dir) == (tmp_path, tmp_path / "index")
    assert found.database_url.get_backend_name() == "sqlite"
    assert found.database_url.database == str(tmp_path / "insatsbas.db")
    assert found.secret_key is None
    assert found.public_url is None
    assert not found.is_https
    assert found.source == "insatsbas"
    assert found.region == ""
    assert found.trusted_hosts == ["127.0.0.1", "localhost"]


def test_a_value_of_blanks_is_no_value(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="  ", PUBLIC_URL=" ", DATABASE_URL="", SOURCE=" ", INDEX_DIR="") == read(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("SECRET_KEY", "kort", "minst 32"),
        ("SECRET_KEY", "k" * 31, "31 tecken"),
        ("DATABASE_URL", "det här är ingen adress", "databasadress"),
        ("DATABASE_URL", "mysql://x/y", "sqlite: eller postgresql:"),
        ("DATABASE_URL", "sqlite://", "peka ut en fil"),
        ("DATABASE_URL", "sqlite:///:memory:", "peka ut en fil"),
        ("PUBLIC_URL", "insatsbas.example", "utan sökväg"),
        ("PUBLIC_URL", "ftp://insatsbas.example", "utan sökväg"),
        ("PUBLIC_URL", "https://", "utan sökväg"),
        ("PUBLIC_URL", "https://insatsbas.example/katalog", "utan sökväg"),
        ("PUBLIC_URL", "https://insatsbas.example?x=1", "utan sökväg"),
        ("PUBLIC_URL", "https://insatsbas.example:port", "utan sökväg"),
        ("PUBLIC_URL", "https://[::1", "utan sökväg"),
        ("SOURCE", "a|b", "| eller ;"),
        ("SOURCE", "a;b", "| eller ;"),
        ("SECRETKEY", KEY, "ingen inställning"),
        ("secret_key", KEY, "ingen inställning"),
    ],
)
def test_each_fault_has_a_sentence_that_names_the_setting(tmp_path: Path, name: str, value: str, word: str) -> None:
    told = faults(tmp_path, **{name: value})
    assert len(told) == 1
    assert f"INSATSBAS_{name}" in told[0]
    assert word in told[0]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, SECRET_KEY="x", DATABASE_URL="mysql://x/y", PUBLIC_URL="x", SOURCE="|", FEL="1", ANNAT="2")
    assert len(told) == 6
    for name in ("SECRET_KEY", "DATABASE_URL", "PUBLIC_URL", "SOURCE", "FEL", "ANNAT"):
        assert any(fault.startswith(f"INSATSBAS_{name}") for fault in told), name


def test_a_fault_never_tells_the_key_or_a_password(tmp_path: Path) -> None:
    told = "\n".join(faults(tmp_path, SECRET_KEY="hemligt-värde", DATABASE_URL="mysql://anna:losen@db/x"))
    assert "hemligt" not in told
    assert "losen" not in told


def test_what_the_tests_read_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, TEST_STRICT="1", TEST_DATA="/data") == read(tmp_path)


def test_postgresql_gets_our_driver(tmp_path: Path) -> None:
    for text in ("postgresql://anna@db/insatsbas", "postgresql+psycopg://anna@db/insatsbas", "postgresql+psycopg2://anna@db/insatsbas"):
        assert read(tmp_path, DATABASE_URL=text).database_url.drivername == "postgresql+psycopg"


def test_folders_and_files_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = from_environ({"INSATSBAS_DATA_DIR": "data", "INSATSBAS_INDEX_DIR": "ix", "INSATSBAS_DATABASE_URL": "sqlite:///bas.db"})
    assert found.data_dir == tmp_path / "data"
    assert found.index_dir == tmp_path / "ix"
    assert found.database_url.database == str(tmp_path / "bas.db")


@pytest.mark.parametrize(
    ("text", "https", "hosts"),
    [
        ("https://insatsbas.example", True, ["insatsbas.example"]),
        ("https://insatsbas.example:8443/", True, ["insatsbas.example"]),
        ("http://intra.example", False, ["intra.example"]),
    ],
)
def test_the_public_address_decides_https_and_hosts(tmp_path: Path, text: str, https: bool, hosts: list[str]) -> None:
    found = read(tmp_path, PUBLIC_URL=text)
    assert found.is_https is https
    assert found.trusted_hosts == hosts


def test_a_made_key_is_kept_for_the_owner_only_and_read_again(tmp_path: Path) -> None:
    settings = read(tmp_path / "ny")
    key = config.make_key(settings)
    assert len(key) >= config.KEY_MIN
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert read(tmp_path / "ny").secret_key == key
    assert config.make_key(settings) == key
    assert read(tmp_path / "ny", SECRET_KEY=KEY).secret_key == KEY
    assert [file.name for file in (tmp_path / "ny").iterdir()] == ["secret-key"]


def test_makers_of_a_key_at_once_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(tmp_path)
    numbers = iter(range(1000, 2000))
    lock, made = threading.Lock(), []

    def pid() -> int:
        with lock:
            return next(numbers)

    # Threads stand for processes, each with its own number.
    monkeypatch.setattr("os.getpid", pid)
    threads = [threading.Thread(target=lambda: made.append(config.make_key(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
