"""The disclaimer, required once more where text leaves Rasa.

Everything that Rasa delivers, on every channel, passes `OutputChannel.send_response`; no channel of Rasa 3.6 overrides
it. Some of it never saw the text generator (`dispatcher.utter_message(text=...)`, messages injected by the API), so the
rule is enforced by wrapping that one method. Rasa offers no hook there.
"""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any, Dict, Text

from rasa.core.channels.channel import OutputChannel

from bot.answers.disclaimer import GENERAL, Disclaimers

logger = logging.getLogger(__name__)
_WRAPPED = "_nerveline_guarded"


def guard_all_channels(disclaimers: Disclaimers) -> None:
    """From now on no channel of this process sends text without a disclaimer."""
    original = getattr(OutputChannel.send_response, _WRAPPED, OutputChannel.send_response)

    @wraps(original)
    async def send_response(self: OutputChannel, recipient_id: Text, message: Dict[Text, Any]) -> None:
        await original(self, recipient_id, with_disclaimer(message, disclaimers))

    setattr(send_response, _WRAPPED, original)
    OutputChannel.send_response = send_response  # type: ignore[assignment]


def with_disclaimer(message: Dict[Text, Any], disclaimers: Disclaimers) -> Dict[Text, Any]:
    """The message itself when it carries its disclaimer, else a repaired copy (and a fault in the log, without text)."""
    kind = (message.get("reply") or (message.get("metadata") or {}).get("reply") or {}).get("disclaimer", {}).get("kind", GENERAL)
    wanted = disclaimers.of(kind).text
    text = message.get("text") or ""
    if wanted in text:
        return message
    logger.error("disclaimer_fault response=%s", message.get("utter_action") or "none")
    return {**message, "text": f"{text}\n{wanted}".strip()}
