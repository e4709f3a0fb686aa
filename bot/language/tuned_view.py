"""A second view on a text: the encoder with its upper layers tuned on this clinic's own training examples.

Tuned alone it overfits to how the examples' authors write; averaged with the published encoder it helps (docs/understanding.md).
Loss: cosine softmax over label proxies that start at the class means, plus supervised contrastive loss (Khosla et al.,
"Supervised Contrastive Learning", NeurIPS 2020).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Sequence

import numpy as np
from tqdm import tqdm

from bot.language.encoder import BATCH, DIMENSIONS, SentenceEncoder

LAYERS = 3
STEP = 2e-4  # AdamW, falling to 0
DECAY = 0.01
PAIRS = 24  # a batch holds as many examples, and a mate of the same label for each
TOGETHER = 8  # batches are drawn together and filled by length: a third less of them is padding
TEMPERATURE = 0.07
SCALE = 1 / TEMPERATURE
EXAMPLES_SEEN, MOST_PASSES = 32_000, 16  # many examples are sampled, few are gone through several times
SEED = 7
SOFTNESS = 0.05  # cosine by which another label must lie nearer for an example to be drawn often
NEIGHBORS = 2  # texts that lie near alarms, for each alarm
ROWS = 1000  # compared at a time, to bound memory
TUNED_TOKENS = 32  # longer examples are cut while tuning: half the time, and few are longer
FILE = "tuned_view.npz"


class TunedView:
    """The tuned upper layers; the lower ones are the encoder's own and are computed once for both views."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._layers = encoder.copy_of_top(LAYERS)
        self._pooled = encoder.pooler(self._layers)
        self._upper = encoder.compiled(self._pooled)

    def tune(self, texts: Sequence[str], labels: np.ndarray, vectors: np.ndarray, alarms: np.ndarray) -> "TunedView":
        """Train on `texts` with label numbers, starting from their published `vectors`; `alarms` says which of them are alarms.

        Difficult texts are drawn more often, and most of all alarms and what sounds like them.
        """
        import tensorflow as tf

        random = np.random.default_rng(SEED)
        tf.random.set_seed(SEED)
        classes, targets = np.unique(labels, return_inverse=True)
        means = np.stack([vectors[targets == number].mean(axis=0) for number in range(len(classes))])
        proxies = tf.Variable(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=tf.float32)
        weights = [weight for layer in self._layers for weight in layer.trainable_weights] + [proxies]
        steps = max(1, min(EXAMPLES_SEEN, MOST_PASSES * len(texts)) // (2 * PAIRS))
        rate = tf.keras.optimizers.schedules.PolynomialDecay(STEP, steps, 0.0)
        optimizer = tf.keras.optimizers.AdamW(rate, weight_decay=DECAY, jit_compile=False)
        optimizer.build(weights)
        pooled = self._pooled

        @tf.function(input_signature=[tf.TensorSpec([None, None, DIMENSIONS]), tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)])
        def step(states: Any, mask: Any, wanted: Any) -> Any:
            with tf.GradientTape() as tape:
                rows = pooled(states, mask, training=True)
                logits = SCALE * tf.matmul(rows, tf.math.l2_normalize(proxies, axis=1), transpose_b=True)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)) + _contrastive(rows, wanted)
            gradients = tape.gradient(loss, weights)
            gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
            optimizer.apply_gradients(zip(gradients, weights))
            return loss

        tokens = [row[:TUNED_TOKENS] for row in self._encoder.tokens(texts)]
        lengths = np.array([len(row) for row in tokens])
        batches = _batches(random, _likely(vectors, targets, alarms), targets, lengths, steps)
        for rows in tqdm(batches, desc="Tuning the second view", total=steps, unit="step", mininterval=2):
            ids, mask = self._encoder.padded([tokens[row] for row in rows])
            step(self._encoder.lower_states(ids, mask), mask, targets[rows].astype(np.int32))
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        return self._encoder.in_batches(texts, lambda ids, mask: self._upper(self._encoder.lower_states(ids, mask), mask).numpy(), BATCH)

    def save(self, folder: Path) -> None:
        """Write the layers' weights, without pickle."""
        arrays = {f"w{number}": weight for number, weight in enumerate(weight for layer in self._layers for weight in layer.get_weights())}
        np.savez(folder / FILE, **arrays)

    @classmethod
    def load(cls, folder: Path, encoder: SentenceEncoder) -> "TunedView":
        view = cls(encoder)
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            weights = iter([arrays[f"w{number}"] for number in range(len(arrays.files))])
            for layer in view._layers:
                layer.set_weights([next(weights) for _ in layer.get_weights()])
        return view


def _batches(random: np.random.Generator, likely: np.ndarray, targets: np.ndarray, lengths: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Row numbers of `count` batches: texts drawn as `likely` says, and after them a mate of the same label for each."""
    mates = [np.flatnonzero(targets == number) for number in range(targets.max() + 1)]
    for start in range(0, count, TOGETHER):
        size = PAIRS * min(TOGETHER, count - start)
        chosen = random.choice(len(likely), size, replace=len(likely) < size, p=likely)
        partners = np.array([random.choice(mates[target]) for target in targets[chosen]])
        by_length = np.argsort(np.maximum(lengths[chosen], lengths[partners]), kind="stable").reshape(-1, PAIRS)
        yield from (np.concatenate([chosen[batch], partners[batch]]) for batch in random.permutation(by_length))


def _likely(vectors: np.ndarray, targets: np.ndarray, alarms: np.ndarray) -> np.ndarray:
    """How likely each text is to be drawn, shape (texts,): more so where another label lies nearer than its own, and half
    of the time an alarm, or one of those that lie nearest to alarms and are none.
    """
    behind, near = np.zeros(len(vectors)), np.full(len(vectors), -1.0)
    for start in range(0, len(vectors), ROWS):
        rows = np.arange(start, min(start + ROWS, len(vectors)))
        cosines = vectors[rows] @ vectors.T
        cosines[np.arange(len(rows)), rows] = -1.0  # not itself
        own = targets[rows, None] == targets[None, :]
        behind[rows] = np.where(own, -1.0, cosines).max(axis=1) - np.where(own, cosines, -1.0).max(axis=1)
        near[rows] = cosines[:, alarms].max(axis=1, initial=-1.0)
    drawn = _share(1.0 / (1.0 + np.exp(-behind / SOFTNESS)))
    if not alarms.any():
        return drawn
    near[alarms] = -1.0
    neighbors = np.argsort(-near)[: NEIGHBORS * int(alarms.sum())]
    return 0.5 * drawn + 0.25 * _share(alarms.astype(float)) + 0.25 * _share(np.isin(np.arange(len(near)), neighbors).astype(float))


def _share(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()


def _contrastive(rows: Any, targets: Any) -> Any:
    """Supervised contrastive loss over a batch of unit rows."""
    import tensorflow as tf

    count = tf.shape(rows)[0]
    similar = tf.matmul(rows, rows, transpose_b=True) / TEMPERATURE - 1e9 * tf.eye(count)
    log_share = similar - tf.reduce_logsumexp(similar, axis=1, keepdims=True)
    mates = tf.cast(targets[:, None] == targets[None, :], tf.float32) - tf.eye(count)
    return -tf.reduce_mean(tf.reduce_sum(mates * log_share, axis=1) / tf.maximum(tf.reduce_sum(mates, axis=1), 1.0))
