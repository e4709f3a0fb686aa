"""The systems that are compared: ours as it is shipped, ours without a part, and simple baselines."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer

from bot.language.encoder import sentence_encoder
from bot.language.topic_model import ALARMS, Guess, TopicModel
from bot.language.tuned_view import TunedView
from bot.language.tuning import Lessons, tune

HELD_SHARE = 0.2


class Ours:
    """TopicModel as TopicClassifier uses it."""

    def __init__(self, tuned: bool = True) -> None:
        self.name = "ours" if tuned else "ours without the tuned view"
        self._tuned = tuned

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> "Ours":
        started = time.perf_counter()
        vectors = sentence_encoder().encode(texts)
        (names, numbers), alarms = np.unique(labels, return_inverse=True), np.isin(labels, ALARMS)
        self.view: Optional[TunedView] = None

        def tune_on(rows: np.ndarray) -> np.ndarray:
            lessons = Lessons([texts[row] for row in rows], numbers[rows], vectors[rows], alarms[rows], len(names))
            self.view = tune(sentence_encoder(), lessons)
            return self.view.encode(texts)

        self.model = TopicModel().fit(texts, labels, vectors, tune_on if self._tuned else None)
        self.seconds = time.perf_counter() - started
        return self

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        views = [sentence_encoder().encode(texts), *([self.view.encode(texts)] if self.view else [])]
        return self.model.guess(texts, views)

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Label of each text, and how known it is."""
        guesses = self.guesses(texts)
        return np.array([guess.label for guess in guesses]), np.array([guess.known for guess in guesses])

    @property
    def cut(self) -> float:
        """Where as many training texts are refused while they are held out as are kept when their own topic is left out."""
        seen, without = (self.model.known(reading) for reading in (self.model.unseen.seen, self.model.unseen.without))
        return float(min(np.quantile(seen, np.linspace(0, 1, 201)), key=lambda cut: abs((seen < cut).mean() - (without >= cut).mean())))


class RasaDefault:
    """The pipeline that `rasa init` writes: DIET, 100 epochs, FallbackClassifier; the score is DIET's confidence."""

    name = "Rasa 3.6 default pipeline"
    CONFIG = """
recipe: default.v1
language: en
assistant_id: benchmark
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
    random_seed: 7
  - name: EntitySynonymMapper
"""
    cut = 0.3  # FallbackClassifier's, in the same file

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> "RasaDefault":
        import yaml
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)  # it prints each message otherwise
        started = time.perf_counter()
        # A slash would make a retrieval intent of the label.
        examples = [{"intent": label.replace("/", "__"), "examples": "".join(f"- {text.strip() or '-'}\n" for text, other in zip(texts, labels) if other == label)} for label in sorted(set(labels))]
        with tempfile.TemporaryDirectory() as folder:
            files = {"config.yml": self.CONFIG, "nlu.yml": yaml.safe_dump({"version": "3.1", "nlu": examples}, allow_unicode=True)}
            for name, text in files.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            model = train_nlu(f"{folder}/config.yml", f"{folder}/nlu.yml", folder)
            self.agent = Agent.load(model)
        self.seconds = time.perf_counter() - started
        return self

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        async def parse() -> list:
            return [(await self.agent.parse_message(text))["intent"] for text in texts]

        found = asyncio.run(parse())
        return np.array([(intent["name"] or "").replace("__", "/") for intent in found]), np.array([intent["confidence"] for intent in found])


class Simple:
    """Logistic regression on one kind of features; the score is the highest probability, the cut what 95 % of held-out examples pass."""

    def __init__(self, name: str, features: Callable[[], Any]) -> None:
        self.name, self._features = name, features

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> "Simple":
        started = time.perf_counter()
        held = np.random.default_rng(7).random(len(texts)) < HELD_SHARE
        known, unknown = ([number for number, out in enumerate(held) if out == wanted] for wanted in (False, True))
        self._learn([texts[number] for number in known], [labels[number] for number in known])
        self.cut = float(np.quantile(self.read([texts[number] for number in unknown])[1], 0.05))
        self._learn(texts, labels)
        self.seconds = time.perf_counter() - started
        return self

    def _learn(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        self._model = make_pipeline(self._features(), LogisticRegression(C=30.0, max_iter=300, tol=1e-3)).fit(list(texts), labels)

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        probabilities = self._model.predict_proba(list(texts))
        return self._model.classes_[probabilities.argmax(axis=1)], probabilities.max(axis=1)


def minilm() -> Any:
    """Vectors of the published encoder."""
    return FunctionTransformer(sentence_encoder().encode)


def tfidf() -> Any:
    """Character and word n-grams."""
    return make_union(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True), TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))
