"""N-grams of a new text are weighed as those of the known texts."""

from __future__ import annotations

import numpy as np

from bot.language.ngrams import NgramFeatures

TEXTS = ["what does it cost", "does it hurt", "what does it do to the nerve", "does the needle hurt the nerve", "where are you", "where does it hurt"]


def test_known_texts_are_read_as_they_were_learned():
    features = NgramFeatures()
    learned = features.fit(TEXTS)
    assert np.allclose(features.ngrams(TEXTS).toarray(), learned.toarray(), atol=1e-6)


def test_a_text_without_known_ngrams_has_none():
    features = NgramFeatures()
    features.fit(TEXTS)
    assert features.ngrams(["¿", ""]).nnz == 0
