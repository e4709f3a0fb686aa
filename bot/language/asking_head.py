"""Which labels a message asks about: one yes or no for each label, which looks at the tokens that matter for it.

Attention over tokens for each label, as in Mullenbach et al., "Explainable Prediction of Medical Codes from Clinical Text"
(NAACL 2018). The head learns together with the layers of the tuned view (tuning); then it goes on alone, on layers that
no longer change, which costs little and brings as much again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, Sequence

import numpy as np
from tqdm import tqdm

from bot.language.encoder import BATCH, DIMENSIONS

if TYPE_CHECKING:
    from bot.language.tuned_view import TunedView

AskingMessage = tuple[str, Sequence[int]]  # a text, and the numbers of the labels that it asks about
MESSAGE_TOKENS = 48  # longer messages are cut while learning
PASSES, STEP = 8, 2e-2  # Adam, falling to 0
DROPPED = 0.35  # share of the token vectors' numbers that are left out, so that no few of them decide


@dataclass(frozen=True)
class AskingHead:
    """Which tokens matter for each label, `attention` (labels, 384), and what they say, `weights` (labels, 384) and `bias` (labels).

    Arrays, or TensorFlow variables while they are learned.
    """

    attention: Any
    weights: Any
    bias: Any

    def __call__(self, tokens: Any, weight: Any) -> Any:
        """Logits, shape (texts, labels), from token vectors (texts, tokens, 384) and `weight` (texts, tokens, 1), 0 for padding."""
        import tensorflow as tf

        share = tf.nn.softmax(tf.einsum("btd,ld->btl", tokens, self.attention) + (weight - 1.0) * 1e9, axis=1)
        return tf.reduce_sum(share * tf.einsum("btd,ld->btl", tokens, self.weights), axis=1) + self.bias

    @property
    def variables(self) -> list[Any]:
        """What is learned."""
        return [self.attention, self.weights, self.bias]

    def as_variables(self) -> "AskingHead":
        """The same, ready to learn."""
        import tensorflow as tf

        return AskingHead(*(tf.Variable(part, dtype=tf.float32) for part in self.variables))

    def as_arrays(self) -> "AskingHead":
        """The same, learned."""
        return AskingHead(*(part.numpy() for part in self.variables))


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


def learn_further(view: "TunedView", messages: Sequence[AskingMessage], weight: np.ndarray, random: np.random.Generator) -> AskingHead:
    """The head of `view` after more passes over messages, whose token vectors are computed once (20 kB for a message)."""
    import tensorflow as tf

    assert view.head
    batches = list(_batches(view, messages, asked_by(messages, len(weight))))
    head = view.head.as_variables()
    falling = tf.keras.optimizers.schedules.PolynomialDecay(STEP, PASSES * len(batches), 0.0)
    optimizer = tf.keras.optimizers.Adam(falling, jit_compile=False)
    optimizer.build(head.variables)

    @tf.function(input_signature=[tf.TensorSpec([None, None, DIMENSIONS], tf.float16), tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None])])
    def step(tokens: Any, mask: Any, asked: Any) -> None:
        with tf.GradientTape() as tape:
            logits = head(tf.nn.dropout(tf.cast(tokens, tf.float32), DROPPED), tf.cast(mask, tf.float32)[:, :, None])
            loss = asked_loss(asked, logits, weight)
        optimizer.apply_gradients(zip(tape.gradient(loss, head.variables), head.variables))

    for _ in tqdm(range(PASSES), desc="Learning what is asked", unit="pass"):
        for number in random.permutation(len(batches)):
            step(*batches[number])
    return head.as_arrays()


def _batches(view: "TunedView", messages: Sequence[AskingMessage], asked: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Token vectors, mask, and what is asked, of messages of like length."""
    tokens = [row[:MESSAGE_TOKENS] for row in view.encoder.tokens([text for text, _ in messages])]
    by_length = np.argsort([len(row) for row in tokens], kind="stable")
    for start in range(0, len(by_length), BATCH):
        rows = by_length[start : start + BATCH]
        ids, mask = view.encoder.padded([tokens[row] for row in rows])
        yield view.token_vectors(ids, mask).astype(np.float16), mask, asked[rows]
