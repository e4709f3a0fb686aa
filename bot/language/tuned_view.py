"""A second view on a text: the encoder with its upper layers tuned on this clinic's own training examples (see tuning).

Tuned alone it overfits to how the examples' authors write; averaged with the published encoder it helps (docs/understanding.md).
It also says which labels a message of several parts asks about: one yes/no decision for each label, which looks at the
tokens that matter for it (attention over tokens for each label, as in Mullenbach et al., "Explainable Prediction of
Medical Codes from Clinical Text", NAACL 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np

from bot.language.encoder import BATCH, DIMENSIONS, SentenceEncoder, run_layers

LAYERS = 3
FILE = "tuned_view.npz"


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


class TunedView:
    """The tuned upper layers; the lower ones are the encoder's own and are computed once for both views."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.encoder = encoder
        self.layers = encoder.copy_of_top(LAYERS)
        self.head: Optional[AskingHead] = None
        self._compiled: Any = None

    def outputs(self, states: Any, mask: Any, training: bool) -> tuple[Any, Any]:
        """Unit vectors (texts, 384) and logits of what is asked (texts, labels; none without a head), from the lower layers' states."""
        import tensorflow as tf

        tokens = run_layers(self.layers, states, mask, training)
        weight = tf.cast(mask, tf.float32)[:, :, None]
        mean = tf.reduce_sum(tokens * weight, axis=1) / tf.reduce_sum(weight, axis=1)
        norm = tf.norm(mean, axis=1)
        return mean / norm[:, None], self.head(tokens / norm[:, None, None], weight) if self.head else mean[:, :0]

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors, shape (texts, 384), and the probability that each label is asked about, shape (texts, labels or 0)."""
        import tensorflow as tf

        if self._compiled is None:
            signature = [tf.TensorSpec([None, None, DIMENSIONS]), tf.TensorSpec([None, None], tf.int32)]
            self._compiled = tf.function(lambda states, mask: tf.concat(self.outputs(states, mask, training=False), axis=1), input_signature=signature)
        labels = len(self.head.bias) if self.head else 0
        rows = self.encoder.in_batches(texts, lambda ids, mask: self._compiled(self.encoder.lower_states(ids, mask), mask).numpy(), BATCH, DIMENSIONS + labels)
        return rows[:, :DIMENSIONS], 1.0 / (1.0 + np.exp(-rows[:, DIMENSIONS:]))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        return self.read(texts)[0]

    def save(self, folder: Path) -> None:
        """Write all weights, without pickle."""
        arrays = {f"w{number}": weight for number, weight in enumerate(weight for layer in self.layers for weight in layer.get_weights())}
        np.savez(folder / FILE, **arrays, **(vars(self.head) if self.head else {}))

    @classmethod
    def load(cls, folder: Path, encoder: SentenceEncoder) -> "TunedView":
        view = cls(encoder)
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            weights = (arrays[f"w{number}"] for number in range(len(arrays.files)))
            for layer in view.layers:
                layer.set_weights([next(weights) for _ in layer.get_weights()])
            if "bias" in arrays.files:
                view.head = AskingHead(arrays["attention"], arrays["weights"], arrays["bias"])
        return view
