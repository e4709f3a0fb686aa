"""A second view on a text: the encoder with its layers tuned on this clinic's own training examples (see tuning).

Tuned alone it overfits to how the examples' authors write; averaged with the published encoder it helps (docs/understanding.md).
It also says which labels a message of several parts asks about (asking_head).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np
from scipy.special import expit

from bot.language.asking_head import AskingHead
from bot.language.encoder import BATCH, DIMENSIONS, SentenceEncoder, compiled, run_layers

FILE = "tuned_view.npz"


class TunedView:
    """The tuned layers, on the encoder's own token embeddings."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.encoder = encoder
        self.layers = encoder.copy_of_layers()
        self.head: Optional[AskingHead] = None
        self._compiled: Any = None  # with the head as it is at the first reading: it is read when nothing changes any more
        self._compiled_tokens: Any = None

    def outputs(self, ids: Any, mask: Any, dropping: bool = False) -> tuple[Any, Any]:
        """Unit vectors (texts, 384) and logits of what is asked (texts, labels; none without a head), of texts with these tokens."""
        vectors, tokens, weight = self._vectors(ids, mask, dropping)
        return vectors, self.head(tokens, weight) if self.head else vectors[:, :0]

    def _vectors(self, ids: Any, mask: Any, dropping: bool = False) -> tuple[Any, Any, Any]:
        """Unit vectors of texts, the vectors of their tokens, and 1 for each that is no padding."""
        import tensorflow as tf

        tokens = run_layers(self.layers, self.encoder.embedded(ids), mask, dropping)
        weight = tf.cast(mask, tf.float32)[:, :, None]
        mean = tf.reduce_sum(tokens * weight, axis=1) / tf.reduce_sum(weight, axis=1)
        norm = tf.norm(mean, axis=1)
        return mean / norm[:, None], tokens / norm[:, None, None], weight

    def token_vectors(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Vectors of the tokens with numbers `ids`, shape (texts, tokens, 384)."""
        if self._compiled_tokens is None:
            self._compiled_tokens = compiled(lambda ids, mask: self._vectors(ids, mask)[1])
        return self._compiled_tokens(ids, mask).numpy()

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors, shape (texts, 384), and the probability that each label is asked about, shape (texts, labels or 0)."""
        import tensorflow as tf

        if self._compiled is None:
            self._compiled = compiled(lambda ids, mask: tf.concat(self.outputs(ids, mask), axis=1))
        labels = len(self.head.bias) if self.head else 0
        rows = self.encoder.in_batches(texts, lambda ids, mask: self._compiled(ids, mask).numpy(), BATCH, DIMENSIONS + labels)
        return rows[:, :DIMENSIONS], expit(rows[:, DIMENSIONS:])

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
