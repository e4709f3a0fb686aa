"""Sends a finished request to web; when web cannot be reached the request is kept, sealed, and sent later."""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Optional, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.outbox import Outbox, outbox
from actions.request_form import cleared, questions

logger = logging.getLogger(__name__)
NOT_SENT = ("confirmed", "consent")


class SendRequest(Action):
    """The last step of the form."""

    def name(self) -> Text:
        return "action_send_request"

    def __init__(self, kept: Optional[Outbox] = None) -> None:
        self._outbox = kept

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        if tracker.get_slot("consent") != "yes":
            dispatcher.utter_message(response="utter_request_declined_consent")
            return cleared()
        receipt = await (self._outbox or outbox()).send(_request(tracker))
        if receipt:
            dispatcher.utter_message(response="utter_request_received", number=receipt["number"], promise=receipt["promise"])
        else:
            dispatcher.utter_message(response="utter_request_kept")
        return cleared()


def _request(tracker: Tracker) -> Dict[Text, Any]:
    """The request as web's internal API wants it. The key is the message that confirmed it: sent twice, stored once."""
    message = tracker.latest_message.get("message_id") or str(len(tracker.events))
    details = {slot: tracker.get_slot(slot) or "" for slot in ("contact", "returning", "appointment", "times", "reason")}
    wanted = set(questions(tracker))
    return {
        "key": f"{tracker.sender_id}:{message}",
        "conversation": tracker.sender_id,
        "kind": tracker.get_slot("request_kind") or "book",
        "name": tracker.get_slot("visitor_name") or "",
        **{slot: value if slot in wanted and value != "-" else "" for slot, value in details.items()},
        "consent": True,
    }
