"""What the known texts say of a new one: a linear classifier for each view, and the votes of the nearest known texts.

The linear classifiers carry over to wording that nobody wrote; the votes (a kernel density over the nearest known texts,
as in Parzen windows) carry the many particular wordings that somebody did write. Their log-probabilities are added;
how much the votes count is chosen on held-out texts: with a few examples a label they only add noise.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from typing import Optional, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

NGRAM_WEIGHT = 0.5  # of the reduced n-grams beside the sentence vector
C = 10.0
STEPS, FURTHER_STEPS = 80, 20  # of L-BFGS: more change nothing on held-out texts; and from heads that know most of the texts
ABSENT = -30.0  # logit of a label that cannot be
# The votes: closeness is the cosine plus LETTERS times the n-gram cosine; SHARP makes near texts count more than far ones.
LETTERS, SHARP, FLOOR = 0.4, 30.0, 1e-4
NEAREST, SKETCH = 256, 64  # texts that vote, and the principal components in which they are looked for: a fifth of the time
EACH = 16  # of the sketch's values one is looked at to bound the highest
ROWS = 512  # texts read at a time, to bound memory
ONE_BY_ONE = 16  # texts up to which each is multiplied by itself


@dataclass(frozen=True)
class Head:
    """The classifier of one view: weights (features, labels), bias (labels), and the known texts' vectors."""

    weights: np.ndarray
    bias: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True)
class Known:
    """The texts that the heads have learned from: label number of each, their n-grams, their vectors in all views side by
    side, shape (texts, 384 * views), and a sketch of both in their principal `directions`.
    """

    labels: np.ndarray
    ngrams: csr_matrix
    vectors: np.ndarray
    directions: np.ndarray
    sketch: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray, ngrams: csr_matrix, reduced: np.ndarray, heads: Sequence[Head]) -> "Known":
        """The texts with these labels and n-grams."""
        vectors = _side_by_side([head.vectors for head in heads])
        both = _with_letters(vectors, reduced)
        directions = np.linalg.eigh(both.T @ both)[1][:, -SKETCH:]
        return cls(labels, ngrams, vectors, directions, both @ directions)


@dataclass(frozen=True)
class Reading:
    """What is said of some texts: by each view's linear classifier, shape (texts, views, labels), and by the votes, shape
    (texts, labels); signs of being known, shape (texts, 2 + views): energy, n-gram cosine to the nearest text, and cosine to the
    nearest one in each view; and the text that is nearest in all views together.
    """

    linear: np.ndarray
    votes: np.ndarray
    signs: np.ndarray
    nearest: np.ndarray

    @classmethod
    def joined(cls, readings: Sequence["Reading"]) -> "Reading":
        """One after the other."""
        return cls(*(np.concatenate([getattr(reading, field.name) for reading in readings]) for field in fields(cls)))

    def probabilities(self, weight: float) -> np.ndarray:
        """Of each label, shape (texts, labels), where the votes count `weight` times as much as the linear classifiers."""
        return _softmax(np.log(self.linear.mean(axis=1) + 1e-9) + weight * np.log(self.votes + FLOOR))

    def shares(self) -> np.ndarray:
        """What each view, and last the votes, give to each label, shape (texts, views + 1, labels)."""
        return np.concatenate([self.linear, self.votes[:, None, :]], axis=1)


def learn_heads(views: Sequence[np.ndarray], reduced: np.ndarray, labels: np.ndarray, count: int, known: Optional[Sequence[Head]] = None) -> tuple[Head, ...]:
    """One head for each view of the texts with these labels (numbers below `count`); begun at the heads `known` from most of them."""
    learned = [_logistic(_join(view, reduced), labels, count, head) for view, head in zip(views, known or [None] * len(views))]
    return tuple(Head(weights, bias, np.ascontiguousarray(view, dtype=np.float32)) for (weights, bias), view in zip(learned, views))


def read(heads: Sequence[Head], known: Known, views: Sequence[np.ndarray], reduced: np.ndarray, ngrams: csr_matrix, without: Optional[np.ndarray] = None) -> Reading:
    """Read texts from their views and n-grams; `without` takes one label away from each text."""
    parts = [
        _read(heads, known, [view[rows] for view in views], reduced[rows], ngrams[rows], None if without is None else without[rows])
        for rows in (slice(start, start + ROWS) for start in range(0, len(reduced), ROWS))
    ]
    return parts[0] if len(parts) == 1 else Reading.joined(parts)


def _read(heads: Sequence[Head], known: Known, views: Sequence[np.ndarray], reduced: np.ndarray, ngrams: csr_matrix, without: Optional[np.ndarray]) -> Reading:
    logits = np.stack([_join(view, reduced) @ head.weights + head.bias for head, view in zip(heads, views)])
    vectors = _side_by_side(views)
    about = _products(known.sketch, _with_letters(vectors, reduced) @ known.directions)
    if without is not None:
        logits[:, np.arange(len(without)), without] = ABSENT
        about[known.labels[None, :] == without[:, None]] = ABSENT
    count = min(NEAREST, len(known.labels))
    near = np.stack([_highest(row, count) for row in about])
    in_views = np.stack([_in_each_view(known.vectors[numbers], vector, len(views)) for numbers, vector in zip(near, vectors)])
    shared = np.stack([known.ngrams[numbers] @ row.toarray()[0] for numbers, row in zip(near, ngrams)])
    if without is not None:
        taken = known.labels[near] == without[:, None]
        in_views[taken], shared[taken] = -1.0, 0.0
    cosines = in_views.mean(axis=2)
    votes = _votes(cosines + LETTERS * shared, known.labels[near], logits.shape[2])
    signs = np.column_stack([logsumexp(logits, axis=2).mean(axis=0), shared.max(axis=1), in_views.max(axis=1)])
    return Reading(_softmax(logits).transpose(1, 0, 2), votes, signs, near[np.arange(len(near)), cosines.argmax(axis=1)])


def _products(sketch: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """Shape (texts, rows of the sketch). For the few texts of a message BLAS takes longer to arrange the sketch than to multiply it."""
    return np.stack([sketch @ text for text in texts]) if len(texts) <= ONE_BY_ONE else texts @ sketch.T


def _highest(values: np.ndarray, count: int) -> np.ndarray:
    """Places of the `count` highest values. Only those above a bound are sorted, which every EACH-th value suggests."""
    some = values[::EACH]
    place = min(len(some), 2 * (count // EACH) + 8)
    above = np.flatnonzero(values >= np.partition(some, len(some) - place)[len(some) - place])
    if len(above) < count:
        above = np.arange(len(values))
    return above[np.argpartition(-values[above], count - 1)[:count]]


def _votes(closeness: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Share of each of `count` labels in the votes of the nearest texts, each weighed by its closeness; shape (texts, count)."""
    weights = np.exp(SHARP * (closeness - closeness.max(axis=1, keepdims=True)))
    votes = np.stack([np.bincount(row, ballot, minlength=count) for row, ballot in zip(labels, weights)])
    return votes / votes.sum(axis=1, keepdims=True)


def _side_by_side(views: Sequence[np.ndarray]) -> np.ndarray:
    """Such that the product of two is the mean of their cosines."""
    return np.ascontiguousarray(np.hstack(views), dtype=np.float32) / np.float32(np.sqrt(len(views)))


def _in_each_view(vectors: np.ndarray, vector: np.ndarray, count: int) -> np.ndarray:
    """Cosines of `vectors` and `vector`, both side by side, in each of `count` views; shape (len(vectors), count)."""
    return count * np.stack([view @ wanted for view, wanted in zip(np.hsplit(vectors, count), np.hsplit(vector, count))], axis=1)


def _with_letters(vectors: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    """Such that the product of two is about their closeness."""
    return np.hstack([vectors, np.float32(np.sqrt(LETTERS)) * reduced])


def _join(vectors: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    return np.hstack([np.asarray(vectors, dtype=np.float32), NGRAM_WEIGHT * reduced])


def _logistic(rows: np.ndarray, targets: np.ndarray, count: int, known: Optional[Head]) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression with square-root class balance; weights (features, count) and bias (count)."""
    present, sizes = np.unique(targets, return_counts=True)
    balance = {label: float(np.sqrt(sizes.mean() / size)) for label, size in zip(present, sizes)}
    model = LogisticRegression(C=C, max_iter=FURTHER_STEPS if known else STEPS, tol=1e-3, class_weight=balance, warm_start=True)
    if known:
        unheard = known.bias[present] == ABSENT  # labels whose only texts were held out start as if nothing were known
        model.coef_, model.intercept_ = known.weights[:, present].T, np.where(unheard, 0.0, known.bias[present])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the steps are meant to be too few for that
        model.fit(rows, targets)
    weights = np.zeros((rows.shape[1], count), dtype=np.float32)
    bias = np.full(count, ABSENT, dtype=np.float32)  # a label that this fold has not seen is never the best
    weights[:, present], bias[present] = model.coef_.T, model.intercept_
    return weights, bias


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
