"""Transformer layers for reading: by ONNX Runtime, with products in eight bits, in a quarter of TensorFlow's time.

Weights are rounded in blocks with a scale each, and what is multiplied with them likewise while it runs (Dettmers et al.,
"8-bit Optimizers via Block-wise Quantization", ICLR 2022): one scale for all tokens would be quicker still, but with few
examples it costs accuracy (docs/experiments.md).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator, Sequence

import numpy as np

Layer = Sequence[np.ndarray]  # kernel and bias of query, key, value, output; norm; kernel and bias up, down; norm
HEADS, WIDTH = 12, 384
BLOCK, MIDDLE = 128, 128  # weights in a block, and the number that stands for 0
IN_EIGHT_BITS = 4  # ONNX Runtime's accuracy level in which what is multiplied with the weights is rounded too
OF_THE_RUNTIME = "com.microsoft"
_threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "reading")


class QuickLayers:
    """BERT layers one after the other (Devlin et al., NAACL 2019). A text is read by itself: nothing is padded, and no text beside it changes a number."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = 1  # one thread for each text instead
        self._session = InferenceSession(_Graph(layers).serialized(), options, providers=["CPUExecutionProvider"])

    def run(self, texts: Sequence[Sequence[int]], embedded: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
        """What leaves the last layer for each text, shape (tokens, WIDTH); its token numbers are `embedded` for the first."""

        def read(tokens: Sequence[int]) -> np.ndarray:
            return self._session.run(None, {"states": embedded(np.array(tokens))})[0]

        return _threads.map(read, texts) if len(texts) > 1 else map(read, texts)


class _Graph:
    """The layers as an ONNX graph for one text."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._by_heads = self._constant(np.array([0, 3 * HEADS, WIDTH // HEADS]))
        self._joined = self._constant(np.array([0, WIDTH]))
        self._three = self._constant(np.array([HEADS, HEADS, HEADS]))
        self._output = "states"
        for layer in layers:
            self._output = self._layer(self._output, layer)

    def serialized(self) -> bytes:
        """The graph as ONNX Runtime reads it."""
        from onnx import TensorProto, helper

        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["tokens", WIDTH]) for name in ("states", self._output)]
        graph = helper.make_graph(self._nodes, "layers", ends[:1], ends[1:], self._constants)
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(OF_THE_RUNTIME, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString()

    def _layer(self, states: str, layer: Layer) -> str:
        query, query_bias, key, key_bias, value, value_bias, out, out_bias, norm, norm_bias, up, up_bias, down, down_bias, last, last_bias = layer
        scale = (WIDTH // HEADS) ** -0.5
        together = self._product(states, np.hstack([query * scale, key, value]), np.concatenate([query_bias * scale, key_bias, value_bias]))
        queries, keys, values = self._node("Split", self._node("Reshape", together, self._by_heads), self._three, outputs=3, axis=1)
        closeness = self._node("MatMul", self._turned(queries, 1, 0, 2), self._turned(keys, 1, 2, 0))
        found = self._node("MatMul", self._node("Softmax", closeness, axis=-1), self._turned(values, 1, 0, 2))
        found = self._node("Reshape", self._turned(found, 1, 0, 2), self._joined)
        states = self._normal(self._node("Add", self._product(found, out, out_bias), states), norm, norm_bias)
        inner = self._node("Gelu", self._product(states, up, up_bias), domain=OF_THE_RUNTIME)
        return self._normal(self._node("Add", self._product(inner, down, down_bias), states), last, last_bias)

    def _product(self, states: str, kernel: np.ndarray, bias: np.ndarray) -> str:
        inputs, outputs = kernel.shape
        blocks = kernel.T.reshape(outputs, inputs // BLOCK, BLOCK)
        scales = np.maximum(np.abs(blocks).max(axis=2), 1e-12) / 127
        rounded = (np.round(blocks / scales[:, :, None]) + MIDDLE).astype(np.uint8)
        constants = [self._constant(rounded), self._constant(scales.ravel().astype(np.float32)), "", "", self._constant(bias)]
        sizes = {"K": inputs, "N": outputs, "bits": 8, "block_size": BLOCK, "accuracy_level": IN_EIGHT_BITS}
        return self._node("MatMulNBits", states, *constants, domain=OF_THE_RUNTIME, **sizes)

    def _normal(self, states: str, weight: np.ndarray, bias: np.ndarray) -> str:
        return self._node("LayerNormalization", states, self._constant(weight), self._constant(bias), axis=-1, epsilon=1e-12)

    def _turned(self, states: str, *axes: int) -> str:
        return self._node("Transpose", states, perm=axes)

    def _constant(self, array: np.ndarray) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Name of the node's output, or names of several."""
        from onnx import helper

        names = [f"node{len(self._nodes)}_{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names
