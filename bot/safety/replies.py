"""What is said instead of everything else when the screen fires."""

from __future__ import annotations

from bot.answers.catalogue import Catalogue
from bot.answers.reply import Reply
from bot.safety.screen import Verdict


def safety_reply(catalogue: Catalogue, verdict: Verdict) -> Reply:
    """The curated reply for a verdict whose kind is not ""."""
    return catalogue.reply(f"utter_{verdict.kind}_{verdict.topic}")
