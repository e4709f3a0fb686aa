"""Which topic a text is about, how sure that is, and how close it lies to anything we know.

A logistic regression on sentence vectors joined with character and word n-grams (for typing errors). Certainty is
learned from out-of-fold predictions whose folds never split a group of near-duplicates, so that it is not the model's
opinion of examples that it has seen. The three signs of an unknown text (energy, nearest example, nearest by n-grams)
follow Liu et al., "Energy-based Out-of-distribution Detection" (NeurIPS 2020) and nearest-neighbour rejection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse import hstack as sparse_hstack
from scipy.special import logsumexp
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.language.grouping import near_duplicate_groups

NGRAM_WEIGHT = 0.5
NGRAM_DIMENSIONS = 384
C = 30.0
FOLDS = 5
SEED = 7
OUT_OF_SCOPE = "out_of_scope"


class NgramFeatures:
    """Character 2-5 and word 1-2 n-grams, TF-IDF weighted; the reduced form feeds the classifier."""

    def __init__(self) -> None:
        self.parts = (
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, dtype=np.float32),
            TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=r"(?u)\b\w+\b", dtype=np.float32),
        )
        self.projection = np.zeros((0, 0), dtype=np.float32)

    def fit(self, texts: Sequence[str]) -> csr_matrix:
        """Learn the vocabulary; returns the n-grams of `texts`, unit rows."""
        for part in self.parts:
            part.fit(texts)
        ngrams = self.ngrams(texts)
        size = min(NGRAM_DIMENSIONS, min(ngrams.shape) - 1)
        svd = TruncatedSVD(n_components=size, random_state=SEED, n_iter=4).fit(ngrams)
        self.projection = np.ascontiguousarray(svd.components_.T, dtype=np.float32)
        return ngrams

    def ngrams(self, texts: Sequence[str]) -> csr_matrix:
        """Sparse unit rows, shape (len(texts), vocabulary)."""
        lowered = [text.lower() for text in texts]
        return csr_matrix(sparse_hstack([part.transform(lowered) for part in self.parts])) * np.float32(np.sqrt(0.5))

    def reduce(self, ngrams: csr_matrix) -> np.ndarray:
        """Dense reduced n-grams, shape (rows, dimensions)."""
        return np.asarray(ngrams @ self.projection, dtype=np.float32)


@dataclass(frozen=True)
class Guess:
    """What one text is about. `ranking` holds (label, probability), best first; `sure` is P(the first is right)."""

    text: str
    label: str
    sure: float
    ranking: tuple[tuple[str, float], ...]
    energy: float
    cosine: float
    ngram: float
    nearest: str

    def probability(self, label: str) -> float:
        """The label's probability; 0 for one that is not among the likeliest."""
        return dict(self.ranking).get(label, 0.0)


class TopicModel:
    """The trained classifier. Arrays only, so it is stored without pickle (see topic_model_file)."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    text_labels: np.ndarray  # index into labels, one for each text
    vectors: np.ndarray  # (texts, 384)
    ngram_rows: csr_matrix
    weights: np.ndarray  # (features, labels)
    bias: np.ndarray
    scale: np.ndarray  # (3, 2): mean and deviation of energy, cosine, ngram over known texts
    certainty: np.ndarray  # coefficients of the calibrator, intercept last

    def __init__(self) -> None:
        self.features = NgramFeatures()

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: np.ndarray) -> "TopicModel":
        """Train on texts with their labels and sentence vectors, shape (len(texts), 384)."""
        self.labels = tuple(sorted(set(labels)))
        index = {label: number for number, label in enumerate(self.labels)}
        self.texts, self.vectors = tuple(texts), np.asarray(vectors, dtype=np.float32)
        self.text_labels = np.array([index[label] for label in labels], dtype=np.int32)
        self.ngram_rows = self.features.fit(texts)
        rows = self._join(self.vectors, self.features.reduce(self.ngram_rows))
        self.weights, self.bias = _logistic(rows, self.text_labels, len(self.labels))
        self._calibrate(rows)
        return self

    def guess(self, texts: Sequence[str], vectors: np.ndarray) -> list[Guess]:
        """A guess for each text."""
        ngrams = self.features.ngrams(texts)
        logits = self._join(vectors, self.features.reduce(ngrams)) @ self.weights + self.bias
        cosines = np.asarray(vectors) @ self.vectors.T
        nearest = cosines.argmax(axis=1)
        ngram = np.asarray((ngrams @ self.ngram_rows.T).max(axis=1).todense()).ravel()
        signs = np.stack([logsumexp(logits, axis=1), cosines.max(axis=1), ngram], axis=1)
        probabilities = _softmax(logits)
        sure = self._certainty(probabilities, signs, nearest)
        return [self._guess(*row) for row in zip(texts, probabilities, signs, nearest, sure)]

    def _guess(self, text: str, probabilities: np.ndarray, signs: np.ndarray, nearest: int, sure: float) -> Guess:
        best = np.argsort(-probabilities, kind="stable")[:10]
        ranking = tuple((self.labels[number], float(probabilities[number])) for number in best)
        return Guess(text, ranking[0][0], float(sure), ranking, *map(float, signs), nearest=self.texts[nearest])

    @staticmethod
    def _join(vectors: np.ndarray, reduced: np.ndarray) -> np.ndarray:
        return np.hstack([np.asarray(vectors, dtype=np.float32), NGRAM_WEIGHT * reduced])

    def _calibrate(self, rows: np.ndarray) -> None:
        """Learn P(right) from predictions on groups that the fold has not seen."""
        groups = near_duplicate_groups(self.vectors, self.text_labels)
        count = len(rows)
        logits = np.zeros((count, len(self.labels)), dtype=np.float32)
        cosine, ngram, nearest = np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64)
        for train, test in GroupKFold(FOLDS).split(rows, groups=groups):
            weights, bias = _logistic(rows[train], self.text_labels[train], len(self.labels))
            logits[test] = rows[test] @ weights + bias
            cosines = self.vectors[test] @ self.vectors[train].T
            cosine[test], nearest[test] = cosines.max(axis=1), train[cosines.argmax(axis=1)]
            ngram[test] = np.asarray((self.ngram_rows[test] @ self.ngram_rows[train].T).max(axis=1).todense()).ravel()
        signs = np.stack([logsumexp(logits, axis=1), cosine, ngram], axis=1)
        self.scale = np.stack([signs.mean(axis=0), signs.std(axis=0) + 1e-6], axis=1)
        self.out_of_fold = _softmax(logits)
        features = self._certainty_features(self.out_of_fold, signs, nearest)
        right = self.out_of_fold.argmax(axis=1) == self.text_labels
        learned = LogisticRegression(C=1.0, max_iter=1000).fit(features, right)
        self.certainty = np.append(learned.coef_[0], learned.intercept_[0]).astype(np.float64)
        self.out_of_fold_sure = self._certainty(self.out_of_fold, signs, nearest)

    def _certainty(self, probabilities: np.ndarray, signs: np.ndarray, nearest: np.ndarray) -> np.ndarray:
        features = self._certainty_features(probabilities, signs, nearest)
        return 1.0 / (1.0 + np.exp(-(features @ self.certainty[:-1] + self.certainty[-1])))

    def _certainty_features(self, probabilities: np.ndarray, signs: np.ndarray, nearest: np.ndarray) -> np.ndarray:
        """Log-odds of the best label, its margin, the three signs (standardised), and whether the nearest text agrees."""
        ordered = np.sort(probabilities, axis=1)
        best, second = np.clip(ordered[:, -1], 1e-6, 1 - 1e-6), ordered[:, -2]
        standard = (signs - self.scale[:, 0]) / self.scale[:, 1]
        agrees = self.text_labels[nearest] == probabilities.argmax(axis=1)
        return np.column_stack([np.log(best / (1 - best)), best - second, np.clip(standard, -4, 4), agrees])


def _logistic(rows: np.ndarray, targets: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression with square-root class balance; weights (features, count) and bias (count)."""
    present, sizes = np.unique(targets, return_counts=True)
    balance = {label: float(np.sqrt(sizes.mean() / size)) for label, size in zip(present, sizes)}
    model = LogisticRegression(C=C, max_iter=300, tol=1e-3, class_weight=balance).fit(rows, targets)
    weights = np.zeros((rows.shape[1], count), dtype=np.float32)
    bias = np.full(count, -30.0, dtype=np.float32)  # a label that this fold has not seen is never the best
    weights[:, present], bias[present] = model.coef_.T, model.intercept_
    return weights, bias


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
