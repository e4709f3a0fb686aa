"""`python -m tests.benchmarks.plots`: draws docs/images/calibration.png and learning-curve.png from build/bench.json."""

from __future__ import annotations

import json
import re

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 - the backend is chosen first

from bot.settings import ROOT  # noqa: E402

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    rows = json.loads((ROOT / "build" / "bench.json").read_text(encoding="utf-8"))
    whole = next(row for row in rows if row["data"] == "own data, fold 1" and row["system"] == "ours")
    _calibration(whole["certainty"]["points"])
    without = next(row for row in rows if row["data"] == "own data, fold 1" and row["system"] == "ours without the tuned view")
    parts = [row for row in rows if re.fullmatch(r"own data, \d+% of it", row["data"])] + [without]
    _curve(sorted((row["train"], row["in_scope_accuracy"]) for row in parts))


def _calibration(points: "list[list[float]]") -> None:
    figure, axes = pyplot.subplots(figsize=(4, 4), dpi=120)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot(*zip(*points), marker="o")
    axes.set(xlabel="certainty", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1), title="Certainty on unseen examples")
    _save(figure, "calibration.png")


def _curve(points: "list[tuple[int, float]]") -> None:
    figure, axes = pyplot.subplots(figsize=(4, 4), dpi=120)
    axes.plot(*zip(*points), marker="o")
    axes.set(xlabel="training examples", ylabel="right topic, in scope", title="Learning curve", xlim=(0, None))
    _save(figure, "learning-curve.png")


def _save(figure: "pyplot.Figure", name: str) -> None:
    figure.tight_layout()
    figure.savefig(IMAGES / name)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
