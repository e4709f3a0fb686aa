"""Which topic a text is about, how sure that is, and how close it lies to anything we know.

A logistic regression on sentence vectors joined with character and word n-grams (for typing errors), one for each view on
the text (the published encoder, and the one tuned on our examples), averaged. Certainty is learned from out-of-fold
predictions whose folds never split a group of near-duplicates, and from the same predictions with the right topic taken
away, so that it also knows what a question about nothing of ours looks like. The three signs of an unknown text (energy,
nearest example, nearest by n-grams) follow Liu et al., "Energy-based Out-of-distribution Detection" (NeurIPS 2020) and
nearest-neighbour rejection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse import hstack as sparse_hstack
from scipy.special import logsumexp
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from bot.language.grouping import near_duplicate_groups

NGRAM_WEIGHT = 0.5
NGRAM_DIMENSIONS = 384
C = 30.0
FOLDS, FEWER_FOLDS, MANY = 5, 2, 1500  # from MANY texts on, two folds are enough, and each costs a minute
UNKNOWN_SHARE = 0.15  # weight of an example whose topic was taken away: about one visitor in seven asks about something else
ABSENT = -30.0  # logit of a label that cannot be
RANKED = 10
SEED = 7
OUT_OF_SCOPE = "out_of_scope"
Tuner = Callable[[np.ndarray], np.ndarray]


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


@dataclass(frozen=True)
class Head:
    """The classifier of one view: weights (features, labels), bias (labels), and the known texts' vectors."""

    weights: np.ndarray
    bias: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True)
class Reading:
    """What all views together say of some texts: probabilities (texts, labels), signs (texts, 3), nearest known text."""

    probabilities: np.ndarray
    signs: np.ndarray
    nearest: np.ndarray


class TopicModel:
    """The trained classifier. Arrays only, so it is stored without pickle (see topic_model_file)."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    text_labels: np.ndarray  # index into labels, one for each text
    ngram_rows: csr_matrix
    heads: tuple[Head, ...]
    scale: np.ndarray  # (3, 2): mean and deviation of energy, cosine, ngram over known texts
    certainty: np.ndarray  # coefficients of the calibrator, intercept last

    def __init__(self) -> None:
        self.features = NgramFeatures()

    def fit(self, texts: Sequence[str], labels: Sequence[str], vectors: np.ndarray, tuner: Optional[Tuner] = None) -> "TopicModel":
        """Train on texts with their labels and sentence vectors, shape (len(texts), 384).

        `tuner` gives a second view: it is called with the rows that it may learn from, and returns vectors of all texts.
        """
        self.labels = tuple(sorted(set(labels)))
        index = {label: number for number, label in enumerate(self.labels)}
        self.texts = tuple(texts)
        self.text_labels = np.array([index[label] for label in labels], dtype=np.int32)
        self.ngram_rows = self.features.fit(texts)
        vectors = np.asarray(vectors, dtype=np.float32)
        self._calibrate(vectors, tuner)
        everything = np.arange(len(texts))
        self.heads = self._heads(self._views(vectors, tuner, everything), everything)
        return self

    def guess(self, texts: Sequence[str], views: Sequence[np.ndarray]) -> list[Guess]:
        """A guess for each text from its vectors in each view, each of shape (len(texts), 384)."""
        reading = self._read(self.heads, views, self.features.ngrams(texts), np.arange(len(self.texts)))
        sure = self._certainty(reading)
        return [self._guess(*row) for row in zip(texts, reading.probabilities, reading.signs, reading.nearest, sure)]

    def _guess(self, text: str, probabilities: np.ndarray, signs: np.ndarray, nearest: int, sure: float) -> Guess:
        best = np.argsort(-probabilities, kind="stable")[:RANKED]
        ranking = tuple((self.labels[number], float(probabilities[number])) for number in best)
        return Guess(text, ranking[0][0], float(sure), ranking, *map(float, signs), nearest=self.texts[nearest])

    @staticmethod
    def _views(vectors: np.ndarray, tuner: Optional[Tuner], rows: np.ndarray) -> list[np.ndarray]:
        return [vectors, tuner(rows)] if tuner else [vectors]

    def _heads(self, views: Sequence[np.ndarray], rows: np.ndarray) -> tuple[Head, ...]:
        """One head for each view, learned from `rows` of the known texts."""
        ngrams = self.features.reduce(self.ngram_rows[rows])
        learned = [_logistic(_join(view[rows], ngrams), self.text_labels[rows], len(self.labels)) for view in views]
        return tuple(Head(weights, bias, view[rows]) for (weights, bias), view in zip(learned, views))

    def _read(self, heads: Sequence[Head], views: Sequence[np.ndarray], ngrams: csr_matrix, known: np.ndarray, without: Optional[np.ndarray] = None) -> Reading:
        """Read texts with heads that know the rows `known`; `without` takes one label away from each text."""
        reduced = self.features.reduce(ngrams)
        logits = np.stack([_join(view, reduced) @ head.weights + head.bias for head, view in zip(heads, views)])
        cosines = np.mean([view @ head.vectors.T for head, view in zip(heads, views)], axis=0)
        shared = np.asarray((ngrams @ self.ngram_rows[known].T).todense())
        if without is not None:
            logits[:, np.arange(len(without)), without] = ABSENT
            same = self.text_labels[known][None, :] == without[:, None]
            cosines, shared = np.where(same, -1.0, cosines), np.where(same, 0.0, shared)
        nearest = cosines.argmax(axis=1)
        signs = np.stack([logsumexp(logits, axis=2).mean(axis=0), cosines.max(axis=1), shared.max(axis=1)], axis=1)
        return Reading(_softmax(logits).mean(axis=0), signs, known[nearest])

    def _calibrate(self, vectors: np.ndarray, tuner: Optional[Tuner]) -> None:
        """Learn P(right) from predictions on groups that the fold has not seen, with and without their own topic."""
        groups = near_duplicate_groups(vectors, self.text_labels)
        seen, unknown, order = [], [], []
        folds = GroupKFold(FEWER_FOLDS if len(vectors) >= MANY else FOLDS).split(vectors, groups=groups)
        for known, test in tqdm(list(folds), desc="Checking on unseen examples", unit="fold"):
            views = self._views(vectors, tuner, known)
            heads, rows, ngrams = self._heads(views, known), [view[test] for view in views], self.ngram_rows[test]
            seen.append(self._read(heads, rows, ngrams, known))
            unknown.append(self._read(heads, rows, ngrams, known, without=self.text_labels[test]))
            order.append(test)
        back = np.argsort(np.concatenate(order))
        held, taken = _joined(seen, back), _joined(unknown, back)
        self.scale = np.stack([held.signs.mean(axis=0), held.signs.std(axis=0) + 1e-6], axis=1)
        features = np.vstack([self._certainty_features(held), self._certainty_features(taken)])
        right = np.concatenate([held.probabilities.argmax(axis=1) == self.text_labels, np.zeros(len(back), dtype=bool)])
        weight = np.repeat([1.0, UNKNOWN_SHARE], len(back))
        learned = LogisticRegression(C=1.0, max_iter=1000).fit(features, right, sample_weight=weight)
        self.certainty = np.append(learned.coef_[0], learned.intercept_[0]).astype(np.float64)
        self.out_of_fold, self.out_of_fold_sure = held.probabilities, self._certainty(held)
        self.left_out_sure = self._certainty(taken)

    def _certainty(self, reading: Reading) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-(self._certainty_features(reading) @ self.certainty[:-1] + self.certainty[-1])))

    def _certainty_features(self, reading: Reading) -> np.ndarray:
        """Log-odds of the best label, its margin, the three signs (standardised), and whether the nearest text agrees."""
        ordered = np.sort(reading.probabilities, axis=1)
        best, second = np.clip(ordered[:, -1], 1e-6, 1 - 1e-6), ordered[:, -2]
        standard = (reading.signs - self.scale[:, 0]) / self.scale[:, 1]
        agrees = self.text_labels[reading.nearest] == reading.probabilities.argmax(axis=1)
        return np.column_stack([np.log(best / (1 - best)), best - second, np.clip(standard, -4, 4), agrees])


def _joined(readings: Sequence[Reading], back: np.ndarray) -> Reading:
    """Readings of all folds, in the order of the texts."""
    return Reading(*(np.concatenate([getattr(reading, field) for reading in readings])[back] for field in ("probabilities", "signs", "nearest")))


def _join(vectors: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    return np.hstack([np.asarray(vectors, dtype=np.float32), NGRAM_WEIGHT * reduced])


def _logistic(rows: np.ndarray, targets: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression with square-root class balance; weights (features, count) and bias (count)."""
    present, sizes = np.unique(targets, return_counts=True)
    balance = {label: float(np.sqrt(sizes.mean() / size)) for label, size in zip(present, sizes)}
    model = LogisticRegression(C=C, max_iter=300, tol=1e-3, class_weight=balance).fit(rows, targets)
    weights = np.zeros((rows.shape[1], count), dtype=np.float32)
    bias = np.full(count, ABSENT, dtype=np.float32)  # a label that this fold has not seen is never the best
    weights[:, present], bias[present] = model.coef_.T, model.intercept_
    return weights, bias


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
