"""The channel through which web asks the engine: one message in, replies and understanding out, errors loud.

A turn in which an action failed is not kept, and web asks again: with 503 as long as the action server is away, with
500 (which web counts) when it is there.

Loopback only, guarded by the internal secret. The conversation id comes from web, which has checked who may use it.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Any, Awaitable, Callable, Dict, Optional, Text
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.answers.catalogue import Catalogue
from bot.engine import turn
from bot.settings import Settings

logger = logging.getLogger(__name__)
LONGEST_TEXT = 2000  # characters; web accepts as many
LONGEST_ID = 200  # Rasa's sender_id column holds 255


class NervelineInput(InputChannel):
    """Named in credentials.yml; serves POST /webhooks/nerveline/message."""

    def __init__(self) -> None:
        settings = Settings.load()
        self._secret = settings.internal_secret
        self._actions_port = settings.actions_port
        self._catalogue = Catalogue.load(settings.data)
        self._turns: "WeakValueDictionary[Text, asyncio.Lock]" = WeakValueDictionary()  # a lock lives as long as somebody holds it

    @classmethod
    def name(cls) -> Text:
        return "nerveline"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> InputChannel:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("nerveline_channel", __name__)

        @blueprint.get("/")
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @blueprint.post("/message")
        async def message(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("x-nerveline-secret", ""), self._secret):
                return _error(404, "not_found", "there is nothing here")
            body = request.json if isinstance(request.json, dict) else {}
            conversation, message_id, text = (body.get(key) for key in ("conversation", "message", "text"))
            if not (_usable(conversation, LONGEST_ID) and _usable(message_id, LONGEST_ID) and _usable(text, LONGEST_TEXT)):
                return _error(422, "bad_message", "conversation, message and text (at most 2,000 characters) are needed")
            try:
                answer = await self.ask(request.app.ctx.agent, on_new_message, conversation, message_id, text)
            except Exception as error:  # whatever fails in Rasa must be an error to web, never an empty answer
                logger.error("turn_failed kind=%s", type(error).__name__)
                return _error(500, "turn_failed", type(error).__name__)
            if answer:
                return json(answer)
            if await _somebody_listens(self._actions_port):
                logger.error("turn_failed kind=action")
                return _error(500, "turn_failed", "an action failed, or nothing was said")
            logger.error("turn_postponed")
            return _error(503, "actions_away", "the action server cannot be reached")  # web keeps the message and asks again

        @blueprint.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("x-nerveline-secret", ""), self._secret):
                return _error(404, "not_found", "there is nothing here")
            conversation = (request.json or {}).get("conversation")
            if not _usable(conversation, LONGEST_ID):
                return _error(422, "bad_message", "conversation is needed")
            async with self._turn_of(conversation):  # a turn that still runs would save its tracker again
                await request.app.ctx.agent.tracker_store.save(DialogueStateTracker(conversation, slots=None))
            return json({"status": "forgotten"})

        return blueprint

    async def ask(
        self, agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]], conversation: Text, message_id: Text, text: Text
    ) -> Optional[Dict[Text, Any]]:
        """The replies to the message and what was understood; None when its turn failed, which leaves the dialogue as it was before."""
        async with self._turn_of(conversation):
            if not await self._known(agent, conversation, message_id):
                sent = UserMessage(turn.spoken(text), CollectingOutputChannel(), conversation, input_channel=self.name(), message_id=message_id)
                await on_new_message(sent)
            tracker = await agent.tracker_store.retrieve_full_tracker(conversation)
        said = turn.replies(tracker, message_id, self._catalogue.disclaimers) if tracker else None
        if not said:
            return None
        return {
            "replies": [{**reply.as_dict(), "fault": reply.fault} for reply in said],
            "understanding": turn.understanding(tracker, message_id),
            "model": agent.model_id or "",
            "content": self._catalogue.version,
        }

    def _turn_of(self, conversation: Text) -> asyncio.Lock:
        """One turn at a time: a message that is asked again after a time-out waits for its first turn, and then is known."""
        return self._turns.setdefault(conversation, asyncio.Lock())

    async def _known(self, agent: Any, conversation: Text, message_id: Text) -> bool:
        """Whether this message was answered before (web asks again after a crash)."""
        tracker = await agent.tracker_store.retrieve_full_tracker(conversation)
        return bool(tracker and turn.replies(tracker, message_id, self._catalogue.disclaimers))


async def _somebody_listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _usable(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) and len(value) <= longest


def _error(status: int, code: Text, message: Text) -> HTTPResponse:
    return json({"error": {"code": code, "message": message}}, status=status)
