"""Votes of the nearest texts: found by a sketch, the same as if all texts had been compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.language import evidence
from bot.language.evidence import Head, Known

LABELS, TEXTS, SIZE = 7, 900, 96


@pytest.fixture
def world():
    """Heads, known texts around the centres of their labels, and the views of new ones."""
    random = np.random.default_rng(3)
    labels = random.integers(0, LABELS, TEXTS)
    centres = random.normal(size=(LABELS, SIZE)).astype(np.float32)

    def around(rows):
        vectors = centres[rows] + random.normal(size=(len(rows), SIZE)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    ngrams = csr_matrix(np.eye(TEXTS, 8, dtype=np.float32))
    heads = [Head(np.zeros((SIZE + 8, LABELS), dtype=np.float32), np.zeros(LABELS, dtype=np.float32), around(labels)) for _ in range(2)]
    new = np.arange(LABELS)
    return heads, Known.of(labels, ngrams, ngrams.toarray(), heads), [around(new), around(new)]


def exact_votes(heads, known, views):
    cosines = sum(view @ head.vectors.T for head, view in zip(heads, views)) / len(heads)
    weights = np.exp(evidence.SHARP * (cosines - cosines.max(axis=1, keepdims=True)))
    return np.stack([np.bincount(known.labels, row, minlength=LABELS) for row in weights / weights.sum(axis=1, keepdims=True)]), cosines


def nearest_in_each_view(world):
    heads, _, views = world
    return np.stack([(view @ head.vectors.T).max(axis=1) for head, view in zip(heads, views)], axis=1)


def read(world, without=None):
    heads, known, views = world
    empty = csr_matrix((LABELS, 8), dtype=np.float32)
    return evidence.read(heads, known, views, empty.toarray(), empty, without)


def test_the_nearest_texts_vote_as_all_texts_would(world):
    votes, cosines = exact_votes(*world)
    reading = read(world)
    assert np.abs(reading.votes - votes).max() < 0.02
    assert (reading.nearest == cosines.argmax(axis=1)).all()
    assert np.allclose(reading.signs[:, 2:], nearest_in_each_view(world), atol=1e-5)


def test_a_label_that_is_taken_away_neither_votes_nor_is_nearest(world):
    taken = np.arange(LABELS)
    reading = read(world, without=taken)
    assert reading.votes[taken, taken].max() < 1e-9
    assert (world[1].labels[reading.nearest] != taken).all()
    assert (reading.signs[:, 2:] < read(world).signs[:, 2:]).all()


def test_heads_begun_at_others_hold_nothing_against_a_label_that_those_had_never_seen(world):
    heads, known, _ = world
    views, ngrams = [head.vectors for head in heads], known.ngrams.toarray()
    most = np.flatnonzero(known.labels > 0)
    before = evidence.learn_heads([view[most] for view in views], ngrams[most], known.labels[most], LABELS)
    assert before[0].bias[0] == evidence.ABSENT
    begun, anew = (evidence.learn_heads(views, ngrams, known.labels, LABELS, start)[0] for start in (before, None))
    assert np.abs(begun.bias - anew.bias).max() < 0.5
