"""Messages with several questions, as people wrote them (`data/several/`), and the names of what may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence
from zlib import crc32

from bot.errors import DataError
from bot.yaml_file import YamlFile

FAQ = "faq/"
Message = tuple[str, frozenset[str]]
# Where somebody may come to harm: answered before all other information that the message asks for.
URGENT = frozenset(
    "when_to_see_doctor is_it_safe who_should_not side_effects blood_thinners implants pregnancy diabetes_safety cancer_lymphedema other_medications foot_care balance_falls".split()
)
STAFF = ("book_appointment", "reschedule_appointment", "cancel_appointment", "talk_to_human")
# Said to the assistant itself, with the response of the rule in data/rules.yml: said first and in this order, for most of it is
# about what went before.
ABOUT_THE_CHAT = {
    "repeat": "utter_nothing_to_repeat", "sources": "utter_no_sources", "more_detail": "utter_nothing_more",
    "bot_challenge": "utter_bot_challenge", "capabilities": "utter_capabilities",
}  # fmt: skip


def askable(label: str) -> bool:
    """Whether a message may ask about this label beside others."""
    return label.startswith(FAQ) or label in STAFF or label in ABOUT_THE_CHAT


def name_of(label: str) -> str:
    """A label as its topic's name."""
    return label[len(FAQ) :] if label.startswith(FAQ) else label


def read_several(folder: Path) -> list[Message]:
    """The messages of `data/several/`, each with the topics that it asks about (none, when it asks nothing of ours).

    Raises:
        DataError: a file is not as it must be; with file and line.
    """
    found = []
    for path in sorted(folder.glob("*.yml")):
        file = YamlFile(path)
        messages = file.data.get("messages") if isinstance(file.data, dict) else None
        if not isinstance(messages, list):
            file.fail("expected 'messages:' with a list at the top level")
        for index, message in enumerate(messages):
            found.append(_message(file, index, message))
    if not found:
        raise DataError(f"{folder}:0: there are no messages with several questions to learn from")
    return found


def in_two(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Most of them, from which the tuned view learns what is asked, and the tenth that the regression in `asking` learns from."""
    sides: tuple[list[Message], list[Message]] = ([], [])
    for message in messages:
        sides[crc32(message[0].encode()) % 10 == 0].append(message)  # by its text, so that a new message moves no other
    return sides


def _message(file: YamlFile, index: int, message: Any) -> Message:
    text = message.get("text") if isinstance(message, dict) else None
    asks = message.get("asks") if isinstance(message, dict) else None
    if not isinstance(text, str) or not text.strip() or not isinstance(asks, list) or not all(isinstance(topic, str) for topic in asks):
        file.fail("expected 'asks:' with a list of topics and 'text:'", "messages", index)
    return text, frozenset(asks)
