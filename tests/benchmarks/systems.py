"""The systems that are compared: ours as it is shipped, ours without a part, and simple baselines."""

from __future__ import annotations

import time
from typing import Optional, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from bot.language.encoder import sentence_encoder
from bot.language.topic_model import TopicModel
from bot.language.tuned_view import TunedView


class Ours:
    """TopicModel as TopicClassifier uses it."""

    def __init__(self, tuned: bool = True) -> None:
        self.name = "ours" if tuned else "ours without the tuned view"
        self._tuned = tuned

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Optional[np.ndarray] = None) -> "Ours":
        started = time.perf_counter()
        vectors = sentence_encoder().encode(texts) if vectors is None else vectors
        numbers = np.unique(labels, return_inverse=True)[1]
        self.view: Optional[TunedView] = None

        def tune(rows: np.ndarray) -> np.ndarray:
            self.view = TunedView(sentence_encoder()).tune([texts[row] for row in rows], numbers[rows], vectors[rows])
            return self.view.encode(texts)

        self.model = TopicModel().fit(texts, labels, vectors, tune if self._tuned else None)
        self.seconds = time.perf_counter() - started
        return self

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Label and certainty of each text."""
        views = [sentence_encoder().encode(texts), *([self.view.encode(texts)] if self.view else [])]
        guesses = self.model.guess(texts, views)
        return np.array([guess.label for guess in guesses]), np.array([guess.sure for guess in guesses])

    @property
    def cut(self) -> float:
        """The certainty that 95 % of the training texts reach out of fold."""
        return float(np.quantile(self.model.out_of_fold_sure, 0.05))


class Simple:
    """Logistic regression on one kind of features; the score is the highest probability."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Optional[np.ndarray] = None) -> "Simple":
        started = time.perf_counter()
        if self.name == "MiniLM + LR":
            self._rows = lambda some: sentence_encoder().encode(some)
            rows = self._rows(texts) if vectors is None else vectors
        else:
            features = make_union(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True), TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))
            rows = features.fit_transform(texts)
            self._rows = features.transform
        self._model = make_pipeline(LogisticRegression(C=30.0, max_iter=300, tol=1e-3)).fit(rows, labels)
        self.cut = 0.0
        self.seconds = time.perf_counter() - started
        return self

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        probabilities = self._model.predict_proba(self._rows(texts))
        return self._model.classes_[probabilities.argmax(axis=1)], probabilities.max(axis=1)


def all_systems() -> list:
    return [Ours(), Ours(tuned=False), Simple("MiniLM + LR"), Simple("TF-IDF + LR")]
