"""Which labels a message asks about: one yes or no for each label, which looks at the tokens that matter for it.

Attention over tokens for each label, as in Mullenbach et al., "Explainable Prediction of Medical Codes from Clinical Text"
(NAACL 2018). It learns in tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

import numpy as np
from scipy.special import softmax

AskingMessage = tuple[str, Sequence[int]]  # a text, and the numbers of the labels that it asks about


@dataclass(frozen=True)
class AskingHead:
    """Which tokens matter for each label, `attention` (labels, 384), and what they say, `weights` (labels, 384) and `bias` (labels).

    Arrays, or TensorFlow variables while they are learned.
    """

    attention: Any
    weights: Any
    bias: Any

    def __call__(self, tokens: Any, present: Any) -> Any:
        """Logits, shape (texts, labels), from token vectors (texts, tokens, 384) and `present` (texts, tokens, 1), 0 for padding."""
        import tensorflow as tf

        share = tf.nn.softmax(tf.einsum("btd,ld->btl", tokens, self.attention) + (present - 1.0) * 1e9, axis=1)
        return tf.reduce_sum(share * tf.einsum("btd,ld->btl", tokens, self.weights), axis=1) + self.bias

    def logits(self, tokens: np.ndarray) -> np.ndarray:
        """Logits of one text, shape (labels,), from its token vectors, shape (tokens, 384); of arrays."""
        return (softmax(tokens @ self.attention.T, axis=0) * (tokens @ self.weights.T)).sum(axis=0) + self.bias

    @property
    def parts(self) -> list[Any]:
        """All that is learned."""
        return [self.attention, self.weights, self.bias]

    def as_variables(self) -> "AskingHead":
        """The same, ready to learn."""
        import tensorflow as tf

        return AskingHead(*(tf.Variable(part, dtype=tf.float32) for part in self.parts))

    def as_arrays(self) -> "AskingHead":
        """The same, learned."""
        return AskingHead(*(part.numpy() for part in self.parts))


def asked_loss(asked: Any, logits: Any, weight: np.ndarray) -> Any:
    """Cross-entropy of all labels of a message, each counted by its `weight`; the mean over messages."""
    import tensorflow as tf

    return tf.reduce_mean(tf.reduce_sum(tf.constant(weight, dtype=tf.float32) * tf.nn.sigmoid_cross_entropy_with_logits(asked, logits), axis=1))


def asked_by(messages: Sequence[AskingMessage], count: int) -> np.ndarray:
    """1 for each of `count` labels that a message asks about, shape (messages, labels)."""
    asked = np.zeros((len(messages), count), dtype=np.float32)
    for number, (_, labels) in enumerate(messages):
        asked[number, list(labels)] = 1.0
    return asked
