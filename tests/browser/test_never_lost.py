"""Not a word is lost and none comes twice: reload, second tab, no network, killed processes, cut connections."""

from __future__ import annotations

import os
import re
import signal
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import SECONDS, Chat, headers, open_chat, session
from tests.browser.cutting_proxy import CuttingProxy
from tests.web.conftest import Server

pytestmark = pytest.mark.slow
SEED = 20261124
MESSAGES = CUTS = 200


def transcript(page, url):
    return httpx.get(f"{url}/api/conversations/{session(page)['id']}", headers=headers(page), timeout=10).raise_for_status().json()["messages"]


def replies(chat):
    return chat.log.locator(".from-assistant.kind-normal .bubble").all_inner_texts()


def sent_bodies(page):
    """Bodies of all attempts to send a message."""
    found = []
    page.on("request", lambda request: found.append(request.post_data_json) if request.url.endswith("/messages") else None)
    return found


@pytest.fixture
def web_only(tmp_path):
    """Web without the assistant."""
    server = Server(tmp_path, LIMIT_MESSAGES="10000/minute")
    yield server
    server.kill()


def test_reload_keeps_transcript_and_draft(page, clinic):
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    before = replies(chat)
    chat.field.fill("and what about")
    page.reload()
    chat.hears("It can hurt a little")
    expect(chat.field).to_have_value("and what about")
    assert replies(chat) == before
    assert chat.said() == ["does it hurt?"]


def test_nothing_but_the_key_stays_in_the_browser(page, clinic):
    """Neither words nor answers: the browser may be a library's."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "hurt" not in kept


def test_two_tabs_show_the_same(page, clinic):
    """One connection serves both; when the leading tab goes, the other takes over."""
    first = open_chat(page, clinic)
    second = Chat(page.context.new_page())
    streams = []
    second.frame.on("request", lambda request: streams.append(request.url) if request.url.endswith("/events") else None)
    second.frame.goto(f"{clinic.url}/chat")
    first.say("does it hurt?")
    for tab in (first, second):
        tab.hears("It can hurt a little")
    second.say("what should i wear")
    for tab in (first, second):
        tab.hears("loose clothes")
    assert first.said() == second.said() == ["does it hurt?", "what should i wear"]
    assert not streams
    page.close()
    second.say("what is neuropathy")
    expect(second.log.locator(".from-assistant .tools")).to_have_count(3, timeout=SECONDS)
    assert len(streams) == 1


def test_without_network_a_message_is_kept_and_sent_once(page, clinic):
    chat = open_chat(page, clinic)
    bodies = sent_bodies(page)
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_contain_text("You are offline")
    expect(page.locator("#banner")).to_contain_text("In an emergency call 911")  # an alarm cannot be answered now
    expect(page.locator("#banner a")).to_have_attribute("href", re.compile("^tel:"))
    chat.say("does it hurt?")
    expect(page.locator(".failed")).to_contain_text("Not sent")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".failed")).to_contain_text("Not sent")
    page.context.set_offline(False)
    chat.hears("It can hurt a little")
    expect(page.locator(".failed")).to_have_count(0)
    expect(page.locator("#banner")).to_be_empty()
    assert chat.said() == ["does it hurt?"]
    assert len(bodies) > 2 and len({body["key"] for body in bodies}) == 1, "one key for all attempts"


def test_what_was_not_sent_survives_a_reload(page, clinic):
    chat = open_chat(page, clinic)
    page.route("**/messages", lambda route: route.abort())
    chat.say("does it hurt?")
    expect(page.locator(".failed")).to_be_visible()
    page.unroute("**/messages")
    page.reload()
    chat.hears("It can hurt a little")
    assert chat.said() == ["does it hurt?"]


@pytest.mark.parametrize("code", [401, 403, 404])
def test_what_a_proxy_says_never_ends_the_conversation(page, clinic, code):
    """A firewall, a captive portal or a wrong route answers for us: the key is kept, and what was written is sent later."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    before = session(page)
    page.route("**/api/conversations/**", lambda route: route.fulfill(status=code, content_type="text/html", body="<h1>Blocked</h1>"))
    chat.say("what should i wear")
    expect(page.locator(".failed")).to_be_visible(timeout=SECONDS)
    page.reload()
    expect(page.locator("#banner")).to_contain_text("interrupted", timeout=SECONDS)
    assert session(page) == before
    page.unroute("**/api/conversations/**")
    chat.hears("loose clothes")
    assert chat.said() == ["does it hurt?", "what should i wear"]


def test_only_our_own_word_ends_the_conversation(page, clinic):
    open_chat(page, clinic)
    httpx.delete(f"{clinic.url}/api/conversations/{session(page)['id']}", headers=headers(page), timeout=10).raise_for_status()
    expect(page.locator("#notice")).to_contain_text("This conversation was deleted", timeout=SECONDS)


def test_an_answer_that_never_came_does_not_double_the_message(page, clinic):
    """The server stored the message, and the network lost the server's answer."""
    chat = open_chat(page, clinic)
    lost = []

    def lose_first(route):
        answer = route.fetch()
        lost.append(answer.json())
        return route.abort() if len(lost) == 1 else route.fulfill(response=answer)

    page.route("**/messages", lose_first)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    page.wait_for_timeout(2500)
    assert chat.said() == ["does it hurt?"]
    assert len([message for message in transcript(page, clinic.url) if message["author"] == "visitor"]) == 1
    assert all(answer == lost[0] for answer in lost)


def test_web_killed_in_the_middle_of_a_reply(page, clinic):
    """The engine has the message and web dies: the answer comes once, and nobody had to write again."""
    chat = open_chat(page, clinic)
    engine = clinic.pids("engine")[0]
    os.kill(engine, signal.SIGSTOP)
    try:
        with page.expect_response("**/messages"):
            chat.say("what should i wear")
        time.sleep(0.3)  # web has asked the engine
        for pid in clinic.pids("web"):
            os.kill(pid, signal.SIGKILL)
    finally:
        os.kill(engine, signal.SIGCONT)
    clinic.wait()
    expect(chat.log).to_contain_text("loose clothes", timeout=60_000)
    page.wait_for_timeout(500)
    messages = transcript(page, clinic.url)
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    assert sum("loose clothes" in message["text"] for message in messages) == 1
    assert chat.log.inner_text().count("loose clothes") == 1
    assert chat.said() == ["what should i wear"]


def test_without_the_assistant_the_page_says_so(page, web_only):
    """The phone number stands there, the message is kept, and an emergency is answered nevertheless."""
    chat = open_chat(page, web_only)
    expect(page.locator("#banner")).to_contain_text("not working just now")
    expect(page.locator("#banner a")).to_have_attribute("href", re.compile("^tel:"))
    chat.say("does it hurt?")
    expect(chat.log.locator(".kind-waiting")).to_be_visible(timeout=SECONDS)
    chat.say("i can't breathe")
    expect(page.locator("#urgent")).to_be_visible(timeout=SECONDS)
    page.reload()
    chat.hears("i can't breathe")
    assert chat.said() == ["does it hurt?", "i can't breathe"]


def test_two_hundred_cut_connections(browser, web_only):
    """The page's own code against a network that cuts requests, answers and the stream 200 times while 200 messages go out."""
    proxy = CuttingProxy(web_only.port, CUTS, SEED)
    page = browser.new_context().new_page()
    # Pauses between attempts pass 40 times as fast; nothing else is changed.
    page.add_init_script("const real = window.setTimeout; window.setTimeout = (call, pause, ...rest) => real(call, pause / 40, ...rest);")
    chat = open_chat(page, proxy)
    expect(chat.field).to_be_visible()
    proxy.start_cutting()
    texts = [f"i can't breathe, {number}" for number in range(MESSAGES)]
    for text in texts:
        page.evaluate("text => { field.value = text; document.getElementById('composer').requestSubmit(); }", text)
        page.wait_for_timeout(20)
    expect(chat.log.locator(".kind-emergency")).to_have_count(MESSAGES, timeout=45_000)

    messages = transcript(page, web_only.url)
    assert proxy.cuts == CUTS
    assert [message["seq"] for message in messages] == list(range(1, 2 * MESSAGES + 1)), "no gap, nothing twice"
    own = {message["seq"]: message["text"] for message in messages if message["author"] == "visitor"}
    assert list(own.values()) == texts
    assert [message["reply_to"] for message in messages if message["author"] == "assistant"] == list(own)
    assert chat.said() == texts, "the page shows the same"
    page.context.close()
    proxy.stop()
