"""Rasa's text generator: curated responses only, each with its disclaimer."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.answers.catalogue import Catalogue
from bot.engine.composer import compose
from bot.engine.disclaimer_guard import guard_all_channels
from bot.settings import Settings

REPLY = "reply"


class CuratedResponses(NaturalLanguageGenerator):
    """Named in endpoints.yml; the reply stands whole under `reply`, and as plain text for text channels."""

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None) -> None:
        self._catalogue = Catalogue.load(Settings.load().data)
        guard_all_channels(self._catalogue.disclaimers)

    async def generate(
        self, utter_action: Text, tracker: DialogueStateTracker, output_channel: Text, **kwargs: Any
    ) -> Optional[Dict[Text, Any]]:
        """The response as Rasa wants it, or None (Rasa then logs and says nothing) for a name that nobody wrote."""
        if utter_action not in self._catalogue.responses:
            return None
        parse_data = tracker.latest_message.parse_data if tracker.latest_message else {}
        values = {key: str(value) for key, value in kwargs.items()}
        reply = compose(self._catalogue, utter_action, parse_data or {}, tracker.current_slot_values(), _said(tracker), values, _before(tracker))
        buttons = [{"title": title, "payload": title} for title in reply.buttons]
        return {"text": reply.plain, "buttons": buttons, REPLY: reply.as_dict(), "utter_action": reply.response}


def _said(tracker: DialogueStateTracker) -> List[Text]:
    """The names of the responses said so far, oldest first."""
    replies = (event.metadata.get(REPLY) for event in tracker.events if isinstance(event, BotUttered) and event.metadata)
    return [reply["response"] for reply in replies if reply]


def _before(tracker: DialogueStateTracker) -> Dict[Text, Any]:
    """What was understood of the visitor's message before the newest one."""
    messages = [event for event in tracker.events if isinstance(event, UserUttered)]
    return dict(messages[-2].parse_data or {}) if len(messages) > 1 else {}
