"""The whole assistant in this process, with the trained model."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from bot.engine.assistant import Assistant
from bot.settings import Settings


class Visitor:
    """One conversation; `say` returns the answer in the form of `ask --json`."""

    def __init__(self, assistant, loop):
        self.id = uuid.uuid4().hex
        self._assistant, self._loop = assistant, loop

    def say(self, text):
        return self._loop.run_until_complete(self._assistant.answer(text, self.id))


@pytest.fixture(scope="session")
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def assistant():
    return Assistant(Settings.load())


@pytest.fixture
def visitor(assistant, loop):
    return Visitor(assistant, loop)


@pytest.fixture
def new_visitor(assistant, loop):
    return lambda: Visitor(assistant, loop)
