"""Fixtures of the web environment: real databases, and the chat on top of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.chat.events import Events
from bot.chat.service import Chat
from bot.safety.redaction import Redactor
from bot.safety.screen import Screen
from bot.security.sealing import Sealer
from bot.store.database import Database
from bot.store.tables import metadata
from tests import postgres


@pytest.fixture(scope="session")
def postgres_url():
    """A server of our own. CI sets NERVELINE_CI, and there nothing is skipped."""
    bin = postgres.programs()
    if bin is None:
        message = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("NERVELINE_CI"):
            pytest.fail(message)
        pytest.skip(message)
    with postgres.server(bin) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path: Path):
    """An empty, migrated database: every test with it runs on both kinds."""
    url = f"sqlite:///{tmp_path}/test.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Database.open(url)
    yield opened
    if request.param == "postgresql":
        with opened.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    opened.close()


@pytest.fixture(scope="session")
def screen(data):
    return Screen.load(data / "safety")


@pytest.fixture(scope="session")
def redactor(data):
    return Redactor.load(data / "terms")


@pytest.fixture
def chat(database, catalogue, screen, redactor, tmp_path):
    """The chat on a real database."""
    return Chat(database, Sealer.load(tmp_path / "keys.json"), catalogue, screen, redactor, Events())
