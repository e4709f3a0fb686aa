"""How the tuned view learns: to tell labels apart, and which labels a message of several parts asks about.

Labels: cosine softmax over label proxies that start at the class means, plus supervised contrastive loss (Khosla et al.,
"Supervised Contrastive Learning", NeurIPS 2020). What is asked: cross-entropy for each label, on single examples, on
messages that people wrote (`data/several/`), and on examples joined at random. Both in each step, on the same layers; then
the head goes on alone, on layers that no longer change, in a fifth of the time (docs/understanding.md).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Iterator, Sequence

import numpy as np
from tqdm import tqdm

from bot.language.asking_head import AskingHead, AskingMessage, asked_by, asked_loss
from bot.language.encoder import DIMENSIONS, LAYERS, SentenceEncoder
from bot.language.joining import Joiner
from bot.language.trainable_layers import TrainableLayers
from bot.language.tuned_view import TunedView

# AdamW for the layers, Adam for the head beside them and alone, all falling to 0. Many examples tune all six layers; where few
# are gone through again and again, only the upper three are, and a tenth of their numbers is dropped out (docs/experiments.md).
FEW_LAYERS = 3
STEP, HEAD_STEP, ALONE_STEP = 2e-4, 1e-2, 2e-2
DECAY = 0.01
PASSES = 8  # over all messages, of the head alone
DROPPED = 0.35  # share of the numbers of token vectors that are left out meanwhile, so that no few of them decide
PAIRS = 16  # a step holds as many examples, a mate of the same label for each,
MESSAGES = 32  # and as many messages from which it learns what is asked:
WRITTEN, LONE = 0.6, 0.5  # share of messages that a person wrote, and of single examples among the others; the rest is joined
ASKING_WEIGHT, ALARM_WEIGHT = 1.5, 3.0  # of what is asked beside the labels, and of alarms among what is asked
BATCH = 64  # messages in a step of the head alone
TOGETHER = 8  # steps are drawn together and filled by length: a third less of them is padding
TEMPERATURE = 0.07
SCALE = 1 / TEMPERATURE
EXAMPLES_SEEN, MOST_PASSES = 40_000, 16  # many examples are sampled, few are gone through several times
SEED = 7
SOFTNESS = 0.05  # cosine by which another label must lie nearer for an example to be drawn often
NEIGHBORS = 2  # texts that lie near alarms, for each alarm
ROWS = 1000  # compared at a time, to bound memory
BFLOAT16 = "auto_mixed_precision_onednn_bfloat16"
TUNED_TOKENS, MESSAGE_TOKENS = 32, 48  # longer texts are cut while tuning: half the time, and few are longer


@dataclass(frozen=True)
class Lessons:
    """`texts` with label numbers `targets`, published `vectors` (texts, 384), and which of them are `alarms`.

    `messages` are texts with the numbers of all labels that they ask about; with none, nothing is learned about asking.
    Beside labels in `askable` others may be asked about in the same message; `count` is the number of labels.
    """

    texts: Sequence[str]
    targets: np.ndarray
    vectors: np.ndarray
    alarms: np.ndarray
    count: int
    messages: Sequence[AskingMessage] = ()
    askable: frozenset[int] = field(default_factory=frozenset)


def tune(encoder: SentenceEncoder, lessons: Lessons) -> TunedView:
    """A view whose layers were trained, and its head where there are messages.

    Difficult texts are drawn more often, and most of all alarms and what sounds like them.
    """
    with _products_in_bfloat16():
        return _tune(encoder, lessons)


@contextmanager
def _products_in_bfloat16() -> Iterator[None]:
    """Quicker matrix products on processors that have them (docs/experiments.md); weights and sums stay float32.

    Only while tuning: a text is read with the same numbers on every machine.
    """
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({BFLOAT16: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({BFLOAT16: False})


def _tune(encoder: SentenceEncoder, lessons: Lessons) -> TunedView:
    import tensorflow as tf

    random = np.random.default_rng(SEED)
    tf.random.set_seed(SEED)
    few = MOST_PASSES * len(lessons.texts) < EXAMPLES_SEEN
    means = _means(lessons)
    proxies = tf.Variable(means, dtype=tf.float32)
    absent = tf.constant(np.where(means.any(axis=1), 0.0, -1e9), dtype=tf.float32)  # no text of that label
    layers = TrainableLayers(encoder, FEW_LAYERS if few else LAYERS)
    body = layers.weights + [proxies]
    asking = AskingHead(0 * means, 10 * means, np.full(lessons.count, -6.0)).as_variables() if lessons.messages else None
    head = asking.parts if asking else []
    weight = np.where(np.isin(np.arange(lessons.count), lessons.targets[lessons.alarms]), ALARM_WEIGHT, 1.0)
    steps = max(1, min(EXAMPLES_SEEN, MOST_PASSES * len(lessons.texts)) // (2 * PAIRS))
    slow = tf.keras.optimizers.AdamW(_falling(STEP, steps), weight_decay=DECAY, jit_compile=False)
    quick = tf.keras.optimizers.Adam(_falling(HEAD_STEP, steps), jit_compile=False)
    slow.build(body)
    quick.build(head)

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, DIMENSIONS]), tf.TensorSpec([None, None, 1]), tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None])]
    )
    def step(states: Any, present: Any, wanted: Any, asked: Any) -> None:
        with tf.GradientTape() as tape:
            vectors, token_vectors = layers.vectors(states, present, dropping=few)
            rows = vectors[: tf.shape(wanted)[0]]  # after them come the messages
            closeness = SCALE * tf.matmul(rows, tf.math.l2_normalize(proxies, axis=1), transpose_b=True) + absent
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, closeness)) + _contrastive(rows, wanted)
            if asking:
                loss += ASKING_WEIGHT * asked_loss(asked, asking(token_vectors, present), weight)
        gradients = tape.gradient(loss, body + head)
        for optimizer, weights, slopes in ((slow, body, gradients[: len(body)]), (quick, head, gradients[len(body) :])):
            if weights:
                slopes, _ = tf.clip_by_global_norm(slopes, 1.0)
                optimizer.apply_gradients(zip(slopes, weights))

    tokens = [row[:TUNED_TOKENS] for row in encoder.tokens(lessons.texts)]
    likely = _likely(lessons.vectors, lessons.targets, lessons.alarms)
    batches = _batches(random, lessons, likely, np.array([len(row) for row in tokens]), steps)
    messages = _Messages(encoder, lessons, likely, random)
    one_hot = np.eye(lessons.count, dtype=np.float32)
    for rows in tqdm(batches, desc="Tuning the second view", total=steps, unit="step", mininterval=2):
        texts, wanted = [tokens[row] for row in rows], lessons.targets[rows]
        beside, asked = messages.draw(max(map(len, texts)))
        step(*layers.padded([*texts, *beside]), wanted.astype(np.int32), np.vstack([one_hot[wanted], asked]))
    view = TunedView(encoder, layers.as_arrays())
    if asking:
        view.head = _learned_alone(asking, view, messages.each_once(), weight, random)
    return view


def _learned_alone(head: AskingHead, view: TunedView, messages: Sequence[AskingMessage], weight: np.ndarray, random: np.random.Generator) -> AskingHead:
    """The head after more passes over `messages`, as `view` reads them. Their token vectors are computed once, and take 20 kB for each."""
    import tensorflow as tf

    tf.random.set_seed(SEED)
    tokens = [vectors[:MESSAGE_TOKENS].astype(np.float16) for vectors in view.token_vectors([text for text, _ in messages])]
    asked, by_length = asked_by(messages, len(weight)), np.argsort([len(row) for row in tokens], kind="stable")
    batches = [by_length[start : start + BATCH] for start in range(0, len(by_length), BATCH)]
    optimizer = tf.keras.optimizers.Adam(_falling(ALONE_STEP, PASSES * len(batches)), jit_compile=False)
    optimizer.build(head.parts)

    @tf.function(input_signature=[tf.TensorSpec([None, None, DIMENSIONS], tf.float16), tf.TensorSpec([None, None, 1]), tf.TensorSpec([None, None])])
    def step(vectors: Any, present: Any, asked: Any) -> None:
        with tf.GradientTape() as tape:
            logits = head(tf.nn.dropout(tf.cast(vectors, tf.float32), DROPPED), present)
            loss = asked_loss(asked, logits, weight)
        optimizer.apply_gradients(zip(tape.gradient(loss, head.parts), head.parts))

    for _ in tqdm(range(PASSES), desc="Learning what is asked", unit="pass"):
        for number in random.permutation(len(batches)):
            rows = batches[number]
            step(*_side_by_side([tokens[row] for row in rows]), asked[rows])
    return head.as_arrays()


def _side_by_side(texts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Token vectors of texts, shape (texts, longest, DIMENSIONS), and 0 for padding, shape (texts, longest, 1)."""
    vectors = np.zeros((len(texts), max(map(len, texts)), DIMENSIONS), dtype=np.float16)
    present = np.zeros((*vectors.shape[:2], 1), dtype=np.float32)
    for number, text in enumerate(texts):
        vectors[number, : len(text)], present[number, : len(text)] = text, 1.0
    return vectors, present


class _Messages:
    """Messages that ask several things or one: MESSAGES at a time, those whose length fits the batch best; or each once."""

    def __init__(self, encoder: SentenceEncoder, lessons: Lessons, likely: np.ndarray, random: np.random.Generator) -> None:
        self._joiner = Joiner(lessons.texts, lessons.targets, lessons.askable, frozenset(lessons.targets[lessons.alarms].tolist()))
        self._encoder, self._lessons, self._random, self._luck = encoder, lessons, random, np.cumsum(likely)
        self._drawn: list[tuple[list[list[int]], np.ndarray]] = []

    def draw(self, length: int) -> tuple[list[list[int]], np.ndarray]:
        """Tokens of the messages, and what each asks, shape (messages, labels)."""
        if not self._lessons.messages:
            return [], np.zeros((0, self._lessons.count), dtype=np.float32)
        if not self._drawn:
            messages = [self._message() for _ in range(2 * TOGETHER * MESSAGES)]
            tokens = [row[:MESSAGE_TOKENS] for row in self._encoder.tokens([text for text, _ in messages])]
            asked = asked_by(messages, self._lessons.count)
            order = np.argsort([len(row) for row in tokens], kind="stable").reshape(-1, MESSAGES)
            self._drawn = [([tokens[number] for number in numbers], asked[numbers]) for numbers in order]
        best = min(range(len(self._drawn)), key=lambda number: abs(len(self._drawn[number][0][-1]) - length))
        return self._drawn.pop(best)

    def each_once(self) -> list[AskingMessage]:
        """Each written message once, and others in the same shares as while tuning."""
        written = list(self._lessons.messages)
        return written + [self._other() for _ in range(round(len(written) * (1 - WRITTEN) / WRITTEN))]

    def _message(self) -> AskingMessage:
        written = self._lessons.messages
        return written[self._random.integers(len(written))] if self._random.random() < WRITTEN else self._other()

    def _other(self) -> AskingMessage:
        if self._random.random() >= LONE:
            return self._joiner.message(self._random)
        number = min(int(np.searchsorted(self._luck, self._random.random())), len(self._lessons.texts) - 1)
        return self._lessons.texts[number], [self._lessons.targets[number]]


def _falling(rate: float, steps: int) -> Any:
    import tensorflow as tf

    return tf.keras.optimizers.schedules.PolynomialDecay(rate, steps, 0.0)


def _means(lessons: Lessons) -> np.ndarray:
    """Unit mean of each label's vectors, shape (labels, 384); zeros for a label without texts."""
    sums = np.zeros((lessons.count, DIMENSIONS))
    np.add.at(sums, lessons.targets, lessons.vectors)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


def _batches(random: np.random.Generator, lessons: Lessons, likely: np.ndarray, lengths: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Row numbers of `count` batches: texts drawn as `likely` says, and after them a mate of the same label for each."""
    targets = lessons.targets
    mates = [np.flatnonzero(targets == number) for number in range(lessons.count)]
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
    by_label = np.argsort(targets, kind="stable")
    labels, starts = np.unique(targets[by_label], return_index=True)
    place, own, alarming = np.argsort(by_label), np.searchsorted(labels, targets), np.isin(labels, targets[alarms])
    behind, near = np.zeros(len(vectors)), np.full(len(vectors), -1.0)
    for rows in np.array_split(np.arange(len(vectors)), -(-len(vectors) // ROWS)):
        cosines, each = vectors[rows] @ vectors[by_label].T, np.arange(len(rows))
        cosines[each, place[rows]] = -1.0  # not itself
        nearest = np.maximum.reduceat(cosines, starts, axis=1)  # of each label
        behind[rows] = -nearest[each, own[rows]]
        nearest[each, own[rows]] = -1.0
        behind[rows] += nearest.max(axis=1)
        near[rows] = nearest[:, alarming].max(axis=1, initial=-1.0)
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
