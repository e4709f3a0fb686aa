"""Transformer layers for reading: by ONNX Runtime, with products in eight bits, in a fifth of TensorFlow's time.

Weights are rounded once, with a scale for each output, and what is multiplied with them while it runs. Some numbers of a
token are always far greater than the others, and would leave these no bits: part of their size is moved into the weights
(Xiao et al., "SmoothQuant", ICML 2023), as much as random words show. And where single tokens are far greater than others,
each is rounded with a scale of its own (docs/experiments.md).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator, Optional, Sequence

import numpy as np
from scipy.special import ndtr, softmax

Layer = Sequence[np.ndarray]  # kernel and bias of query, key, value, output; norm; kernel and bias up, down; norm
HEADS, WIDTH = 12, 384
MIDDLE = 128  # stands for 0: signed eight bits overflow on processors without VNNI
LEAST = 1e-4  # smaller sizes count as this
OF_THE_RUNTIME = "com.microsoft"
_threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "reading")


class QuickLayers:
    """BERT layers one after the other (Devlin et al., NAACL 2019). A text is read by itself: nothing is padded, and no text beside it changes a number."""

    def __init__(self, layers: Sequence[Layer], samples: np.ndarray) -> None:
        """`samples` are texts of one length as they go into the first layer, shape (texts, tokens, WIDTH)."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = 1  # one thread for each text instead
        self._session = InferenceSession(_Graph(layers, samples).serialized(), options, providers=["CPUExecutionProvider"])

    def run(self, texts: Sequence[Sequence[int]], embedded: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
        """What leaves the last layer for each text, shape (tokens, WIDTH); its token numbers are `embedded` for the first."""

        def read(tokens: Sequence[int]) -> np.ndarray:
            return self._session.run(None, {"states": embedded(np.array(tokens))})[0]

        return _threads.map(read, texts) if len(texts) > 1 else map(read, texts)


class _Graph:
    """The layers as an ONNX graph for one text."""

    def __init__(self, layers: Sequence[Layer], samples: np.ndarray) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._by_heads = self._constant(np.array([0, 3 * HEADS, WIDTH // HEADS]))
        self._joined = self._constant(np.array([0, WIDTH]))
        self._three = self._constant(np.array([HEADS, HEADS, HEADS]))
        self._output = "states"
        for layer, peaks in zip(layers, _peaks(layers, samples)):
            self._output = self._layer(self._output, layer, *peaks)

    def serialized(self) -> bytes:
        """The graph as ONNX Runtime reads it."""
        from onnx import TensorProto, helper

        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["tokens", WIDTH]) for name in ("states", self._output)]
        graph = helper.make_graph(self._nodes, "layers", ends[:1], ends[1:], self._constants)
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(OF_THE_RUNTIME, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString()

    def _layer(self, states: str, layer: Layer, outer_peaks: np.ndarray, inner_peaks: np.ndarray) -> str:
        query, query_bias, key, key_bias, value, value_bias, out, out_bias, norm, norm_bias, up, up_bias, down, down_bias, last, last_bias = layer
        scale = (WIDTH // HEADS) ** -0.5
        kernel, bias = np.hstack([query * scale, key, value]), np.concatenate([query_bias * scale, key_bias, value_bias])
        together = self._product(*self._smoothed(states, kernel, outer_peaks), bias)
        queries, keys, values = self._node("Split", self._node("Reshape", together, self._by_heads), self._three, outputs=3, axis=1)
        closeness = self._node("MatMul", self._turned(queries, 1, 0, 2), self._turned(keys, 1, 2, 0))
        found = self._node("MatMul", self._node("Softmax", closeness, axis=-1), self._turned(values, 1, 0, 2))
        found = self._node("Reshape", self._turned(found, 1, 0, 2), self._joined)
        states = self._normal(self._node("Add", self._product(found, out, out_bias), states), norm, norm_bias)
        inner = self._node("Gelu", self._product_by_token(*self._smoothed(states, up, inner_peaks), up_bias), domain=OF_THE_RUNTIME)
        return self._normal(self._node("Add", self._product_by_token(inner, down, down_bias), states), last, last_bias)

    def _smoothed(self, states: str, kernel: np.ndarray, peaks: np.ndarray) -> tuple[str, np.ndarray]:
        """Both with half of the differences in size between inputs (in logarithms) on either side; their product is the same."""
        sizes = np.sqrt(np.maximum(peaks, LEAST) / np.maximum(np.abs(kernel).max(axis=1), LEAST)).astype(np.float32)
        return self._node("Mul", states, self._constant(1 / sizes)), kernel * sizes[:, None]

    def _product_by_token(self, states: str, kernel: np.ndarray, bias: np.ndarray) -> str:
        """Where tokens differ much in size."""
        greatest = self._node("ReduceMax", self._node("Abs", states), axes=[-1], keepdims=1)
        sizes = self._node("Max", greatest, self._constant(np.array([LEAST], dtype=np.float32)))
        product = self._product(self._node("Div", states, sizes), kernel)
        return self._node("Add", self._node("Mul", product, sizes), self._constant(bias))

    def _product(self, states: str, kernel: np.ndarray, bias: Optional[np.ndarray] = None) -> str:
        scales = np.maximum(np.abs(kernel).max(axis=0), LEAST) / 127  # of each output
        rounded = (np.round(kernel / scales) + MIDDLE).astype(np.uint8)
        constants = [rounded, scales.astype(np.float32), np.full(len(scales), MIDDLE, dtype=np.uint8), *([] if bias is None else [bias])]
        return self._node("DynamicQuantizeMatMul", states, *map(self._constant, constants), domain=OF_THE_RUNTIME)

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


def _peaks(layers: Sequence[Layer], states: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The greatest size of each number of a token, where it goes into a layer and into the inner half of it; shape (WIDTH,) each."""
    for query, query_bias, key, key_bias, value, value_bias, out, out_bias, norm, norm_bias, up, up_bias, down, down_bias, last, last_bias in layers:
        by_heads = (*states.shape[:2], HEADS, WIDTH // HEADS)
        queries, keys, values = ((states @ kernel + bias).reshape(by_heads) for kernel, bias in ((query, query_bias), (key, key_bias), (value, value_bias)))
        closeness = softmax(np.einsum("tqhw,tkhw->thqk", queries, keys) * by_heads[-1] ** -0.5, axis=-1)
        found = np.einsum("thqk,tkhw->tqhw", closeness, values).reshape(states.shape)
        middle = normal(states + found @ out + out_bias, norm, norm_bias)
        yield _greatest(states), _greatest(middle)
        inner = middle @ up + up_bias
        states = normal(middle + (inner * ndtr(inner)) @ down + down_bias, last, last_bias)


def _greatest(states: np.ndarray) -> np.ndarray:
    return np.abs(states).max(axis=(0, 1))


def normal(states: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Each token with mean 0 and deviation 1, weighed (Ba et al., "Layer Normalization", 2016)."""
    states = states - states.mean(axis=-1, keepdims=True)
    states /= np.sqrt(np.square(states).mean(axis=-1, keepdims=True) + 1e-12)
    return states * weight + bias
