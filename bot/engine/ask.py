"""`./nerveline ask`: questions answered on the command line, through the same code as live chat."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional, Text, Tuple

from bot.engine.assistant import Assistant, printable
from bot.engine.channel import LONGEST_TEXT
from bot.errors import DataError, NervelineError
from bot.settings import Settings


def ask(text: Text, *, as_json: bool, explain: bool = False) -> int:
    """Answer one question on stdout; `explain` adds how it was understood."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise NervelineError(f"a question has 1 to {LONGEST_TEXT:,} characters")
    answer = asyncio.run(Assistant(Settings.load()).answer(text))
    print(printable(answer) if as_json else "\n\n".join([*answer["replies"], answer["disclaimer"]]))
    if explain and not as_json:
        print("\n" + explanation(answer))
    return 0


def explanation(answer: Mapping[Text, Any]) -> str:
    """Why a message was answered as it was, in lines."""
    found = answer["understanding"]
    evidence, safety = found.get("evidence") or {}, found.get("safety") or {}
    lines = [f"decision   {answer['decision']} {', '.join(answer['topics'])} ({answer['confidence']:.0%} sure)", f"reason     {found.get('reason', '')}"]
    lines += [f"read as    {found['meant']}"] if found.get("meant") else []
    lines += [f"clause     {clause}" for clause in found.get("clauses") or ()]
    lines += [f"reading    {guess['confidence']:6.1%}  {guess['name']}" for guess in found.get("intent_ranking") or ()]
    if evidence:
        lines.append(f"nearest    {evidence['nearest']}")
        lines.append(f"closeness  meaning {evidence['cosine']:.2f}, letters {evidence['ngram']:.2f}, energy {evidence['energy']:.1f}; in all {evidence['known']:.1f}")
        lines.append(f"alarm      {evidence['alarm']:6.1%}  by the classifier, {'some' if evidence['traces_of_alarm'] else 'no'} trace of one for weak signs of the rules to count")
        lines += [f"asked      {share:6.1%}  {topic}" for topic, share in evidence.get("asked") or ()]
    if safety.get("kind"):
        spans = ", ".join(repr(answer["text"][start:end]) for start, end in safety.get("spans") or ())
        lines.append(f"safety     {safety['kind']}, {safety['topic']}: rule '{safety['rule']}' on {spans}{'' if safety.get('certain', True) else ' (suspected)'}")
    return "\n".join(lines)


def ask_batch(questions: Path, out: Path) -> int:
    """Answer each line of a JSONL file; a bad line is reported and the rest still runs. Exit code 1 if any was bad."""
    lines = list(_lines(questions))
    assistant = Assistant(Settings.load())
    with out.open("w", encoding="utf-8") as file:
        bad = asyncio.run(_answer_all(assistant, lines, questions, file))
    print(f"{len(lines) - bad} answered, {bad} bad lines.", file=sys.stderr)
    return 1 if bad else 0


async def _answer_all(assistant: Assistant, lines: "list[Tuple[int, Text]]", path: Path, file: Any) -> int:
    bad = 0
    for number, line in lines:
        try:
            question = _question(line)
        except ValueError as reason:
            bad += 1
            print(f"{path}:{number}: {reason}", file=sys.stderr)
            file.write(json.dumps({"line": number, "error": str(reason)}) + "\n")
            continue
        file.write(printable({**question, **await assistant.answer(question["text"])}) + "\n")
    return bad


def _lines(path: Path) -> Iterator[Tuple[int, Text]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    except OSError as error:
        raise DataError(f"{path}:0: cannot be read: {error.strerror}") from None


def _question(line: Text) -> Dict[Text, Any]:
    """The line's object.

    Raises:
        ValueError: not JSON, no text, or a text that is empty or too long.
    """
    try:
        found: Optional[Any] = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    text = found.get("text") if isinstance(found, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise ValueError('expected an object with a "text" that is not empty')
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text is longer than {LONGEST_TEXT:,} characters")
    return dict(found)  # type: ignore[arg-type]
