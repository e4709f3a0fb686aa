"""The whole assistant in this process, without servers: screen, engine, replies. The same code as live chat."""

from __future__ import annotations

import json
import logging
import os
import uuid
from typing import Any, Dict, List, Mapping, Text

from bot.answers.catalogue import Catalogue
from bot.answers.reply import Reply
from bot.engine.training import model_file
from bot.errors import NervelineError
from bot.safety.replies import safety_reply
from bot.safety.screen import Screen
from bot.settings import Settings

ALARMS = ("emergency", "crisis")  # answered without the engine, as web does


class Assistant:
    """Answers texts, each as a fresh conversation unless a conversation is named."""

    def __init__(self, settings: Settings) -> None:
        """Load model and content.

        Raises:
            NervelineError: there is no trained model.
        """
        if not model_file(settings).exists():
            raise NervelineError("there is no trained model: run ./nerveline train")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["RASA_TELEMETRY_ENABLED"] = "false"
        import rasa.utils.log_utils
        from rasa.core.agent import Agent
        from rasa.core.tracker_store import InMemoryTrackerStore
        from rasa.shared.core.domain import Domain

        from bot.engine.in_process_actions import InProcessActions
        from bot.engine.nlg import CuratedResponses

        rasa.utils.log_utils.configure_structlog(logging.ERROR)  # without it structlog prints every message
        self.catalogue = Catalogue.load(settings.data)
        self._screen = Screen.load(settings.data / "safety")
        self._agent = Agent.load(
            str(model_file(settings)),
            action_endpoint=InProcessActions("actions"),
            generator=CuratedResponses(),
            tracker_store=InMemoryTrackerStore(Domain.empty()),
        )
        assert self._agent.processor is not None

    async def answer(self, text: Text, conversation: Text = "") -> Dict[Text, Any]:
        """The reply to `text` in the form of the contract's `ask --batch`."""
        verdict = self._screen.check(text)
        if verdict.kind in ALARMS and verdict.certain:
            found = {"decision": verdict.kind, "topics": [verdict.kind], "confidence": 1.0, "reason": f"rule: {verdict.rule}", "safety": verdict.as_dict()}
            return _object(text, found, [safety_reply(self.catalogue, verdict)])
        return await self._from_engine(text, conversation or uuid.uuid4().hex)

    async def _from_engine(self, text: Text, conversation: Text) -> Dict[Text, Any]:
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        from bot.engine import turn

        message_id = uuid.uuid4().hex
        sent = UserMessage(turn.spoken(text), CollectingOutputChannel(), conversation, input_channel="nerveline", message_id=message_id)
        await self._agent.handle_message(sent)
        tracker = await self._agent.tracker_store.retrieve_full_tracker(conversation)
        replies = turn.replies(tracker, message_id, self.catalogue.disclaimers) or [self.catalogue.reply("utter_error")]
        return _object(text, turn.understanding(tracker, message_id), replies)


def _object(text: Text, understanding: Mapping[Text, Any], replies: List[Reply]) -> Dict[Text, Any]:
    return {
        "text": text,
        "decision": understanding["decision"],
        "topics": list(understanding["topics"]),
        "confidence": round(float(understanding["confidence"]), 4),
        "reason": understanding.get("reason", ""),
        "replies": [reply.text for reply in replies],
        "disclaimer": " ".join(dict.fromkeys(reply.disclaimer.text for reply in replies)),
        "cards": [reply.as_dict() for reply in replies],
        "understanding": dict(understanding),
    }


def printable(answer: Mapping[Text, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)
