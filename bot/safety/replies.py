"""What is said instead of everything else when the screen fires."""

from __future__ import annotations

from bot.answers.catalogue import Catalogue
from bot.answers.reply import Reply
from bot.safety.rule_file import TOPICS
from bot.safety.screen import Verdict


def safety_reply(catalogue: Catalogue, verdict: Verdict) -> Reply:
    """The curated reply for a verdict whose kind is not ""; the kind's general one for a topic that no longer exists."""
    name = f"utter_{verdict.kind}_{verdict.topic}"
    return catalogue.reply(name if name in catalogue.responses else f"utter_{verdict.kind}_{TOPICS[verdict.kind][0]}")
