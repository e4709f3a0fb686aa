"""The encoder's layers in TensorFlow, where they learn (see tuning); read with them in quick_layers."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from bot.language.encoder import DIMENSIONS, SentenceEncoder, weights_folder
from bot.language.quick_layers import Layer


class TrainableLayers:
    """Copies of the published layers; only the upper `learning` ones change."""

    def __init__(self, encoder: SentenceEncoder, learning: int) -> None:
        from transformers import BertConfig
        from transformers.models.bert.modeling_tf_bert import TFBertLayer

        config = BertConfig.from_pretrained(str(weights_folder()), local_files_only=True)
        self.encoder, self._layers = encoder, [TFBertLayer(config) for _ in encoder.layers]
        for number, (layer, weights) in enumerate(zip(self._layers, encoder.layers)):
            layer.build((None, None, DIMENSIONS))
            layer.set_weights(weights)
            layer.trainable = number >= len(self._layers) - learning

    @property
    def weights(self) -> list[Any]:
        """All that learns."""
        return [weight for layer in self._layers for weight in layer.trainable_weights]

    def as_arrays(self) -> list[Layer]:
        """The layers, learned."""
        return [layer.get_weights() for layer in self._layers]

    def padded(self, tokens: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """What goes into the first layer for texts with these token numbers, shape (texts, longest, DIMENSIONS), and 0 for padding, shape (texts, longest, 1)."""
        longest = max(map(len, tokens))
        ids = np.array([[*row, *[0] * (longest - len(row))] for row in tokens])
        present = np.array([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in tokens], dtype=np.float32)
        return self.encoder.embedded(ids), present[:, :, None]

    def vectors(self, states: Any, present: Any, dropping: bool = False) -> tuple[Any, Any]:
        """Unit vectors of texts, shape (texts, DIMENSIONS), and the vectors of their tokens; `dropping` leaves a tenth of the numbers out of layers that learn."""
        import tensorflow as tf

        hidden = (1.0 - present[:, None, None, :, 0]) * -1e9
        for layer in self._layers:
            states = layer(states, hidden, None, None, None, None, False, training=dropping and layer.trainable)[0]
        mean = tf.reduce_sum(states * present, axis=1) / tf.reduce_sum(present, axis=1)
        norm = tf.norm(mean, axis=1)
        return mean / norm[:, None], states / norm[:, None, None]
