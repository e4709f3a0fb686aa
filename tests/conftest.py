"""What all tests share. The folders of one environment are not collected in the other."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE_ONLY = ["engine", "language", "actions"]
# The rules' own cases ("safety") run the same code in both: once is enough.
WEB_ONLY = ["chat", "safety", "security", "store", "web", "browser", "test_check.py"]
in_engine = importlib.util.find_spec("rasa") is not None
collect_ignore = WEB_ONLY if in_engine else ENGINE_ONLY


@pytest.fixture(scope="session")
def data() -> Path:
    return ROOT / "data"


@pytest.fixture(scope="session")
def catalogue(data):
    from bot.answers.catalogue import Catalogue

    return Catalogue.load(data)


if not in_engine:
    from tests.web_fixtures import *  # noqa: F401,F403
