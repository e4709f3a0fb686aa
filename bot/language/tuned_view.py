"""A second view on a text: the encoder with its layers tuned on this clinic's own training examples (see tuning).

Tuned alone it overfits to how the examples' authors write; averaged with the published encoder it helps (docs/understanding.md).
It also says which labels a message of several parts asks about (asking_head).
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, Optional, Sequence

import numpy as np
from scipy.special import expit

from bot.language.asking_head import AskingHead
from bot.language.encoder import DIMENSIONS, LAYERS, PARTS_OF_A_LAYER, SentenceEncoder
from bot.language.quick_layers import Layer, QuickLayers

FILE = "tuned_view.npz"
KEPT = 2 * len(PARTS_OF_A_LAYER)  # arrays of a layer


class TunedView:
    """The tuned layers, on the encoder's own token embeddings."""

    def __init__(self, encoder: SentenceEncoder, layers: Sequence[Layer], head: Optional[AskingHead] = None) -> None:
        self.encoder, self.layers, self.head = encoder, layers, head
        self._quick = QuickLayers(layers, encoder.random_words())

    def token_vectors(self, texts: Sequence[str]) -> Iterator[np.ndarray]:
        """Vectors of each text's tokens, shape (tokens, DIMENSIONS); their mean has length 1."""
        for states in self._quick.run(self.encoder.tokens(texts), self.encoder.embedded):
            yield states / np.linalg.norm(states.mean(axis=0))

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors, shape (texts, DIMENSIONS), and the probability that each label is asked about, shape (texts, labels or 0)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        logits = np.zeros((len(texts), len(self.head.bias) if self.head else 0), dtype=np.float32)
        for number, tokens in enumerate(self.token_vectors(texts)):
            vectors[number] = tokens.mean(axis=0)
            if self.head:
                logits[number] = self.head.logits(tokens)
        return vectors, expit(logits)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        return np.array([tokens.mean(axis=0) for tokens in self.token_vectors(texts)], dtype=np.float32).reshape(len(texts), DIMENSIONS)

    def save(self, folder: Path) -> None:
        """Write all weights, without pickle."""
        arrays = {f"w{number}": weight for number, weight in enumerate(weight for layer in self.layers for weight in layer)}
        np.savez(folder / FILE, **arrays, **(vars(self.head) if self.head else {}))

    @classmethod
    def load(cls, folder: Path, encoder: SentenceEncoder) -> "TunedView":
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            layers = [[arrays[f"w{number}"] for number in range(start, start + KEPT)] for start in range(0, KEPT * LAYERS, KEPT)]
            head = AskingHead(arrays["attention"], arrays["weights"], arrays["bias"]) if "bias" in arrays.files else None
        return cls(encoder, layers, head)
