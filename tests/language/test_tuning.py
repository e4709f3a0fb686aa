"""Tuning on few examples: the upper layers learn, the lower ones stay as published, and what was learned survives storing."""

import numpy as np
import pytest

from bot.language.encoder import sentence_encoder
from bot.language.trainable_layers import TrainableLayers
from bot.language.tuned_view import TunedView
from bot.language.tuning import FEW_LAYERS, Lessons, tune

TEXTS = ("what does it cost", "how much is a visit", "price of one session", "does it hurt", "is it painful", "will I feel the needle")
TARGETS = np.array([0, 0, 0, 1, 1, 1])
BOTH = "what does it cost and does it hurt"


@pytest.fixture(scope="module")
def view():
    encoder = sentence_encoder()
    lessons = Lessons(TEXTS, TARGETS, encoder.encode(TEXTS), np.zeros(len(TEXTS), dtype=bool), 2, [(BOTH, [0, 1]), (TEXTS[0], [0])], frozenset({0, 1}))
    return tune(encoder, lessons)


def test_few_examples_tune_the_upper_layers_only(view):
    published = sentence_encoder().layers
    same = [all(np.array_equal(*pair) for pair in zip(one, other)) for one, other in zip(view.layers, published)]
    assert same == [True] * (len(published) - FEW_LAYERS) + [False] * FEW_LAYERS


def test_the_published_encoder_stays_as_it_was(view):
    published = TunedView(sentence_encoder(), sentence_encoder().layers)
    assert np.allclose(sentence_encoder().encode(["what does it cost"]), published.encode(["what does it cost"]), atol=1e-5)
    assert not np.allclose(view.encode(["what does it cost"]), published.encode(["what does it cost"]), atol=1e-3)


def test_quick_layers_read_as_the_layers_that_learn():
    """In eight bits, without padding, one text at a time; here with all bits, padded, together."""
    encoder, texts = sentence_encoder(), ["hi", *TEXTS, "my feet burn at night and nothing that my doctor gave me has helped so far"]
    layers = TrainableLayers(encoder, 0)
    vectors, _ = layers.vectors(*layers.padded(encoder.tokens(texts)))
    assert (np.sum(vectors.numpy() * encoder.encode(texts), axis=1) > 0.995).all()


def test_a_stored_view_reads_as_before(view, tmp_path):
    view.save(tmp_path)
    stored = TunedView.load(tmp_path, sentence_encoder())
    for before, after in zip(view.read([BOTH, "hello"]), stored.read([BOTH, "hello"])):
        assert np.allclose(before, after, atol=1e-5)
