"""Rasa component: tokens and parts of the message, by spaCy."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.clauses import make_nlp, runs
from bot.nlu.spelling_repair import meant

CLAUSES = "clauses"
RUNS = "runs"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ClinicLanguage(GraphComponent):
    """Puts on each message that is read its tokens, the texts of its parts (none for a message of one part), and all runs of parts."""

    def __init__(self) -> None:
        self._nlp = make_nlp()

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "ClinicLanguage":
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing learns from tokens, and Rasa would hash each of them: 40 seconds."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            doc = self._nlp(meant(message))
            message.set(TOKENS_NAMES[TEXT], [Token(token.text, token.idx) for token in doc if not token.is_space])
            found = runs(doc)
            message.set(CLAUSES, [run.text for run in found if run.first == run.last], add_to_output=True)
            message.set(RUNS, found)
        return messages
