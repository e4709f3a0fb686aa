"""Rasa component: what the visitor meant to type. The text itself stays as it is; rules, forms and logs see that one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.other_language import other_language
from bot.language.spelling import Spelling, words
from bot.nlu.fingerprint import files_hash, source_hash
from bot.safety.contractions import expanded
from bot.safety.vocabulary import read_vocabulary
from bot.settings import Settings

MEANT = "meant"
FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpellingRepair(GraphComponent):
    """Puts the repaired text on a message that needed it; `meant` reads it."""

    def __init__(self, storage: ModelStorage, resource: Resource, spelling: Optional[Spelling] = None) -> None:
        self._storage, self._resource, self._spelling = storage, resource, spelling

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "SpellingRepair":
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> "SpellingRepair":
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Spelling(stored["targets"], stored["known"]))

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        code = source_hash("language/spelling.py", "safety/vocabulary.py", "safety/contractions.py")
        return code + files_hash(Settings.load().data / "safety") + hashlib.sha256(_vocabulary_file().read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the English examples. Those of the safety rules are never taken for slips, nor are contractions."""
        texts = [example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT) and not _language(example)]
        rules = {word for path in (Settings.load().data / "safety").iterdir() for word in words(path.read_text(encoding="utf-8"))}
        contractions = {word for text in texts for word in words(text) if len(expanded(word)) > 1}
        self._spelling = Spelling.learn(texts, read_vocabulary(_vocabulary_file()) | rules | contractions)
        with self._storage.write_to(self._resource) as folder:
            stored = {"targets": self._spelling.targets, "known": sorted(self._spelling.known)}
            (folder / FILE).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        assert self._spelling, "process is only called on a trained component"
        for message in messages:
            text = message.get(TEXT) or ""
            repaired = text if other_language(text) else self._spelling.repaired(text)
            if repaired != text:
                message.set(MEANT, repaired, add_to_output=True)
        return messages


def meant(message: Message) -> Text:
    """The message's text, repaired where it needed that."""
    return message.get(MEANT) or message.get(TEXT) or ""


def _language(example: Message) -> Optional[Text]:
    """What the training file says of the language of its examples, where it is not English."""
    return ((example.get(METADATA) or {}).get(INTENT) or {}).get("language")


def _vocabulary_file() -> Path:
    return Settings.load().data / "terms" / "vocabulary.txt"
