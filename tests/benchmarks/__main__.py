"""`make bench`: ours beside Rasa's default pipeline and simple baselines, on own data and, where their folder is named, on the public sets.

    make bench                                          own data
    NERVELINE_BENCHMARKS=/folder make bench             and the public sets in that folder
    make bench ONLY="HINT3 COVID-Q"                     only the parts whose name holds one of these words

Adds to build/bench.json, part by part, and prints a table. Seeds are fixed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import numpy as np

from bot.settings import ROOT
from tests.benchmarks.measures import auroc, best, in_scope_accuracy, interval, mcc_at, percent, recall_outside_at
from tests.benchmarks.own_data import curve, fold, sample, voice
from tests.benchmarks.parts import Part
from tests.benchmarks.public_sets import public_sets
from tests.benchmarks.systems import Ours
from tests.benchmarks.zones import certainty, confusions, zones

TARGET = ROOT / "build" / "bench.json"
HEAD = f"{'data':24} {'system':26} {'in-scope acc. (95 % CI)':24} {'AUROC':>6} {'OOS@95':>7} {'MCC@cut':>8} {'best MCC':>8} {'train s':>8} {'ms p50':>7}"
TIMED = 200  # messages, one at a time


def main(only: "list[str]") -> int:
    print(HEAD)
    for part in _parts():
        if not only or any(word in part.name for word in only):
            for system in part.systems:
                _keep(_compare(part, system))
    print(f"Written to {TARGET}")
    return 0


def _parts() -> Iterator[Part]:
    yield from (fold(), voice(), sample(), *curve())
    folder = Path(os.environ.get("NERVELINE_BENCHMARKS", "nowhere"))
    if folder.is_dir():
        yield from public_sets(folder)
    else:
        print("The public sets are skipped: NERVELINE_BENCHMARKS names no folder.")


def _compare(part: Part, system: Any) -> "dict[str, Any]":
    texts, truth = [text for text, _ in part.test], np.array([label for _, label in part.test])
    system.fit([text for text, _ in part.train], [label for _, label in part.train])
    predicted, scores = system.read(texts)
    row = {
        "data": part.name, "system": system.name, "train": len(part.train), "test": len(part.test), "train_seconds": system.seconds,
        "milliseconds": _milliseconds(system, texts[:TIMED]), "in_scope_accuracy": in_scope_accuracy(truth, predicted),
        "interval": interval(in_scope_accuracy, truth, predicted), "auroc": auroc(truth, predicted, scores),
        "auroc_interval": interval(auroc, truth, predicted, scores), "oos_recall_at_95": recall_outside_at(truth, predicted, scores),
        "mcc_at_cut": mcc_at(truth, predicted, scores, system.cut), "best_mcc": best(mcc_at, truth, predicted, scores),
    }  # fmt: skip
    low, high = row["interval"]
    accuracy = f"{percent(row['in_scope_accuracy'])} ({percent(low)}–{percent(high)})"
    measured = "".join(f" {percent(row[name]):>{width}}" for name, width in (("auroc", 6), ("oos_recall_at_95", 7), ("mcc_at_cut", 8), ("best_mcc", 8)))
    print(f"{part.name:24} {system.name:26} {accuracy:24}{measured} {system.seconds:8.1f} {row['milliseconds']:7.1f}", flush=True)
    if isinstance(system, Ours):
        row["zones"] = zones(system, texts, truth)
        if part.explain:
            row |= {"certainty": certainty(system, texts, truth), "confusions": confusions(truth, predicted)}
    return row


def _milliseconds(system: Any, texts: "list[str]") -> float:
    """Median time of one message alone."""
    times = []
    for text in texts:
        started = time.perf_counter()
        system.read([text])
        times.append(time.perf_counter() - started)
    return float(np.median(times) * 1000)


def _keep(row: "dict[str, Any]") -> None:
    """Put the row into the file, in place of an older one of the same data and system."""
    TARGET.parent.mkdir(exist_ok=True)
    rows = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else []
    rows = [other for other in rows if (other["data"], other["system"]) != (row["data"], row["system"])] + [row]
    TARGET.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
