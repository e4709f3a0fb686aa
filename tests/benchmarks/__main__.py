"""`make bench`: ours beside simple baselines, on the project's own data and, where their folder is named, on the public sets.

    make bench                                          own data
    NERVELINE_BENCHMARKS=/folder make bench             and the public sets in that folder
    NERVELINE_BENCHMARK_SETS=HINT3                       only the public sets whose name holds this

Writes build/bench.json and prints a table. Seeds are fixed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from bot.answers.catalogue import Catalogue
from bot.check import read_examples
from bot.language.decision import choose_cuts
from bot.language.encoder import sentence_encoder
from bot.language.grouping import near_duplicate_groups
from bot.settings import ROOT
from tests.benchmarks.measures import OUTSIDE, auroc, calibration_error, in_scope_accuracy, interval, mcc_at, percent, recall_outside_at
from tests.benchmarks.public_sets import public_sets
from tests.benchmarks.systems import Ours, all_systems

FOLDS = 5
HEAD = f"{'data':22} {'system':28} {'in-scope acc. (95 % CI)':26} {'AUROC':>6} {'OOS@95':>7} {'MCC@cut':>8} {'train s':>8} {'ms':>6}"


def main() -> int:
    results: list[dict[str, Any]] = []
    print(HEAD)
    if os.environ.get("NERVELINE_BENCHMARK_SETS", "own") == "own":
        own_data(results)
    folder = Path(os.environ.get("NERVELINE_BENCHMARKS", "nowhere"))
    if folder.is_dir():
        wanted = os.environ.get("NERVELINE_BENCHMARK_SETS", "")
        for data in public_sets(folder):
            if wanted in data.name:
                train = data.train + sorted({(label.replace("_", " "), label) for _, label in data.train if not label.isdecimal()})
                for system in all_systems():
                    compare(results, data.name, system, train, data.test)
    else:
        print("The public sets are skipped: NERVELINE_BENCHMARKS names no folder.")
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"Written to {target}")
    return 0


def own_data(results: list[dict[str, Any]]) -> None:
    """One fold of grouped cross-validation for each system (all folds with NERVELINE_BENCHMARK_FOLDS=5), and our certainty."""
    examples = list(read_examples(ROOT / "data" / "nlu"))
    questions = Catalogue.load(ROOT / "data").questions()
    texts = [example.text for example in examples] + list(questions.values())
    labels = np.array([example.intent for example in examples] + [f"faq/{topic}" for topic in questions])
    vectors = sentence_encoder().encode(texts)
    groups = near_duplicate_groups(vectors, np.unique(labels, return_inverse=True)[1])
    folds = list(GroupKFold(FOLDS).split(vectors, groups=groups))[: int(os.environ.get("NERVELINE_BENCHMARK_FOLDS", "1"))]
    for system in all_systems():
        for number, (known, test) in enumerate(folds):
            train = [(texts[row], labels[row]) for row in known]
            compare(results, f"own data, fold {number + 1}", system, train, [(texts[row], labels[row]) for row in test], vectors[known])
            if isinstance(system, Ours) and system.view:
                zones(results, system, [texts[row] for row in test], labels[test])


def compare(results: list[dict[str, Any]], data: str, system: Any, train: list[tuple[str, str]], test: list[tuple[str, str]], vectors: Any = None) -> None:
    system.fit([text for text, _ in train], [label for _, label in train], vectors)
    truth = np.array([label for _, label in test])
    predicted, scores = system.read([text for text, _ in test])
    one = test[: min(200, len(test))]
    started = time.perf_counter()
    for text, _ in one:
        system.read([text])
    milliseconds = (time.perf_counter() - started) / len(one) * 1000
    inside = np.where(predicted == OUTSIDE, -1.0, scores)  # a system that knows the class may say it
    row = {
        "data": data, "system": system.name, "in_scope_accuracy": in_scope_accuracy(truth, predicted), "interval": interval(in_scope_accuracy, truth, predicted),
        "auroc": auroc(truth, inside), "oos_recall_at_95": recall_outside_at(truth, inside), "mcc_at_cut": mcc_at(truth, predicted, scores, system.cut),
        "train_seconds": system.seconds, "milliseconds": milliseconds, "train": len(train), "test": len(test),
    }  # fmt: skip
    results.append(row)
    low, high = row["interval"]
    accuracy = f"{percent([row['in_scope_accuracy']])} ({percent([low])}–{percent([high])})"
    print(f"{data:22} {system.name:28} {accuracy:26} {percent([row['auroc']]):>6} {percent([row['oos_recall_at_95']]):>7} {percent([row['mcc_at_cut']]):>8} {system.seconds:8.1f} {milliseconds:6.1f}", flush=True)


def zones(results: list[dict[str, Any]], system: Ours, texts: list[str], truth: np.ndarray) -> None:
    """What our cuts do with unseen messages, and whether the certainty is true."""
    cuts = choose_cuts(system.model)
    predicted, sure = system.read(texts)
    answered = (sure >= cuts.answer) & (predicted != OUTSIDE)
    inside = truth != OUTSIDE
    row = {
        "data": "own data", "cuts": vars(cuts), "calibration_error": calibration_error(predicted == truth, sure),
        "in_scope_answered_right": float((answered & (predicted == truth))[inside].mean()), "in_scope_answered_wrong": float((answered & (predicted != truth))[inside].mean()),
        "out_of_scope_answered": float(answered[~inside].mean()),
    }  # fmt: skip
    results.append(row)
    print("   zones: " + ", ".join(f"{name.replace('_', ' ')} {100 * value:.1f} %" for name, value in row.items() if isinstance(value, float)) + f", cuts {cuts.answer} / {cuts.offer}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
