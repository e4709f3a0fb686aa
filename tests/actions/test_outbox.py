"""The outbox: whatever happens to web, a request is sent in the end, once, and lies on disk only sealed."""

from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from actions.outbox import Outbox
from bot.security.sealing import Sealer
from bot.settings import Settings

REQUEST = {"key": "c:1", "kind": "book", "name": "Ann Lee", "consent": True}


class Web:
    """A small web that can be told to fail."""

    def __init__(self):
        self.received, self.status = [], 201
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if web.status == 201:
                    web.received.append((body, self.headers["X-Nerveline-Secret"]))
                self.send_response(web.status)
                self.end_headers()
                self.wfile.write(b'{"number": "ABC-1234", "promise": "soon"}')

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def web():
    made = Web()
    yield made
    made.server.shutdown()


def outbox(tmp_path, url):
    return Outbox(tmp_path / "outbox", url, "secret", Sealer.load(tmp_path / "keys.json"))


async def test_a_request_is_sent_and_leaves_nothing_behind(tmp_path, web):
    receipt = await outbox(tmp_path, web.url).send(REQUEST)
    assert receipt["number"] == "ABC-1234" and web.received == [(REQUEST, "secret")]
    assert not list((tmp_path / "outbox").iterdir())


@pytest.mark.parametrize("status", [500, 503, 404])
async def test_a_request_that_web_refuses_is_kept_and_sent_later_by_another_process(tmp_path, web, status):
    web.status = status
    assert await outbox(tmp_path, web.url).send(REQUEST) is None
    kept = list((tmp_path / "outbox").glob("*.sealed"))
    assert len(kept) == 1 and b"Ann Lee" not in kept[0].read_bytes() and kept[0].stat().st_mode & 0o077 == 0
    web.status = 201
    assert outbox(tmp_path, web.url).send_kept() == 0
    assert web.received == [(REQUEST, "secret")] and not list((tmp_path / "outbox").glob("*.sealed"))


@pytest.mark.parametrize(
    "host, url",
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("192.168.7.20", "http://192.168.7.20:8080"),
        ("clinic.lan", "http://clinic.lan:8080"),
        ("fd00::20", "http://[fd00::20]:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("", "http://127.0.0.1:8080"),
    ],
)
def test_requests_go_to_the_address_on_which_web_listens(tmp_path, host, url):
    """Web listens on NERVELINE_HOST only: a request sent anywhere else reaches no staff."""
    assert Settings.load({"NERVELINE_VAR": str(tmp_path), "NERVELINE_HOST": host}).web_url == url


async def test_no_proxy_sees_a_request(tmp_path, web, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert await outbox(tmp_path, web.url).send(REQUEST)


async def test_a_web_that_is_away_loses_nothing(tmp_path):
    box = outbox(tmp_path, "http://127.0.0.1:9")
    assert await box.send(REQUEST) is None and await box.send({**REQUEST, "key": "c:2"}) is None
    assert box.send_kept() == 2


async def test_the_same_request_twice_is_one_file(tmp_path):
    box = outbox(tmp_path, "http://127.0.0.1:9")
    await box.send(REQUEST), await box.send(REQUEST)
    assert box.send_kept() == 1


@pytest.mark.parametrize("left", [b"", b"k1.", b"unknown-key.0123456789abcdef", b"k1.0123456789abcdef"])
async def test_a_file_that_cannot_be_opened_holds_up_no_other_request(tmp_path, web, caplog, left):
    """A power cut or another machine's key file may leave such a file: the requests behind it are sent all the same."""
    away = outbox(tmp_path, "http://127.0.0.1:9")
    for number in range(3):
        await away.send({**REQUEST, "key": f"c:{number}"})
    spoilt = sorted((tmp_path / "outbox").glob("*.sealed"))[0]
    spoilt.write_bytes(left)
    with caplog.at_level(logging.ERROR):
        assert outbox(tmp_path, web.url).send_kept() == 0
    assert len(web.received) == 2
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [f"{spoilt.stem}.bad"], "kept for whoever finds the key"
    assert f"request_unreadable file={spoilt.stem}.bad" in caplog.text
