"""The head that says what is asked: padding says nothing, and each label looks at the tokens that matter for it."""

from __future__ import annotations

import numpy as np

from bot.language.asking_head import AskingHead, asked_by


def test_padding_changes_nothing():
    random = np.random.default_rng(0)
    head = AskingHead(*(random.normal(size=shape).astype(np.float32) for shape in ((3, 384), (3, 384), 3)))
    tokens = random.normal(size=(2, 5, 384)).astype(np.float32)
    padded, present = np.concatenate([tokens, random.normal(size=(2, 4, 384)).astype(np.float32)], axis=1), np.ones((2, 9, 1), np.float32)
    present[:, 5:] = 0
    assert np.allclose(head(tokens, present[:, :5]), head(padded, present), atol=1e-3)


def test_a_label_looks_at_its_own_token_wherever_it_stands():
    """Attention: one token that speaks for a label is enough among many that do not."""
    tokens = np.zeros((1, 40, 384), np.float32)
    tokens[0, 33, 0] = 1.0
    towards = np.zeros((2, 384), np.float32)
    towards[0, 0] = 1.0
    asked, other = AskingHead(50 * towards, 10 * towards, np.zeros(2, np.float32))(tokens, np.ones((1, 40, 1), np.float32)).numpy()[0]
    assert asked > 9 and other == 0


def test_what_is_asked_stands_in_rows():
    assert asked_by([("cost and hours", [0, 2]), ("nothing of ours", [])], 3).tolist() == [[1, 0, 1], [0, 0, 0]]
