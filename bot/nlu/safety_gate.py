"""Rasa component, last in the pipeline: the safety screen, so that a Rasa channel used without web is safe too."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.decision import Decision, several_asked
from bot.language.topic_model import ALARMS
from bot.nlu.clinic_language import RUNS
from bot.nlu.topic_classifier import DECISION, EVIDENCE, set_decision
from bot.safety.screen import Screen, Verdict
from bot.settings import Settings

SAFETY = "safety"
CLOSELY, CLOSELY_LETTERS = 25, 150  # words and letters; in a longer part one sign drowns, and the encoder does not read to its end
INTENTS = {"emergency": "emergency", "crisis": "crisis", "medical_advice": "advice"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyGate(GraphComponent):
    """Overrules the intent when the screen fires; no plea for advice takes the place of the learned classifier's own alarm, or
    of answers to several questions (the reply to the plea is then said before them, see several_topics).
    """

    def __init__(self) -> None:
        self._screen = Screen.load(Settings.load().data / "safety")

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "SafetyGate":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            verdict = self._screen.check(text)
            if not verdict.certain and _disproved(message):
                verdict = self._screen.check(text, signs=False)
            if verdict.kind not in ALARMS and (message.get(DECISION) or {}).get("kind") in ALARMS:
                verdict = Verdict()  # the reply is chosen by the verdict: no plea for advice beside a learned alarm
            message.set(SAFETY, verdict.as_dict(), add_to_output=True)
            decision = message.get(DECISION) or {}
            if verdict.kind == "medical_advice" and several_asked(decision):
                message.set(DECISION, {**decision, "pleads": True}, add_to_output=True)
            elif verdict.kind in INTENTS:
                set_decision(message, Decision(INTENTS[verdict.kind], verdict.kind, (), 1.0, f"rule: {verdict.rule}"))
        return messages


def _disproved(message: Message) -> bool:
    """Whether the classifier read the message closely, part by part, and finds no trace of an alarm."""
    traces = (message.get(EVIDENCE) or {}).get("traces_of_alarm")
    parts = [run.text for run in message.get(RUNS) or () if run.first == run.last] or [message.get(TEXT)]
    closely = all(len(part.split()) <= CLOSELY and len(part) <= CLOSELY_LETTERS for part in parts)
    return closely and traces is False
