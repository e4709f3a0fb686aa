"""Rasa component: in the middle of a request, tell answers and commands from questions."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.booking.form_answers import command, looks_like_answer
from bot.language.decision import Decision
from bot.language.topic_model import ALARMS
from bot.nlu.spelling_repair import MEANT
from bot.nlu.topic_classifier import DECISION, EVIDENCE, set_decision

FORM = "request_form"
UNDERSTOOD = ("answer", "advice", "emergency", "crisis", "staff", "chat")
# Almost anything can be a name or a reason, so there only what is clearly something else is not taken for one.
FREE_TEXT = {"visitor_name": ("answer", "staff", "chat"), "reason": ("staff", "chat"), "appointment": ("chat",)}
ANYTHING = ("visitor_name", "reason")  # "tired of hurting" is a reason
CLEARLY, CLEARLY_AN_ALARM = 0.9, 0.6  # certainty of what is something else, and P(alarm) of what is more than a reason


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FormAnswer(GraphComponent):
    """Turns the intent into `inform`, `form_stop`, `form_back` or `form_why` while a request is open."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "FormAnswer":
        return cls()

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        slot = tracker.get_slot(REQUESTED_SLOT) if tracker and tracker.active_loop_name == FORM else None
        if slot:
            for message in messages:
                self._in_form(message, slot)
        return messages

    def _in_form(self, message: Message, slot: str) -> None:
        text = message.get(TEXT) or ""
        decision = message.get(DECISION) or {}
        if _alarms(message, slot):
            return
        given = command(text, slot)
        if given:
            set_decision(message, Decision("staff", f"form_{given}", (), 1.0, f"request: {given}"))
        elif decision.get("kind") in FREE_TEXT.get(slot, ()) and decision["confidence"] >= CLEARLY and not _rare_name(message, slot):
            return
        elif looks_like_answer(slot, text) or decision.get("kind") not in UNDERSTOOD:
            set_decision(message, Decision("staff", "inform", (), 1.0, f"request: answer to {slot}"))


def _rare_name(message: Message, slot: str) -> bool:
    """Whether a name was taken for a slip ("Parkins" is no parking)."""
    return slot == "visitor_name" and bool(message.get(MEANT)) and looks_like_answer(slot, message.get(TEXT) or "")


def _alarms(message: Message, slot: str) -> bool:
    """Whether the message raised an alarm that outweighs its look of an answer ("tonight is the night" is a time too)."""
    surely = slot not in ANYTHING or (message.get(EVIDENCE) or {}).get("alarm", 0.0) >= CLEARLY_AN_ALARM
    return (message.get(DECISION) or {}).get("kind") in ALARMS and surely
