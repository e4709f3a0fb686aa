"""The visitor API as its clients use it: contract, safety without the engine, replay, limits, privacy."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from openapi_spec_validator import validate

from bot.chat.deliver import deliver
from bot.chat.service import Chat, now
from bot.settings import Settings
from bot.store import conversations
from bot.web.visitor import PING_SECONDS
from tests.web.conftest import SITE

EMERGENCY = "my face is drooping on one side"
CANARY = "zebrafish canary numb feet"


class Visitor:
    def __init__(self, server):
        self.http = httpx.Client(base_url=server.url, timeout=10)
        opened = self.http.post("/api/conversations", json={"agreed": "v1", "language": "en"})
        assert opened.status_code == 201
        self.id, self.token = opened.json()["id"], opened.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.path = f"/api/conversations/{self.id}"

    def send(self, text, key="k1"):
        return self.http.post(f"{self.path}/messages", json={"text": text, "key": key})

    def listen(self, count, after=None):
        """The next `count` messages from the stream."""
        headers = {"Last-Event-ID": str(after)} if after is not None else {}
        found = []
        with self.http.stream("GET", f"{self.path}/events", headers=headers) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    return found
        return found


@pytest.fixture
def visitor(server):
    return Visitor(server)


def test_the_contract(visitor):
    sent = visitor.send(EMERGENCY)
    assert (sent.status_code, sent.json()) == (202, {"seq": 1})
    own, reply = visitor.listen(2)
    assert own["text"] == EMERGENCY and own["key"] == "k1"
    assert {"seq", "author", "text", "disclaimer", "topics", "buttons", "sources"} <= set(reply)
    assert (reply["seq"], reply["author"], reply["kind"]) == (2, "assistant", "emergency") and "911" in reply["text"] and reply["disclaimer"]


def test_the_same_key_is_stored_once(visitor):
    assert visitor.send(EMERGENCY).json() == visitor.send(EMERGENCY).json()
    assert [message["seq"] for message in visitor.listen(2)] == [1, 2]


def test_the_stream_goes_on_after_the_last_event(visitor):
    visitor.send(EMERGENCY), visitor.send(EMERGENCY, "k2")
    assert [message["seq"] for message in visitor.listen(2, after=2)] == [3, 4]


def test_a_long_conversation_is_read_to_its_end(server, visitor):
    """Its newest message may be the emergency: in the stream without a pause, in the download, in the print view."""
    chat = Chat.open(Settings.load({"NERVELINE_VAR": str(server.var)}))
    with chat.database.write() as connection:
        conversations.lock_conversation(connection, visitor.id)
        deliver(chat, connection, visitor.id, [chat.catalogue.reply("utter_greet")] * 1200, now())
    chat.database.close()
    visitor.send(EMERGENCY)
    before = time.monotonic()
    assert visitor.listen(1202)[-1]["kind"] == "emergency"
    assert time.monotonic() - before < PING_SECONDS, "no pause between two batches"
    assert len(visitor.http.get(visitor.path).json()["messages"]) == 1202
    printed = visitor.http.post("/chat/print", data={"id": visitor.id, "token": visitor.token}).text
    assert EMERGENCY in printed


def test_nothing_meant_for_staff_is_shown(visitor):
    visitor.send(EMERGENCY)
    for message in visitor.listen(2):
        assert not {"understanding", "safety", "confidence", "state", "fault", "model_version"} & set(message)


@pytest.mark.parametrize("method, path", [("GET", "/events"), ("POST", "/messages"), ("GET", ""), ("DELETE", ""), ("POST", "/feedback")])
def test_another_visitors_conversation_looks_like_none(server, visitor, method, path):
    other = Visitor(server)
    body = {"json": {"text": "x", "key": "k"}} if path == "/messages" else {"json": {"seq": 1, "helpful": True}} if path == "/feedback" else {}
    seen = [visitor.http.request(method, f"/api/conversations/{id}{path}", **body) for id in (other.id, "nobody")]
    assert [answer.status_code for answer in seen] == [404, 404] and seen[0].text == seen[1].text


@pytest.mark.parametrize(
    "body, status",
    [
        ({"text": "", "key": "k"}, 422), ({"text": "   ", "key": "k"}, 422), ({"text": "x"}, 422), ({"text": "x", "key": ""}, 422), ({"text": "x" * 2001, "key": "k"}, 422),
        ({"text": "x", "key": "k", "sender": "me"}, 422), ({"text": 5, "key": "k"}, 422), ([], 400), ({"text": "x" * 40_000, "key": "k"}, 413),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_with_a_reason_and_without_their_text(visitor, body, status):
    answer = visitor.http.post(f"{visitor.path}/messages", json=body)
    assert answer.status_code == status and answer.json()["error"]["message"] and "xxx" not in answer.text


@pytest.mark.parametrize("broken", ["i can't\0 breathe", "bell\a", "escape\x1b[1m", "half a pair \ud83d"])
@pytest.mark.parametrize("field", ["text", "key"])
def test_characters_that_no_keyboard_types_are_refused(visitor, broken, field):
    """PostgreSQL cannot store a NUL, and a message that is refused with 503 is sent again for ever."""
    content = json.dumps({"text": "hello", "key": "k", field: broken})
    answer = visitor.http.post(f"{visitor.path}/messages", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert visitor.send("two\nlines,\tand a tab: numb feet \U0001f9b6").status_code == 202


@pytest.mark.parametrize("seq", [0, -1, 2**31, 2**63, 10**30])
def test_feedback_on_a_message_that_cannot_be_is_refused(visitor, seq):
    assert visitor.http.post(f"{visitor.path}/feedback", json={"seq": seq, "helpful": True}).status_code == 422


@pytest.mark.parametrize("token", [b"\xff\xfe", "é".encode(), b"x" * 5000])
def test_a_strange_token_opens_nothing_and_breaks_nothing(server, visitor, token):
    assert httpx.get(server.url + visitor.path, headers={"Authorization": b"Bearer " + token}).status_code == 404
    assert httpx.post(f"{server.url}/internal/requests", json={}, headers={"X-Nerveline-Secret": token}).status_code == 404
    assert httpx.post(f"{server.url}/chat/print", data={"id": "a\0b", "token": token}).status_code == 404
    assert httpx.get(f"{server.url}/staff/requests", headers={"Cookie": b"nerveline_staff=" + token}).status_code == 302


@pytest.mark.parametrize("content, kind, status", [(b"{", "application/json", 400), (b"text=x", "application/x-www-form-urlencoded", 415), (b"\xff\xfe", "application/json", 400)])
def test_rubbish_is_refused(visitor, content, kind, status):
    answer = visitor.http.post(f"{visitor.path}/messages", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status and answer.json()["error"]["code"]


@pytest.mark.parametrize("last", ["-1", "x", "1e9", "9" * 30])
def test_a_bad_last_event_id_is_refused(visitor, last):
    assert visitor.http.get(f"{visitor.path}/events", headers={"Last-Event-ID": last}).status_code == 422


def test_download_feedback_and_deletion(visitor):
    visitor.send(EMERGENCY)
    assert len(visitor.http.get(visitor.path).json()["messages"]) == 2
    assert visitor.http.post(f"{visitor.path}/feedback", json={"seq": 2, "helpful": False, "note": "unclear"}).status_code == 204
    assert visitor.http.post(f"{visitor.path}/feedback", json={"seq": 1, "helpful": True}).status_code == 404
    assert visitor.http.delete(visitor.path).json()["receipt"]
    assert visitor.http.get(visitor.path).status_code == 404


def test_a_cry_for_help_in_a_comment_is_answered_beyond_the_limit(new_server):
    visitor = Visitor(new_server(LIMIT_MESSAGES="2/minute"))
    visitor.send(EMERGENCY)
    judge = lambda note: visitor.http.post(f"{visitor.path}/feedback", json={"seq": 2, "helpful": False, "note": note}).status_code  # noqa: E731
    assert [judge("unclear"), judge("unclear"), judge("unclear"), judge("I want to die")] == [204, 204, 429, 204]
    assert visitor.listen(1, after=2)[0]["kind"] == "crisis"


def test_openapi_is_valid_and_names_every_public_route(server):
    found = httpx.get(f"{server.url}/api/openapi.json").json()
    validate(found)
    assert {(path, method) for path, methods in found["paths"].items() for method in methods} == {
        ("/api/conversations", "post"), ("/api/conversations/{id}", "get"), ("/api/conversations/{id}", "delete"), ("/api/conversations/{id}/messages", "post"),
        ("/api/conversations/{id}/events", "get"), ("/api/conversations/{id}/feedback", "post"), ("/api/questions", "get"), ("/api/status", "get"),
    }  # fmt: skip


def test_the_internal_api_is_closed_to_others(server):
    body = {"key": "k", "kind": "book", "name": "Ann", "contact": "x", "consent": True}
    assert httpx.post(f"{server.url}/internal/requests", json=body).status_code == 404
    assert httpx.post(f"{server.url}/internal/requests", json=body, headers={"X-Nerveline-Secret": server.secret}).json()["number"]
    no_consent = {**body, "key": "k2", "consent": False}
    assert httpx.post(f"{server.url}/internal/requests", json=no_consent, headers={"X-Nerveline-Secret": server.secret}).status_code == 422


@pytest.mark.parametrize("path", ["/", "/chat", "/answers", "/staff/sign-in", "/api/status", "/nothing", "/api/nothing", "/widget.js"])
def test_every_answer_has_its_guards(server, path):
    answer = httpx.get(server.url + path)
    assert "default-src 'none'" in answer.headers["content-security-policy"] and "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"] == "no-referrer"
    framed = SITE in answer.headers["content-security-policy"]
    assert framed == (path == "/chat")


def test_pages_load_nothing_from_elsewhere(server):
    for path in ("/", "/chat", "/answers", "/staff/sign-in"):
        page = httpx.get(server.url + path).text
        assert 'src="http' not in page and 'href="http' not in page.replace('rel="noopener', "").split("<main")[0], path


def test_only_allowed_sites_may_call_from_a_browser(server):
    allowed = httpx.options(f"{server.url}/api/conversations", headers={"Origin": SITE})
    other = httpx.options(f"{server.url}/api/conversations", headers={"Origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == SITE and "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fsettings.py", "/static//etc/passwd"])
def test_static_files_only_from_their_folder(server, path):
    answer = httpx.get(server.url + path)
    assert answer.status_code in (400, 404) and "import" not in answer.text


def test_limits_say_how_long_to_wait(new_server):
    server = new_server(LIMIT_MESSAGES="2/minute", LIMIT_CONVERSATIONS="1/minute")
    visitor = Visitor(server)
    assert [visitor.send("does it hurt?", f"k{number}").status_code for number in (1, 2, 3)] == [202, 202, 429]
    assert int(httpx.post(f"{server.url}/api/conversations").headers["retry-after"]) > 0


def test_an_alarm_and_a_second_try_are_answered_beyond_the_limit(new_server):
    """Whoever wrote too much and then needs help gets it; a page that sends the same message again is not punished."""
    visitor = Visitor(new_server(LIMIT_MESSAGES="1/minute"))
    assert [visitor.send("does it hurt?").status_code for _ in range(3)] == [202, 202, 202]
    assert visitor.send("what does it cost?", "k2").status_code == 429
    assert visitor.send(EMERGENCY, "k3").status_code == 202
    assert visitor.listen(2, after=1)[1]["kind"] == "emergency"


def test_alarms_cannot_be_used_to_flood_and_the_refusal_still_says_where_help_is(new_server):
    visitor = Visitor(new_server(LIMIT_MESSAGES="1/minute"))
    answers = [visitor.send(EMERGENCY, f"k{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert "call 911" in answers[-1].json()["error"]["message"] and "automated assistant" in answers[-1].json()["error"]["message"]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_after_sigkill_every_accepted_message_is_there(new_server):
    server = new_server()
    visitor = Visitor(server)
    sent = [visitor.send(f"hello {number}", f"k{number}").json()["seq"] for number in range(5)]
    server.kill()
    server.start()
    assert [message["seq"] for message in visitor.http.get(visitor.path).json()["messages"] if message["author"] == "visitor"] == sent


def test_what_visitors_write_is_in_no_log_and_in_no_error(new_server):
    server = new_server()
    visitor = Visitor(server)
    visitor.send(CANARY), visitor.send(CANARY + "x" * 3000, "k2")
    httpx.post(f"{server.url}/api/conversations/{CANARY}/messages", json={"text": CANARY})
    visitor.http.post(f"{visitor.path}/messages", json={"text": {"nested": CANARY}, "key": "k"})
    time.sleep(4)  # the engine is away: the worker has complained by now
    assert server.stop() == 0
    assert "zebrafish" not in server.log
    for path in server.var.rglob("*"):
        if path.is_file() and path.suffix not in (".db", ".db-wal"):
            assert b"zebrafish" not in path.read_bytes(), path


def test_the_visitor_hears_when_the_assistant_is_away(visitor):
    visitor.send("does it hurt?")
    waiting = visitor.listen(2)[1]
    assert waiting["response"] == "utter_waiting" and waiting["disclaimer"]
    assert visitor.http.get("/api/status").json()["assistant"] == "down"
