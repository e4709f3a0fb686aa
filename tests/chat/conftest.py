"""A conversation, and what the engine may answer in it."""

from __future__ import annotations

import pytest

from bot.chat import inbox
from bot.chat.engine_client import Answer


@pytest.fixture
def reply(catalogue):
    return lambda name="utter_greet": Answer([catalogue.reply(name).as_dict()], {"decision": "chat", "topics": ["greet"], "confidence": 1.0}, "m1")


@pytest.fixture
def conversation(chat):
    return inbox.open_conversation(chat)[0]
