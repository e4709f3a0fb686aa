"""The dialogue state: sealed on disk, bounded, and gone when it is to be forgotten."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.tracker_store import MOST_EVENTS, SealedTrackerStore
from tests.conftest import ROOT


@pytest.fixture
def domain():
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def store(domain, monkeypatch, tmp_path):
    monkeypatch.setenv("NERVELINE_VAR", str(tmp_path))
    return SealedTrackerStore(domain)


def tracker(domain, events):
    return DialogueStateTracker.from_events("c", [ActionExecuted("action_session_start"), SessionStarted(), *events], domain.slots)


async def test_what_visitors_write_is_not_readable_on_disk(store, domain, tmp_path):
    await store.save(tracker(domain, [UserUttered("zebrafish"), SlotSet("visitor_name", "Ann Lee"), BotUttered("r")]))
    assert (await store.retrieve("c")).get_slot("visitor_name") == "Ann Lee"
    for path in tmp_path.glob("trackers.db*"):
        assert b"zebrafish" not in path.read_bytes() and b"Ann Lee" not in path.read_bytes()


async def test_a_very_long_conversation_keeps_its_state_and_not_its_weight(store, domain):
    turns = [event for number in range(MOST_EVENTS) for event in (UserUttered(f"m{number}"), BotUttered("r"))]
    await store.save(tracker(domain, [SlotSet("visitor_name", "Ann"), *turns]))
    kept = await store.retrieve("c")
    assert len(kept.events) < MOST_EVENTS and kept.get_slot("visitor_name") == "Ann"


async def test_after_starting_over_the_newest_message_is_still_found(store, domain):
    events = [UserUttered("start over"), BotUttered("All right"), Restarted(), ActionExecuted("action_session_start"), SessionStarted()]
    await store.save(tracker(domain, events))
    assert any(isinstance(event, UserUttered) for event in (await store.retrieve_full_tracker("c")).events)
    assert not any(isinstance(event, UserUttered) for event in (await store.retrieve("c")).events)


async def test_forgetting(store, domain):
    await store.save(tracker(domain, [UserUttered("x"), BotUttered("r")]))
    assert await store.retrieve("c")
    await store.save(DialogueStateTracker("c", domain.slots))
    assert await store.retrieve("c") is None


ASKED = [UserUttered("yes"), ActionExecuted("request_form"), SlotSet("confirmed", "yes")]


@pytest.mark.parametrize(
    "newest, kept",
    [
        ([*ASKED, ActionExecuted("action_send_request"), BotUttered("sent"), ActionExecuted("action_listen")], True),
        ([*ASKED, ActionExecuted("action_send_request"), ActionExecuted("action_listen")], False),
        ([UserUttered("stop"), ActionExecuted("action_clear_request"), ActionExecuted("utter_request_stopped"), BotUttered("stopped")], False),
        ([UserUttered("hm"), ActionExecuted("action_listen")], False),
        ([UserUttered("x"), ActionExecuted("utter_x"), BotUttered("x", metadata={"reply": {"response": "utter_crisis_self_harm"}}),
          ActionExecuted("request_form"), ActionExecuted("action_listen")], True),
    ],
)  # fmt: skip
async def test_a_turn_in_which_something_failed_is_not_kept(store, domain, newest, kept):
    """Rasa goes on when an action fails and would save what is left; an alarm is said whatever fails beside it."""
    before = tracker(domain, [UserUttered("hello"), ActionExecuted("utter_greet"), BotUttered("hi")])
    await store.save(before)
    await store.save(tracker(domain, [*list(before.events)[2:], *newest]))
    found = (await store.retrieve("c")).events[-1]
    assert (found == newest[-1]) is kept and (found == before.events[-1]) is not kept
