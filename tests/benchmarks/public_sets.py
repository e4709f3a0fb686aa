"""The public sets, read from a folder that is not part of this project (docs/understanding.md says where each is published)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from tests.benchmarks.measures import OUTSIDE


@dataclass(frozen=True)
class Set:
    """Train and test rows as (text, label)."""

    name: str
    train: list[tuple[str, str]]
    test: list[tuple[str, str]]


def public_sets(folder: Path) -> Iterator[Set]:
    """All sets that the folder holds."""
    for bot in ("sofmattress", "curekart", "powerplay11"):
        yield _set(folder, f"HINT3 {bot}", f"hint3/v1/train/{bot}_train.csv", f"hint3/v1/test/{bot}_test.csv", "sentence", "label")
    yield _set(folder, "BANKING77 10-shot", "banking77/train_10.csv", "banking77/test.csv", "text", "category")
    yield _set(folder, "HWU64 10-shot", "hwu64/train_10.csv", "hwu64/test.csv", "text", "category")
    yield _set(folder, "COVID-Q 3-shot", "covid_q/classes_train3.csv", "covid_q/classes_testA.csv", "question", "class_id")
    full = json.loads((folder / "clinc150/data_full.json").read_text(encoding="utf-8"))
    test = [(text, label) for text, label in full["test"]] + [(text, OUTSIDE) for text, _ in full["oos_test"]]
    yield Set("CLINC150 10-shot", _rows(folder / "clinc150/train_10.csv", "text", "intent"), test)


def _set(folder: Path, name: str, train: str, test: str, text: str, label: str) -> Set:
    return Set(name, _rows(folder / train, text, label), _rows(folder / test, text, label))


def _rows(path: Path, text: str, label: str) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header = [name.strip() for name in rows[0]]
    at = header.index(text) if text in header else 0
    to = header.index(label) if label in header else 1
    return [(row[at], OUTSIDE if row[to] == "NO_NODES_DETECTED" else row[to]) for row in rows[1:]]
