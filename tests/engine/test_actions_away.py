"""The action server goes away in the middle of a request: no half turn is kept, and the request is sent once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from rasa.utils.endpoints import EndpointConfig

from tests.conftest import ROOT
from tests.engine.played_channel import Channel, free_port

TO_THE_CONFIRMATION = ("Talk to a person", "Ann Lee", "212 555 0147", "Skip", "Yes")
PATIENCE_SECONDS = 60  # a busy machine is slow, not wrong
EVERYTHING = {"validate_request_form", "action_send_request", "action_clear_request", "action_step_back", "action_switch_request"}


@pytest.fixture
async def at_the_confirmation(channel):
    for text in TO_THE_CONFIRMATION:
        await channel.say(text)
    return channel


@pytest.mark.parametrize("away", [{"action_send_request"}, EVERYTHING])
async def test_a_confirmed_request_waits_for_the_action_server(at_the_confirmation, actions, staff, away):
    channel = at_the_confirmation
    before = await channel.heard()
    actions.away = away
    for _ in range(3):
        assert await channel.say("Yes, send it", "confirmed") == []
    assert await channel.heard() == before, "as if it had never been said"
    actions.away = set()
    assert await channel.say("Yes, send it", "confirmed") == ["utter_request_received"]
    assert [request["name"] for request in staff.requests.values()] == ["Ann Lee"]


async def test_a_request_whose_receipt_was_lost_is_not_sent_twice(at_the_confirmation, actions, staff):
    channel = at_the_confirmation
    actions.lost = {"action_send_request"}
    assert await channel.say("Yes, send it", "confirmed") == []
    assert len(staff.requests) == 1, "it reached staff, only the visitor does not know"
    actions.lost = set()
    assert await channel.say("Yes, send it", "confirmed") == ["utter_request_received"]
    assert len(staff.requests) == 1


async def test_a_question_that_nobody_saw_is_not_answered_by_the_next_message(channel, actions):
    await channel.say("Talk to a person"), await channel.say("Ann Lee")
    actions.away = EVERYTHING
    assert await channel.say("212 555 0147", "m1") == []
    actions.away = set()
    assert await channel.say("212 555 0147", "m1") == ["reason"]


async def test_a_request_that_was_not_forgotten_is_not_called_stopped(channel, actions):
    await channel.say("Talk to a person"), await channel.say("Ann Lee")
    actions.away = {"action_clear_request"}
    assert await channel.say("stop", "m1") == []
    actions.away = set()
    assert await channel.say("stop", "m1") == ["utter_request_stopped"]
    assert await channel.say("Talk to a person") == ["visitor_name"]


async def test_questions_outside_a_request_need_no_action_server(channel, actions):
    actions.away = EVERYTHING
    assert await channel.say("does it hurt?") == ["utter_faq/does_it_hurt"]
    assert await channel.say("start over") == ["utter_restart"]


async def test_an_action_that_always_fails_is_an_error_that_web_counts(at_the_confirmation, actions, monkeypatch):
    """503 is asked again for ever, so it is only for an action server that is not there."""
    there = Web()
    monkeypatch.setenv("NERVELINE_ACTIONS_PORT", str(there.server_port))
    channel = Channel(at_the_confirmation.agent)
    channel.conversation = at_the_confirmation.conversation
    actions.away = {"action_send_request"}
    status, body = await channel.post("message", message="m9", text="Yes, send it")
    there.server_close()
    assert (status, body["error"]["code"]) == (500, "turn_failed")


@pytest.mark.slow
async def test_the_action_server_dies_at_the_confirmation_and_comes_back(agent, monkeypatch, tmp_path):
    """Real processes: our action server is killed, started again, and sends the request to a web of this test."""
    web, port = Web(), free_port()
    monkeypatch.setenv("NERVELINE_PORT", str(web.server_port))
    monkeypatch.setenv("NERVELINE_ACTIONS_PORT", str(port))
    monkeypatch.setattr(agent.processor, "action_endpoint", EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
    channel = Channel(agent)
    confirmed = {"message": "confirmed", "text": "Yes, send it"}
    with action_server(port):
        for text in TO_THE_CONFIRMATION:
            await channel.say(text)
    for _ in range(2):
        status, body = await channel.post("message", **confirmed)
        assert (status, body["error"]["code"]) == (503, "actions_away")
    with action_server(port):
        status, body = await channel.post("message", **confirmed)
        status_again, body_again = await channel.post("message", **confirmed)
    assert status == status_again == 200 and "ABC-1234" in body["replies"][0]["text"] and body == body_again
    assert [request["name"] for request in web.received] == ["Ann Lee"]
    web.server_close()


class Web(HTTPServer):
    """Takes requests as web's internal API does."""

    def __init__(self):
        self.received = []
        super().__init__(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b'{"number": "ABC-1234", "promise": "Soon."}')

    def log_message(self, *_):
        pass


@contextmanager
def action_server(port):
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "actions"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=1)
            break
        except requests.ConnectionError:
            assert process.poll() is None and time.monotonic() < deadline, "the action server did not start"
            time.sleep(0.1)
    yield
    process.kill()
    process.wait()
