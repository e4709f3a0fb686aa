"""The public sets, read from a folder that is not part of this project (docs/understanding.md says where each is published)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Iterator

from tests.benchmarks.measures import OUTSIDE
from tests.benchmarks.parts import Part, Rows
from tests.benchmarks.systems import Ours, RasaDefault, Simple, minilm, tfidf


def public_sets(folder: Path) -> Iterator[Part]:
    """All sets, each with the names of its labels as one more example (as the questions of our answers are for ours)."""
    for bot in ("sofmattress", "curekart", "powerplay11"):
        train, test = (_rows(folder / f"hint3/v1/{part}/{bot}_{part}.csv", "sentence", "label") for part in ("train", "test"))
        yield _part(f"HINT3 {bot}", train, test, RasaDefault())
    for name, place in (("BANKING77 10-shot", "banking77"), ("HWU64 10-shot", "hwu64")):
        yield _part(name, _rows(folder / place / "train_10.csv", "text", "category"), _rows(folder / place / "test.csv", "text", "category"))
    yield _part("COVID-Q 3-shot", *_covid(folder / "covid_q"))
    full = json.loads((folder / "clinc150/data_full.json").read_text(encoding="utf-8"))
    test = [(text, label) for text, label in full["test"]] + [(text, OUTSIDE) for text, _ in full["oos_test"]]
    yield _part("CLINC150 10-shot", _rows(folder / "clinc150/train_10.csv", "text", "intent"), test)
    yield _part("CLINC150 full", [(text, label) for text, label in full["train"]], test)


def _part(name: str, train: Rows, test: Rows, *others: Any) -> Part:
    names = sorted({(label.replace("_", " "), label) for _, label in train if not label.isdecimal()})
    return Part(name, [*train, *names], test, [Ours(), Simple("MiniLM + LR", minilm), Simple("TF-IDF + LR", tfidf), *others])


def _covid(folder: Path) -> "tuple[Rows, Rows]":
    """Three questions of each class; tested on real questions of these classes, and on those of all other classes."""
    train, test = (_rows(folder / f"classes_{name}.csv", "question", "class_id") for name in ("train3", "testA"))
    classes = {label for _, label in train}
    outside = [(text, OUTSIDE) for text, label in _rows(folder / "all_questions.csv", "question", "class_id") if label not in classes]
    return train, [*test, *outside]


def _rows(path: Path, text: str, label: str) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header = [name.strip() for name in rows[0]]
    at = header.index(text) if text in header else 0
    to = header.index(label) if label in header else 1
    return [(row[at], OUTSIDE if row[to] == "NO_NODES_DETECTED" else row[to]) for row in rows[1:]]
