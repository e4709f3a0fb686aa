"""Rasa component: what a short message means after what was just said."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.decision import Decision
from bot.language.several import FAQ
from bot.nlu.topic_classifier import DECISION, set_decision

OFFERS_STAFF = ("utter_decline", "utter_feedback_negative", "utter_deny", "utter_error", "utter_staff_will_look")
WHY = re.compile(r"^\W*(but |and )?(why|how come|how so|in what way|meaning|what do you mean|like what|such as)( (is|does|do) (that|it|this|so))?\W*$", re.IGNORECASE)

# What "why?" asks for after a response that begins so: more of an answer, or who it is that cannot judge or does not know.
WHY_AFTER = {f"utter_{FAQ}": "more_detail", "utter_medical_advice": "bot_challenge", "utter_decline": "bot_challenge"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Context(GraphComponent):
    """"Yes" after "shall I pass this to our staff?", and "why?" after an answer or a refusal."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Context":
        return cls()

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        said = last_response(tracker) if tracker and not tracker.active_loop_name else ""
        why = next((label for beginning, label in WHY_AFTER.items() if said.startswith(beginning)), "")
        for message in messages:
            decision = message.get(DECISION) or {}
            if decision.get("intent") == "affirm" and said in OFFERS_STAFF:
                set_decision(message, Decision("staff", "talk_to_human", ("talk_to_human",), decision["confidence"], "yes to the offer of our staff"))
            elif why and WHY.search(message.get(TEXT) or ""):
                set_decision(message, Decision("chat", why, (why,), 1.0, "about what was just said"))
        return messages


def last_response(tracker: DialogueStateTracker) -> Text:
    """The name of the response that was said last."""
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            return str((event.metadata or {}).get("utter_action") or "")
    return ""
