"""Which topic a text is about, how sure that is, and how close it lies to anything we know.

Probabilities come from `evidence`. Certainty is learned on examples that neither the classifier nor the tuned view has
seen (near-duplicates of them neither), and on the same examples with the right topic taken away, so that it also knows
what a question about nothing of ours looks like. How known a text is: the sum of its signs, each measured against unseen
examples of ours (energy, nearest example by n-grams and in each view; Liu et al., "Energy-based Out-of-distribution
Detection", NeurIPS 2020, and nearest-neighbour rejection).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Callable, Mapping, Optional, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from tqdm import tqdm

from bot.language.evidence import Head, Known, Reading, learn_heads, read
from bot.language.grouping import near_duplicate_groups
from bot.language.ngrams import NgramFeatures

# From MANY texts on, one part is held out; fewer texts are held out in turns. With fewer than ENOUGH texts of a label each of them
# counts, and the view is tuned once more, on all.
FOLDS, MANY, HELD_SHARE, MOST_HELD, ENOUGH = 3, 1500, 0.2, 3000, 30
VOTE_WEIGHTS = (0.0, 0.35, 0.7)
# Weight of an example whose topic was taken away: about one visitor in seven asks about something else. Where examples of
# what is out of scope stand for these visitors, more would make the certainty too low (docs/understanding.md).
UNKNOWN_SHARE, UNKNOWN_BESIDE_OUT_OF_SCOPE = 0.15, 0.03
RANKED = 10
SEED = 7
OUT_OF_SCOPE = "out_of_scope"
EXACT = 1.0  # certainty of a text that is known word for word
ALARMS = ("emergency", "crisis")  # are always in the ranking, however unlikely
Tuner = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Guess:
    """What one text is about. `ranking` holds (label, probability), best first; `sure` is P(the first is right).

    `known` says how close the text lies to known ones: 0 for a usual text of ours, far below for one about something else.
    `shares` holds, for the same labels, what each view and last the votes give to them.
    `asked` holds the labels that the tuned view thinks are asked about, each with its probability; any number may be.
    """

    text: str
    label: str
    sure: float
    ranking: tuple[tuple[str, float], ...]
    known: float
    energy: float
    ngram: float
    cosine: float
    nearest: str
    shares: Mapping[str, np.ndarray] = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)

    def probability(self, label: str) -> float:
        """The label's probability; 0 for one that is not among the likeliest."""
        return dict(self.ranking).get(label, 0.0)

    def said(self, label: str) -> np.ndarray:
        """What each view, and last the votes, give to the label; 0 for one that is not among the likeliest."""
        return self.shares.get(label, np.zeros_like(next(iter(self.shares.values()))))


@dataclass(frozen=True)
class Unseen:
    """Predictions on texts that were held out: their rows, what was read with all topics and without the right one."""

    rows: np.ndarray
    seen: Reading
    without: Reading


class TopicModel:
    """The trained classifier. Arrays only, so it is stored without pickle (see topic_model_file)."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    text_labels: np.ndarray  # index into labels, one for each text
    ngram_rows: csr_matrix
    heads: tuple[Head, ...]
    scale: np.ndarray  # (signs, 2): mean and deviation over unseen texts
    certainty: np.ndarray  # coefficients of the calibrator, intercept last
    vote_weight: float
    unseen: Unseen  # only after `fit`
    unaware: "Optional[TopicModel]"  # only after `fit` on many texts: the model before it learned from the unseen ones

    def __init__(self) -> None:
        self.features = NgramFeatures()
        self._known: Optional[Known] = None

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
        views = self._hold_out(vectors, tuner)
        self.heads = self._heads(views, np.arange(len(texts)), self.unaware.heads if self.unaware else None)
        return self

    def guess(self, texts: Sequence[str], views: Sequence[np.ndarray], asked: Optional[np.ndarray] = None) -> list[Guess]:
        """A guess for each text from its vectors in each view, each of shape (len(texts), 384), and from what the tuned view
        thinks that it asks about, shape (len(texts), labels).
        """
        if self._known is None:
            self._known = self._learned(np.arange(len(self.texts)), self.heads)
        ngrams = self.features.ngrams(texts)
        guesses = self.guesses(texts, read(self.heads, self._known, views, self.features.reduce(ngrams), ngrams))
        return guesses if asked is None else [replace(guess, asked=self._asked(row)) for guess, row in zip(guesses, asked)]

    def _asked(self, probabilities: np.ndarray) -> dict[str, float]:
        return {self.labels[number]: float(probabilities[number]) for number in self._likeliest(probabilities)}

    def _likeliest(self, probabilities: np.ndarray) -> list[int]:
        """Numbers of the likeliest labels, best first, and of alarms."""
        order = np.argsort(-probabilities, kind="stable")
        return [number for place, number in enumerate(order) if place < RANKED or self.labels[number] in ALARMS]

    def guesses(self, texts: Sequence[str], reading: Reading) -> list[Guess]:
        """A reading as guesses."""
        rows = zip(texts, self.probabilities(reading), reading.signs, reading.nearest, self.sure(reading), self.known(reading), reading.shares())
        return [self._guess(*row) for row in rows]

    def probabilities(self, reading: Reading) -> np.ndarray:
        """Of each label, shape (texts, labels)."""
        return reading.probabilities(self.vote_weight)

    def sure(self, reading: Reading) -> np.ndarray:
        """P(the likeliest label is right) for each text."""
        return 1.0 / (1.0 + np.exp(-(self._certainty_features(reading) @ self.certainty[:-1] + self.certainty[-1])))

    def known(self, reading: Reading) -> np.ndarray:
        """How close each text lies to known ones."""
        return self._standard(reading).sum(axis=1)

    def _guess(self, text: str, probabilities: np.ndarray, signs: np.ndarray, nearest: int, sure: float, known: float, shares: np.ndarray) -> Guess:
        likeliest = self._likeliest(probabilities)
        ranking = tuple((self.labels[number], float(probabilities[number])) for number in likeliest)
        said = {self.labels[number]: shares[:, number] for number in likeliest}
        energy, ngram, cosine = float(signs[0]), float(signs[1]), float(signs[2:].mean())
        return Guess(text, ranking[0][0], float(sure), ranking, float(known), energy, ngram, cosine, self.texts[nearest], said)

    def _heads(self, views: Sequence[np.ndarray], rows: np.ndarray, known: Optional[Sequence[Head]] = None) -> tuple[Head, ...]:
        """One head for each view, learned from `rows` of the known texts; begun at the heads `known` from most of them."""
        ngrams = self.features.reduce(self.ngram_rows[rows])
        return learn_heads([view[rows] for view in views], ngrams, self.text_labels[rows], len(self.labels), known)

    def _learned(self, rows: np.ndarray, heads: Sequence[Head]) -> Known:
        ngrams = self.ngram_rows[rows]
        return Known.of(self.text_labels[rows], ngrams, self.features.reduce(ngrams), heads)

    def _hold_out(self, vectors: np.ndarray, tuner: Optional[Tuner]) -> list[np.ndarray]:
        """Read texts that were held out, and learn from them how sure to be; returns the views for the final heads."""
        many = len(vectors) >= MANY
        groups = near_duplicate_groups(vectors, self.text_labels)
        if many:
            part = min(HELD_SHARE, MOST_HELD / len(vectors))
            splits = GroupShuffleSplit(1, test_size=part, random_state=SEED).split(vectors, groups=groups)
        else:
            splits = GroupKFold(FOLDS).split(vectors, groups=groups)
        rows, seen, without, views = [], [], [], [vectors]
        for known, held in tqdm(list(splits), desc="Checking on unseen examples", unit="fold"):
            views = [vectors, tuner(known)] if tuner else [vectors]
            heads = self._heads(views, known)
            learned = self._learned(known, heads)
            ngrams = self.ngram_rows[held]
            texts = [view[held] for view in views], self.features.reduce(ngrams), ngrams
            for found, left_out in ((seen, None), (without, self.text_labels[held])):
                reading = read(heads, learned, *texts, without=left_out)
                found.append(replace(reading, nearest=known[reading.nearest]))
            rows.append(held)
        self._calibrate(Unseen(np.concatenate(rows), Reading.joined(seen), Reading.joined(without)))
        enough = many and len(vectors) >= ENOUGH * len(self.labels)
        self.unaware = self._as_of(known, heads, learned) if enough else None
        return views if enough or not tuner else [vectors, tuner(np.arange(len(vectors)))]

    def _as_of(self, rows: np.ndarray, heads: Sequence[Head], known: Known) -> "TopicModel":
        """The same model as long as it knew only `rows` of the texts."""
        model = copy(self)
        model.texts, model.text_labels = tuple(self.texts[row] for row in rows), self.text_labels[rows]
        model.heads, model._known = tuple(heads), known
        return model

    def _calibrate(self, unseen: Unseen) -> None:
        """Learn from unseen texts how much the votes count, and P(right), with and without their own topic."""
        self.unseen = unseen
        truth = self.text_labels[unseen.rows]
        accuracies = {weight: (unseen.seen.probabilities(weight).argmax(axis=1) == truth).mean() for weight in VOTE_WEIGHTS}
        self.vote_weight = _least_of_the_best(accuracies, len(truth))
        signs = unseen.seen.signs
        self.scale = np.stack([signs.mean(axis=0), signs.std(axis=0) + 1e-6], axis=1)
        features = np.vstack([self._certainty_features(unseen.seen), self._certainty_features(unseen.without)])
        right = np.concatenate([self.probabilities(unseen.seen).argmax(axis=1) == truth, np.zeros(len(unseen.rows), dtype=bool)])
        share = UNKNOWN_BESIDE_OUT_OF_SCOPE if OUT_OF_SCOPE in self.labels else UNKNOWN_SHARE
        weight = np.repeat([1.0, share], len(unseen.rows))
        learned = LogisticRegression(C=1.0, max_iter=1000).fit(features, right, sample_weight=weight)
        self.certainty = np.append(learned.coef_[0], learned.intercept_[0]).astype(np.float64)

    def _standard(self, reading: Reading) -> np.ndarray:
        return np.clip((reading.signs - self.scale[:, 0]) / self.scale[:, 1], -4, 4)

    def _certainty_features(self, reading: Reading) -> np.ndarray:
        """Log-odds of the best label, its margin, the signs of being known, and whether the nearest text agrees."""
        probabilities = self.probabilities(reading)
        ordered = np.sort(probabilities, axis=1)
        best, second = np.clip(ordered[:, -1], 1e-6, 1 - 1e-6), ordered[:, -2]
        agrees = self.text_labels[reading.nearest] == probabilities.argmax(axis=1)
        return np.column_stack([np.log(best / (1 - best)), best - second, self._standard(reading), agrees])


def _least_of_the_best(accuracies: Mapping[float, float], count: int) -> float:
    """The smallest weight whose accuracy on `count` texts lies within one standard error of the best one's (Breiman et al.,
    "Classification and Regression Trees", 1984): on few texts a point more is chance.
    """
    best = max(accuracies.values())
    return min(weight for weight, accuracy in accuracies.items() if accuracy >= best - np.sqrt(best * (1 - best) / count))
