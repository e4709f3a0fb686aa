"""Web's side of the engine's channel, and the action server's, played by a test."""

from __future__ import annotations

import asyncio
import json
import socket
import uuid
from types import SimpleNamespace

import aiohttp
from rasa.core.channels.channel import register
from rasa.shared.core.events import UserUttered
from sanic import Sanic

from bot.engine.channel import NervelineInput
from bot.engine.in_process_actions import InProcessActions
from bot.settings import Settings


class Channel:
    """Web's side of one conversation."""

    def __init__(self, agent):
        self.agent, self.input, self.conversation = agent, NervelineInput(), uuid.uuid4().hex

    async def say(self, text, id=""):
        """The names of the replies; none when the turn failed."""
        answer = await self.input.ask(self.agent, self.agent.handle_message, self.conversation, id or uuid.uuid4().hex, text)
        return [reply["response"].replace("utter_ask_request_form_", "") for reply in answer["replies"]] if answer else []

    async def heard(self):
        """The visitor's messages that the dialogue state holds."""
        tracker = await self.agent.tracker_store.retrieve_full_tracker(self.conversation)
        return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []

    async def post(self, path, **body):
        """Status and body of a request to the channel, as Rasa routes it."""
        app = Sanic(f"channel-{uuid.uuid4().hex}")
        app.ctx.agent = self.agent
        register([self.input], app, "/webhooks/")
        app.router.finalize()
        _, handler, _ = app.router.get(f"/webhooks/nerveline/{path}", "POST", None)
        headers = {"x-nerveline-secret": Settings.load().internal_secret}
        answer = await handler(SimpleNamespace(headers=headers, json={"conversation": self.conversation, **body}, app=app))
        return answer.status, json.loads(answer.body)


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


class Staff:
    """Stands in for the outbox: the requests that reached staff, one for each key, as web keeps them."""

    def __init__(self):
        self.requests = {}

    async def send(self, request):
        self.requests.setdefault(request["key"], request)
        return {"number": f"ABC-{len(self.requests)}", "promise": "Soon."}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
