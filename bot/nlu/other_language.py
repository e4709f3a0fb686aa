"""Rasa component: a message in another language gets the interpreter line, not a guess."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.decision import Decision
from bot.language.other_language import other_language
from bot.language.topic_model import ALARMS
from bot.nlu.topic_classifier import DECISION, EVIDENCE, EXACT, set_decision

UNDERSTOOD = 1.0  # how known (topic_model.Guess) a text must be to be taken for English, or for what we know in Spanish
FAR = -99.0  # of a text that was not read
# Below it the learned net knows no word of another language, and its alarm is chance ("wie viel kostet das"); no alarm of 1,043
# in `tests/data` lies there. The reply names the emergency number anyway.
READ_AT_ALL = -8.0
# In Spanish the net has seen less than in English: of 441 everyday messages 22 alarm from 35 % on and 10 from here,
# of 300 alarms 294 and 289 are found.
SURE_IN_SPANISH = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OtherLanguage(GraphComponent):
    """Sets the intent `other_language`."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "OtherLanguage":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text, decision, evidence = message.get(TEXT) or "", message.get(DECISION) or {}, message.get(EVIDENCE) or {}
            known, alarm = evidence.get("known", FAR), decision.get("kind") in ALARMS
            if alarm and known >= READ_AT_ALL and not _doubtful_in_spanish(text, decision, evidence):
                continue  # "mama seizure rn" is no German
            # What is close to known texts ("hablan español", "do i gotta undress") is understood, whatever its letters look like.
            understood = not alarm and decision.get("kind") != "decline" and (decision.get("confidence") == EXACT or known >= UNDERSTOOD)
            found = None if understood else other_language(text)
            if found:
                set_decision(message, Decision("decline", "other_language", (), 1.0, f"language: {found}"))
        return messages


def _doubtful_in_spanish(text: Text, decision: Mapping[Text, Any], evidence: Mapping[Text, Any]) -> bool:
    """Whether the net's alarm in a Spanish text may be chance. The rules, which see the text afterwards, stand."""
    return decision.get("confidence") != EXACT and evidence.get("alarm", 0.0) < SURE_IN_SPANISH and other_language(text) == "es"
