"""Rasa component: sentence vectors of the message and of all runs of its parts."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.encoder import WEIGHTS_SHA256, sentence_encoder
from bot.nlu.clinic_language import RUNS
from bot.nlu.fingerprint import source_hash
from bot.nlu.spelling_repair import meant

RUN_VECTORS = "run_vectors"
NAME = "SentenceFeatures"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeatures(GraphComponent):
    """A dense sentence feature of 384 numbers, usable by any Rasa classifier."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "SentenceFeatures":
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """The weights and our helper code, which Rasa does not see by itself."""
        return WEIGHTS_SHA256 + source_hash("language/encoder.py", "language/quick_layers.py")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        for example, vector in zip(examples, sentence_encoder().encode([example.get(TEXT) for example in examples])):
            _add(example, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            vectors = sentence_encoder().encode([meant(message), *(run.text for run in message.get(RUNS) or ())])
            _add(message, vectors[0])
            message.set(RUN_VECTORS, vectors[1:])
        return messages


def sentence_vector(message: Message) -> np.ndarray:
    """The vector that this component gave to the message."""
    features = next(item for item in message.features if item.origin == NAME)
    return np.asarray(features.features)[0]


def _add(message: Message, vector: np.ndarray) -> None:
    message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, NAME))
