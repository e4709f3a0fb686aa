"""The engine's channel: what may reach Rasa, one turn at a time, and no half turn kept when the action server is away."""

from __future__ import annotations

import asyncio
import sys
import uuid

import aiohttp
import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot.engine import turn
from bot.engine.channel import NervelineInput
from bot.engine.in_process_actions import InProcessActions
from bot.engine.tracker_store import SealedTrackerStore
from bot.settings import Settings

TO_THE_CONFIRMATION = ("Talk to a person", "Ann Lee", "212 555 0147", "Skip", "Yes")


class Actions(InProcessActions):
    """Our actions behind a line that a test can cut, before they run (`away`) or on the way back (`lost`)."""

    def __init__(self):
        super().__init__("actions")
        self.away, self.lost, self.delay = set(), set(), 0.0

    async def request(self, *given, **named):
        action = named["json"]["next_action"]
        if action in self.away:
            raise aiohttp.ClientConnectionError("refused")
        await asyncio.sleep(self.delay)
        answer = await super().request(*given, **named)
        if action in self.lost:
            raise aiohttp.ServerDisconnectedError()
        return answer


class Channel:
    """Web's side of one conversation."""

    def __init__(self, agent):
        self._agent, self._input, self.conversation = agent, NervelineInput(), uuid.uuid4().hex

    async def say(self, text, id=""):
        """The names of the replies; none when the turn failed."""
        answer = await self._input.ask(self._agent, self._agent.handle_message, self.conversation, id or uuid.uuid4().hex, text)
        return [reply["response"].replace("utter_ask_request_form_", "") for reply in answer["replies"]] if answer else []

    async def heard(self):
        """The visitor's messages that the dialogue state holds."""
        tracker = await self._agent.tracker_store.retrieve_full_tracker(self.conversation)
        return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


class Staff:
    """Stands in for the outbox: the requests that reached staff, one for each key, as web keeps them."""

    def __init__(self):
        self.requests = {}

    async def send(self, request):
        self.requests.setdefault(request["key"], request)
        return {"number": f"ABC-{len(self.requests)}", "promise": "Soon."}


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


@pytest.mark.parametrize("before", [*filter(str.isspace, map(chr, range(0x3001))), "/", "/ /", "\t/ \n/", " "])
def test_no_visitor_speaks_rasas_own_language(before):
    """A text that begins with a slash names an intent to Rasa, which strips white space of every kind before it looks."""
    assert turn.spoken(f"{before}/restart") == "restart"


@pytest.mark.parametrize("text", ["", "/", " / ", "\t\n"])
def test_nothing_is_said_as_a_question_mark(text):
    assert turn.spoken(text) == "?"


@pytest.mark.parametrize("text", ["\t/crisis", "\u00a0/restart", "\n/book_appointment"])
async def test_a_slash_behind_white_space_reaches_neither_rasa_nor_its_log(channel, caplog, text):
    await channel.say(text)
    assert await channel.heard() == [text.strip("\t\n\u00a0/")]
    assert not caplog.records


async def test_a_message_that_is_asked_again_meanwhile_is_one_turn(channel, actions):
    """Web asks again after a time-out, while the first turn may still run."""
    await channel.say("Talk to a person")
    actions.delay = 0.1
    first, again = await asyncio.gather(channel.say("Ann Lee", "m1"), channel.say("Ann Lee", "m1"))
    assert first == again == ["contact"]
    assert await channel.heard() == ["Talk to a person", "Ann Lee"]
    assert not channel._input._turns, "no lock is kept for a conversation that waits for nothing"
