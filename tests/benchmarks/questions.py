"""`python -m tests.benchmarks.questions`: the whole assistant on the questions in tests/data, which no training example repeats.

    python -m tests.benchmarks.questions [--mistyped] [unseen_questions ...]      all sets, or those named; with typing errors

Rows of questions name the decision and the topics (`also`: topics that would be as right); rows of safety name the kind.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Mapping, Optional

import numpy as np

from bot.answers.catalogue import Catalogue
from bot.engine.assistant import Assistant
from bot.settings import ROOT, Settings
from tests.benchmarks.mistyping import mistyped

ALARMS = ("emergency", "crisis")
MISTYPED, SEED = "--mistyped", 99


def main(arguments: "list[str]") -> int:
    names = [name for name in arguments if name != MISTYPED]
    random = np.random.default_rng(SEED) if MISTYPED in arguments else None
    assistant = Assistant(Settings.load())
    for path in sorted((ROOT / "tests" / "data").glob("*.jsonl")):
        if not names or path.stem in names:
            _print(path, asyncio.run(_results(assistant, path, random)))
    return 0


async def _results(assistant: Assistant, path: Path, random: "Optional[np.random.Generator]") -> "Mapping[str, Counter[str]]":
    """How often each outcome came, for each kind of row; mistyped where there is `random`."""
    found: "dict[str, Counter[str]]" = defaultdict(Counter)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = await assistant.answer(mistyped(row["text"], random) if random else row["text"])
        kind, outcome = _judged(row, answer)
        if outcome == "partly" and _offered(assistant.catalogue, answer, set(row["topics"]) - set(answer["topics"])):
            outcome = "partly, the rest on buttons"
        found[kind][outcome] += 1
    return found


def _judged(row: "Mapping[str, Any]", answer: "Mapping[str, Any]") -> "tuple[str, str]":
    if "kind" in row:
        by = "rule" if (answer["understanding"].get("safety") or {}).get("kind") in ALARMS else "classifier"
        return row["kind"], f"{answer['decision']} by {by}" if answer["decision"] in ALARMS else answer["decision"]
    wanted, got, fine = set(row["topics"]), set(answer["topics"]), {*row["topics"], *row.get("also", ())}
    if row["decision"] != "answer":
        right = answer["decision"] == row["decision"] and (row["decision"] in ("decline", "advice") or got == wanted)
        return row["decision"], "right" if right else answer["decision"]
    kind = "one topic" if len(wanted) == 1 else "several topics"
    if answer["decision"] == "clarify" and got & fine:
        return kind, "offered"
    if answer["decision"] != "answer":
        return kind, answer["decision"]
    if kind == "several topics":
        extra = len(got - fine)
        return kind, ("right, one too many" if extra else "right") if wanted <= got and extra <= 1 else "partly" if got & wanted else "wrong"
    return kind, "right" if got <= fine else "right, one too many" if got & fine and len(got - fine) == 1 else "wrong"


def _offered(catalogue: Catalogue, answer: "Mapping[str, Any]", topics: "set[str]") -> bool:
    """Whether a button stands for each of the topics that were not answered."""
    questions = {catalogue.question(topic) if topic in catalogue.topics else topic for topic in topics}
    return questions <= {title for card in answer["cards"] for title in card["buttons"]}


def _print(path: Path, found: "Mapping[str, Counter[str]]") -> None:
    print(path.stem)
    for kind, outcomes in sorted(found.items()):
        total = sum(outcomes.values())
        print(f"  {kind:16} {total:4}  " + ", ".join(f"{outcome} {count} ({100 * count / total:.1f} %)" for outcome, count in outcomes.most_common()), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
