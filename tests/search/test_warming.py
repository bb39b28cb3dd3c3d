"""A process reads what is asked for most before it answers, and starts all the same where there is nothing to read."""

import logging
import shutil
from pathlib import Path

import pytest

from insatsbas.search import warming
from insatsbas.search.service import current_search
from tests.search.conftest import app_in


def test_a_process_is_warm_before_its_first_question(bare_template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with app_in(tmp_path / "data", bare_template) as app, caplog.at_level(logging.INFO):
        warming.warm(app)
        assert "Sökningen är varm" in caplog.text
        with app.app_context():
            engine = current_search().engine
            kept = engine.cached_bytes()
            vocabulary = engine.vocabulary()
            warming.warm(app)
            assert (engine.cached_bytes(), engine.vocabulary() is vocabulary) == (kept, True)


def test_without_an_index_a_process_starts_and_says_so(bare_template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with app_in(tmp_path / "data", bare_template) as app:
        shutil.rmtree(tmp_path / "data" / "index")
        warming.warm(app)
    assert "inte varm" in caplog.text
    assert "index rebuild" in caplog.text
