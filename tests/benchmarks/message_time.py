"""How long one message takes through NLU on one core: our whole pipeline beside Rasa's default one, in one run.

    python -m tests.benchmarks.message_time [questions_11 ...]      sets of tests/data

Rasa's is trained on a few examples of each of our labels: how many hardly changes the time of a message.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Callable

import numpy as np

from bot.engine.training import model_file
from bot.language.clauses import make_nlp, runs
from bot.settings import ROOT, Settings
from tests.benchmarks.own_data import sample
from tests.benchmarks.systems import RasaDefault

EACH = 5  # examples of each label for Rasa's default pipeline
WARM, TIMED = 20, 150


def main(sets: "list[str]") -> int:
    texts = [row["text"] for name in sets or ["questions_11"] for row in _rows(name)]
    nlp = make_nlp()
    kinds = {kind: [text for text in texts if bool(runs(nlp(text))) == several] for kind, several in (("one part", False), ("several parts", True))}
    agents = {"ours": _ours(), "Rasa 3.6 default pipeline": _rasa()}
    core = {max(os.sched_getaffinity(0))}
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), core)
    for kind, chosen in kinds.items():
        for name, agent in agents.items():
            times = asyncio.run(_times(agent.parse_message, chosen))
            low, middle, high = np.quantile(times, (0.05, 0.5, 0.95)) * 1000
            print(f"{kind:14} {len(times):4} messages  {name:26} p50 {middle:6.1f} ms  (p5 {low:.1f}, p95 {high:.1f})", flush=True)
    return 0


def _rows(name: str) -> "list[Any]":
    return [json.loads(line) for line in (ROOT / f"tests/data/{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _ours() -> Any:
    from rasa.core.agent import Agent

    return Agent.load(str(model_file(Settings.load())))


def _rasa() -> Any:
    by_label: "dict[str, list[str]]" = {}
    for text, label in sample().train:
        by_label.setdefault(label, []).append(text)
    rows = [(text, label) for label, found in by_label.items() for text in found[:EACH]]
    return RasaDefault().fit(*map(list, zip(*rows))).agent


async def _times(parse: "Callable[[str], Any]", texts: "list[str]") -> "list[float]":
    times = []
    for text in texts[: WARM + TIMED]:
        started = time.perf_counter()
        await parse(text)
        times.append(time.perf_counter() - started)
    return times[WARM:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
