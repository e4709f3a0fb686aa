"""The whole assistant in this process, with the trained model."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore

from bot.engine.assistant import Assistant
from bot.engine.tracker_store import SealedTrackerStore
from bot.settings import Settings
from tests.engine.played_channel import Actions, Channel, Staff


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


@pytest.fixture
def agent(assistant, monkeypatch, tmp_path):
    """The engine with the tracker store of `rasa run`."""
    monkeypatch.setenv("NERVELINE_VAR", str(tmp_path))
    agent = assistant._agent
    store = FailSafeTrackerStore(SealedTrackerStore(agent.domain))
    monkeypatch.setattr(agent, "tracker_store", store)
    monkeypatch.setattr(agent.processor, "tracker_store", store)
    return agent


@pytest.fixture
def actions(agent, monkeypatch):
    made = Actions()
    monkeypatch.setattr(agent.processor, "action_endpoint", made)
    return made


@pytest.fixture
def staff(monkeypatch):
    made = Staff()
    monkeypatch.setattr("actions.send_request.outbox", lambda: made)
    return made


@pytest.fixture
def channel(agent, actions, staff):
    return Channel(agent)
