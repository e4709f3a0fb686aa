"""Rasa component: clauses of the message, by spaCy."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language.clauses import clauses, make_nlp

CLAUSES = "clauses"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ClinicLanguage(GraphComponent):
    """Puts the list of clauses (empty for a message of one clause) on each message."""

    def __init__(self) -> None:
        self._nlp = make_nlp()

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "ClinicLanguage":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            message.set(CLAUSES, clauses(self._nlp(message.get(TEXT) or "")), add_to_output=True)
        return messages
