"""One turn of a conversation as plain data: the replies and the understanding, read from the tracker's events.

Reading them from the events and not from what the channel collected makes a repeated message safe: its turn is found
again and answered with the same replies.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Text

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.disclaimer import Disclaimers
from bot.answers.reply import Reply

UNDERSTANDING = ("meant", "decision", "safety", "evidence", "intent_ranking", "clauses")
RANKING_SHOWN = 5
LEFT_BY_ACTIONS = (BotUttered, SlotSet, ActiveLoop, Restarted, SessionStarted)
ALARMS = ("utter_emergency_", "utter_crisis_")  # nothing else is said beside them, not even the question of an open request


def spoken(text: Text) -> Text:
    """The text as Rasa may have it: behind a slash, after white space of any kind, Rasa takes it for a command of its own and logs it."""
    return re.sub(r"^[\s/]+", "", text) or "?"


def replies(tracker: DialogueStateTracker, message_id: Text, disclaimers: Disclaimers) -> Optional[List[Reply]]:
    """What was said in answer to the message; None when the tracker does not hold that message."""
    turn = _turn(tracker, message_id)
    if turn is None:
        return None
    said = [_reply(event, disclaimers) for event in turn[1:] if isinstance(event, BotUttered) and event.text]
    alarm = next((reply for reply in said if reply.response.startswith(ALARMS)), None)
    return [alarm] if alarm else said


def failed(tracker: DialogueStateTracker) -> bool:
    """Whether the newest message got no reply, or an action failed on the way.

    Rasa goes on without the events of an action that failed, so such an action is one that left nothing. Beside an
    alarm nothing else counts: it must be said.
    """
    newest: Optional[List[Any]] = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            newest = []
        elif newest is not None:
            newest.append(event)
    if newest is None:
        return False
    said = [event for event in newest if isinstance(event, BotUttered) and event.text]
    if any(_response(event).startswith(ALARMS) for event in said):
        return False
    return not said or _left_nothing(newest)


def _left_nothing(events: List[Any]) -> bool:
    """Whether some action is followed by the next one, without anything of its own between."""
    steps = [event for event in events if isinstance(event, (ActionExecuted, *LEFT_BY_ACTIONS))]
    return any(
        isinstance(step, ActionExecuted) and step.action_name != ACTION_LISTEN_NAME and isinstance(following, ActionExecuted)
        for step, following in zip(steps, steps[1:])
    )


def understanding(tracker: DialogueStateTracker, message_id: Text) -> Dict[Text, Any]:
    """What was understood of the message, for the log beside it."""
    turn = _turn(tracker, message_id)
    parsed: Dict[Text, Any] = dict(turn[0].parse_data or {}) if turn else {}  # type: ignore[attr-defined]
    found = {key: parsed[key] for key in UNDERSTANDING if key in parsed}
    found["intent_ranking"] = list(found.get("intent_ranking") or [])[:RANKING_SHOWN]
    decision = found.pop("decision", {})
    return {**found, "decision": decision.get("kind", ""), "reason": decision.get("reason", ""), "intent": decision.get("intent", ""),
            "topics": decision.get("topics", []), "confidence": decision.get("confidence", 0.0)}  # fmt: skip


def _turn(tracker: DialogueStateTracker, message_id: Text) -> Optional[List[Any]]:
    """The events from the message up to the next one."""
    found: Optional[List[Any]] = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if found is not None:
                break
            if event.message_id == message_id:
                found = [event]
        elif found is not None:
            found.append(event)
    return found


def _response(event: BotUttered) -> Text:
    return str(((event.metadata or {}).get("reply") or {}).get("response", ""))


def _reply(event: BotUttered, disclaimers: Disclaimers) -> Reply:
    data = (event.metadata or {}).get("reply") or {"text": event.text, "buttons": [button["title"] for button in event.data.get("buttons") or []]}
    return Reply.from_dict(data, disclaimers)
