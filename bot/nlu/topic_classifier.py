"""Rasa component: topic, certainty and decision for each message."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import topic_model_file
from bot.language.alarms import Alarm, AlarmNet
from bot.language.asking import Asked, Asking, ReadRun
from bot.language.clauses import make_nlp, runs
from bot.language.decision import SIGNS_AT, Cuts, Decision, choose_cuts, decide
from bot.language.encoder import sentence_encoder
from bot.language.regression import Regression
from bot.language.several import ABOUT_THE_CHAT, FAQ, STAFF, Message as SeveralMessage, askable, in_two, name_of, read_several
from bot.language.topic_model import ALARMS, EXACT, Guess, TopicModel, Tuner
from bot.language.tuned_view import TunedView
from bot.language.tuning import Lessons, tune
from bot.nlu.clinic_language import RUNS
from bot.nlu.fingerprint import files_hash, source_hash
from bot.nlu.sentence_features import RUN_VECTORS, sentence_vector
from bot.nlu.spelling_repair import meant
from bot.settings import Settings

DECISION, EVIDENCE = "decision", "evidence"
ASKED_SHOWN = 4
LANGUAGE = "alarms asking asking_head clauses decision encoder evidence grouping joining ngrams quick_layers regression several topic_model topic_model_file trainable_layers tuned_view tuning".split()
HELPERS = ("nlu/topic_classifier.py", *(f"language/{name}.py" for name in LANGUAGE))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Writes `intent`, `intent_ranking`, `decision` and, for information topics, `response_selector`."""

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
        model: Optional[TopicModel] = None, cuts: Optional[Cuts] = None, asking: Optional[Asking] = None,
        alarms: Optional[AlarmNet] = None, tuned: Optional[TunedView] = None,
    ) -> None:  # fmt: skip
        self._config, self._storage, self._resource = config, model_storage, resource
        self._model, self._cuts, self._asking, self._alarms, self._tuned = model, cuts, asking, alarms, tuned
        self._known = _exact_texts(model) if model else {}

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`tuned_view`: whether the second view is made; it takes much of the training time, and about a sixth of the errors away."""
        return {"tuned_view": True}

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "TopicClassifier":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> "TopicClassifier":
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / "decision.json").read_text(encoding="ascii"))
            cuts, asking, alarms = Cuts(**stored["cuts"]), Asking(Regression.restored(stored["asking"])), AlarmNet(Regression.restored(stored["alarms"]))
            tuned = TunedView.load(folder, sentence_encoder()) if config["tuned_view"] else None
            classifier = cls(config, model_storage, resource, topic_model_file.load(folder), cuts, asking, alarms, tuned)
        classifier._read(classifier._model, ["warm up"])  # or the first visitor waits for seconds
        return classifier

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        return source_hash(*HELPERS) + files_hash(_several_folder())

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on the intent examples and on the canonical question of each topic."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get(INTENT_RESPONSE_KEY) or example.get(INTENT) for example in examples]
        vectors = [sentence_vector(example) for example in examples]
        questions = _canonical_questions(training_data)
        if questions:
            vectors.extend(sentence_encoder().encode(list(questions.values())))
        texts, labels = texts + list(questions.values()), labels + list(questions)
        several = read_several(_several_folder())
        to_tune_on, to_weigh = in_two(several) if self._config["tuned_view"] else ([], several)
        self._model = TopicModel().fit(texts, labels, np.array(vectors), self._tuner(texts, labels, np.array(vectors), to_tune_on))
        misleading = np.array([_misleading(example) for example in examples] + [False] * len(questions))
        self._cuts, self._asking, self._alarms = choose_cuts(self._model), self._learn_asking(to_weigh), self._learn_alarms(misleading)
        with self._storage.write_to(self._resource) as folder:
            topic_model_file.save(self._model, folder)
            if self._tuned:
                self._tuned.save(folder)
            stored = {"cuts": asdict(self._cuts), "asking": self._asking.regression.stored(), "alarms": self._alarms.regression.stored()}
            (folder / "decision.json").write_text(json.dumps(stored), encoding="ascii")
        return self._resource

    def _learn_asking(self, messages: Sequence[SeveralMessage]) -> Asking:
        """Which of the topics that a message mentions it asks about, learned from messages that the tuned view has not seen."""
        assert self._model
        read = self._read(self._model, [text for text, _ in messages])
        return Asking.learn([(whole, found, topics) for (whole, found), (_, topics) in zip(read, messages) if found])

    def _learn_alarms(self, misleading: np.ndarray) -> AlarmNet:
        """How probable an alarm is, learned from examples as they were read before the model knew them, but for `misleading` ones:
        they would teach it that what lies near a known text mostly means something else.
        """
        assert self._model
        rows = self._model.unseen.rows[~misleading[self._model.unseen.rows]]
        read = self._read(self._model.unaware or self._model, [self._model.texts[row] for row in rows])
        alarms = np.isin(self._model.labels, ALARMS)[self._model.text_labels[rows]]
        return AlarmNet.learn([(whole, [guess for _, guess in found]) for whole, found in read], alarms)

    def _read(self, model: TopicModel, texts: Sequence[Text]) -> List[Tuple[Guess, List[ReadRun]]]:
        """Each text read as a whole and in all runs of its parts."""
        nlp = make_nlp()
        found = [runs(nlp(text)) for text in texts]
        pieces = [piece for text, parts in zip(texts, found) for piece in (text, *(run.text for run in parts))]
        guesses = iter(self._guesses(model, pieces, sentence_encoder().encode(pieces)))
        return [(next(guesses), [(run, next(guesses)) for run in parts]) for parts in found]

    def _guesses(self, model: TopicModel, texts: List[Text], vectors: np.ndarray) -> List[Guess]:
        if not self._tuned:
            return model.guess(texts, [vectors])
        tuned, asked = self._tuned.read(texts)
        return model.guess(texts, [vectors, tuned], asked)

    def _tuner(self, texts: List[Text], labels: List[Text], vectors: np.ndarray, messages: Sequence[SeveralMessage]) -> Optional[Tuner]:
        """Tunes a view on the rows that it is given; the last one is kept."""
        if not self._config["tuned_view"]:
            return None
        names, targets = np.unique(labels, return_inverse=True)
        alarms, number = np.isin(labels, ALARMS), {name_of(name): number for number, name in enumerate(names)}
        asking = [(text, [number[topic] for topic in topics if topic in number]) for text, topics in messages]
        beside = frozenset(number[name_of(name)] for name in names if askable(name))

        def tune_on(rows: np.ndarray) -> np.ndarray:
            lessons = Lessons([texts[row] for row in rows], targets[rows], vectors[rows], alarms[rows], len(names), asking, beside)
            self._tuned = tune(sentence_encoder(), lessons)
            return self._tuned.encode(texts)

        return tune_on

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            self._understand(message)
        return messages

    def _understand(self, message: Message) -> None:
        assert self._model and self._cuts and self._asking and self._alarms, "process is only called on a trained component"
        typed, text, found = message.get(TEXT) or "", meant(message), list(message.get(RUNS) or ())
        vectors = np.vstack([sentence_vector(message)[None, :], message.get(RUN_VECTORS)]) if found else sentence_vector(message)[None, :]
        whole, *parts = self._guesses(self._model, [text, *(run.text for run in found)], vectors)
        whole, parts = self._exactly(whole, typed), [self._exactly(part, part.text) for part in parts]
        asked = [] if whole.sure == EXACT else self._asking.asked(whole, list(zip(found, parts)))
        alarm = self._alarms.judge(whole, parts, sentence_encoder().reads_to_the_end(text))
        if text != typed:
            alarm = alarm.or_worse(self._alarm_as_typed(typed))  # a wrong repair hides none
        set_decision(message, decide(whole, parts, asked, alarm.probability, self._cuts))
        ranking = [{"name": label, "confidence": probability} for label, probability in whole.ranking]
        message.set("intent_ranking", ranking, add_to_output=True)
        evidence = {**_evidence(whole, asked), "alarm": alarm.probability, "traces_of_alarm": alarm.trace >= SIGNS_AT}
        message.set(EVIDENCE, evidence, add_to_output=True)

    def _alarm_as_typed(self, text: Text) -> Alarm:
        """Of a message that was repaired."""
        assert self._model and self._alarms
        [(whole, found)] = self._read(self._model, [text])
        parts = [self._exactly(part, part.text) for _, part in found]
        return self._alarms.judge(self._exactly(whole, text), parts, sentence_encoder().reads_to_the_end(text))

    def _exactly(self, guess: Guess, text: str) -> Guess:
        """A text that equals a known one (a tapped button, for instance) leaves no doubt."""
        label = self._known.get(_plain(text))
        if label is None:
            return guess
        ranking = ((label, 1.0), *(pair for pair in guess.ranking if pair[0] != label))
        return replace(guess, label=label, sure=EXACT, ranking=ranking)


def _evidence(whole: Guess, asked: Sequence[Asked]) -> Dict[Text, Any]:
    """What the decision rests on, for `--explain` and for staff."""
    found = {"nearest": whole.nearest, "known": whole.known, "energy": whole.energy, "cosine": whole.cosine, "ngram": whole.ngram}
    return {**found, "asked": [[name_of(asked_about.label), asked_about.probability] for asked_about in asked[:ASKED_SHOWN]]}


def set_decision(message: Message, decision: Decision) -> None:
    """Write a decision in the forms that Rasa and our own code read."""
    message.set(INTENT, {"name": decision.intent, "confidence": decision.confidence}, add_to_output=True)
    message.set(DECISION, decision.as_dict(), add_to_output=True)
    information = [topic for topic in decision.topics if topic not in (*ABOUT_THE_CHAT, *STAFF)]
    if decision.kind == "answer" and information:
        key = FAQ + information[0]
        response = {"responses": [], "confidence": decision.confidence, "intent_response_key": key, "utter_action": f"utter_{key}"}
        message.set("response_selector", {"faq": {"response": response, "ranking": []}}, add_to_output=True)


def _misleading(example: Message) -> bool:
    """Whether it stands among the examples because an earlier model got it wrong, or as the twin of one with another label."""
    return bool(((example.get("metadata") or {}).get("intent") or {}).get("misleading"))


def _several_folder() -> Path:
    return Settings.load().data / "several"


def _canonical_questions(training_data: TrainingData) -> Dict[Text, Text]:
    """Question by label, from the metadata of the curated answers."""
    found = {}
    for name, variations in training_data.responses.items():
        question = (variations[0].get("metadata") or {}).get("question")
        if name.startswith("utter_" + FAQ) and question:
            found[name[len("utter_") :]] = question
    return found


def _exact_texts(model: TopicModel) -> Dict[Text, Text]:
    """Label by text, for texts that stand under one label only."""
    found: Dict[Text, set] = {}
    for text, label in zip(model.texts, model.text_labels):
        found.setdefault(_plain(text), set()).add(model.labels[label])
    return {text: labels.pop() for text, labels in found.items() if len(labels) == 1 and text}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()
