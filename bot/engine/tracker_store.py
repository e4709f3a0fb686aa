"""Rasa's tracker store: the dialogue state of live conversations, sealed, bounded and short-lived.

It is never the record (web's message table is). One SQLite file under var/ keeps an open request alive over a restart
of the engine; a day after its last message a tracker is deleted. Rasa's own stores keep plain text and grow without
bound.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Iterable, List, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, get_trackers_for_conversation_sessions

from bot.engine import turn
from bot.security.sealing import Sealer
from bot.settings import Settings

KEPT_SECONDS = 24 * 3600  # a session expires after 3 hours (domain.yml); the rest is a margin for clock trouble
MOST_EVENTS = 400  # about 70 turns; Rasa replays all events on every message, at 0.07 ms each
KEPT_EVENTS = 150


class SealedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Named in endpoints.yml."""

    def __init__(self, domain: Optional[Domain] = None, event_broker: Optional[EventBroker] = None, host: Optional[Text] = None, **kwargs: Any) -> None:
        settings = Settings.load()
        self._sealer = Sealer.load(settings.var / "keys.json")
        self._database = sqlite3.connect(settings.var / "trackers.db", isolation_level=None, timeout=5)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA secure_delete=ON")
        self._database.execute("CREATE TABLE IF NOT EXISTS tracker (sender TEXT PRIMARY KEY, sealed BLOB NOT NULL, saved_at REAL NOT NULL)")
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker; one without events is forgotten (Rasa wraps this store and passes on no method of our own)."""
        if not tracker.events:
            self._database.execute("DELETE FROM tracker WHERE sender = ?", (tracker.sender_id,))
            return
        if turn.failed(tracker):
            return  # the dialogue stays as it was before the message; web asks again
        await self.stream_events(tracker)
        kept = _bounded(tracker, self.domain)
        sealed = self._sealer.seal(self.serialise_tracker(kept), f"tracker:{tracker.sender_id}")
        now = time.time()
        self._database.execute("REPLACE INTO tracker VALUES (?, ?, ?)", (tracker.sender_id, sealed, now))
        self._database.execute("DELETE FROM tracker WHERE saved_at < ?", (now - KEPT_SECONDS,))

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        tracker = await self.retrieve_full_tracker(sender_id)
        sessions = get_trackers_for_conversation_sessions(tracker) if tracker else []
        return sessions[-1] if len(sessions) > 1 else tracker

    async def retrieve_full_tracker(self, conversation_id: Text) -> Optional[DialogueStateTracker]:
        """What is kept: the newest session, and the one before it when that holds the newest message ("start over")."""
        row = self._database.execute("SELECT sealed FROM tracker WHERE sender = ?", (conversation_id,)).fetchone()
        if row is None:
            return None
        return self.deserialise_tracker(conversation_id, self._sealer.open(row[0], f"tracker:{conversation_id}"))

    async def keys(self) -> Iterable[Text]:
        return [row[0] for row in self._database.execute("SELECT sender FROM tracker")]


def _bounded(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """The newest session with a message; a very long one as its present state and its newest events."""
    sessions = get_trackers_for_conversation_sessions(tracker)
    newest = sessions[-1] if len(sessions) > 1 else tracker
    if len(sessions) > 1 and not any(isinstance(event, UserUttered) for event in newest.events):
        return DialogueStateTracker.from_events(tracker.sender_id, [*sessions[-2].events, *newest.events], domain.slots)
    if len(newest.events) <= MOST_EVENTS:
        return newest
    state: List[Event] = [SessionStarted()]
    state += [SlotSet(name, value) for name, value in newest.current_slot_values().items() if value is not None]
    if newest.active_loop_name:
        state.append(ActiveLoop(newest.active_loop_name))
    return DialogueStateTracker.from_events(tracker.sender_id, state + list(newest.events)[-KEPT_EVENTS:], domain.slots)
