"""The project's own data: a fold of grouped cross-validation, a voice that was never heard, a sample, and a learning curve."""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator

import numpy as np
from sklearn.model_selection import GroupKFold

from bot.answers.catalogue import Catalogue
from bot.check import read_examples
from bot.language.encoder import sentence_encoder
from bot.language.grouping import near_duplicate_groups
from bot.settings import ROOT
from tests.benchmarks.parts import Part, Rows
from tests.benchmarks.systems import Ours, RasaDefault, Simple, minilm, tfidf

FOLDS = 5
VOICE = "plain_spoken"  # one author's examples for all information topics
SAMPLE = 20  # examples of each label: DIET's 100 epochs on all of them would take hours on two cores
SHARES = (0.25, 0.5, 0.75)


def fold() -> Part:
    """The first of five folds; near-duplicates never stand on both sides."""
    train, test = _fold()
    return Part("own data, fold 1", train, test, [Ours(), Ours(tuned=False), Simple("MiniLM + LR", minilm), Simple("TF-IDF + LR", tfidf)], explain=True)


def voice() -> Part:
    """All examples of one author are tested, none of them trained."""
    rows, voices, _ = _examples()
    mine = [name == VOICE for name in voices]
    train = [row for row, heard in zip(rows, mine) if not heard]
    return Part("own data, unseen voice", train, [row for row, heard in zip(rows, mine) if heard], [Ours(), Simple("MiniLM + LR", minilm)])


def sample() -> Part:
    """A sample of the fold's examples, on which Rasa's default pipeline can be trained too; the whole fold is tested."""
    train, test = _fold()
    random = np.random.default_rng(7)
    by_label = {label: [row for row in train if row[1] == label] for label in sorted({label for _, label in train})}
    chosen = [rows[number] for rows in by_label.values() for number in random.permutation(len(rows))[:SAMPLE]]
    return Part("own data, sample", chosen, test, [Ours(), Simple("MiniLM + LR", minilm), Simple("TF-IDF + LR", tfidf), RasaDefault()])


def curve() -> Iterator[Part]:
    """The fold with a part of its training examples; without the tuned view, whose cost would hide nothing."""
    train, test = _fold()
    order = np.random.default_rng(7).permutation(len(train))
    for share in SHARES:
        rows = [train[number] for number in order[: int(share * len(train))]]
        yield Part(f"own data, {share:.0%} of it", rows, test, [Ours(tuned=False)])


@lru_cache(maxsize=1)
def _examples() -> "tuple[list[tuple[str, str]], list[str], np.ndarray]":
    """Rows, the voice of each, and the number of its group of near-duplicates."""
    examples = list(read_examples(ROOT / "data" / "nlu"))
    questions = Catalogue.load(ROOT / "data").questions()
    rows = [(example.text, example.intent) for example in examples] + [(text, f"faq/{topic}") for topic, text in questions.items()]
    voices = [example.where.split("/")[2] for example in examples] + ["questions"] * len(questions)
    labels = np.unique([label for _, label in rows], return_inverse=True)[1]
    return rows, voices, near_duplicate_groups(sentence_encoder().encode([text for text, _ in rows]), labels)


@lru_cache(maxsize=1)
def _fold() -> "tuple[Rows, Rows]":
    rows, _, groups = _examples()
    train, test = next(GroupKFold(FOLDS).split(rows, groups=groups))
    return [rows[number] for number in train], [rows[number] for number in test]
