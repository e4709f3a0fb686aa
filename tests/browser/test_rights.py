"""What visitors are told, may take with them and may delete; and the same in Spanish."""

from __future__ import annotations

import json
import re
import sqlite3

import httpx
import pytest
import yaml
from playwright.sync_api import expect

from tests.browser.chat_page import Chat, headers, open_chat, session
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.slow
CARD = "4111 1111 1111 1111"


def stored(clinic, query, *values):
    with sqlite3.connect(f"file:{clinic.folder}/var/nerveline.db?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


@pytest.fixture
def chat(page, clinic):
    """A conversation with one answer."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    return chat


def test_nothing_is_stored_before_the_visitor_agreed(page, clinic):
    """Even a question from a link waits; then the version that was agreed to is stored."""
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"{clinic.url}/chat?q=does+it+hurt")
    notice = page.locator("#notice")
    for text in ("automated assistant", "not medical advice", "stores what you write", "delete it", "call 911"):
        expect(notice).to_contain_text(text)
    expect(page.locator("#field")).to_be_hidden()
    expect(notice).to_contain_text("deleted 365 days after your last message")
    page.get_by_role("button", name="What exactly is stored").click()
    for text in ("No advertising, no tracking", "365 days after your last message"):
        expect(page.locator("#dialog")).to_contain_text(text)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#agree")).to_be_focused()
    assert posts == [] and page.evaluate("Object.keys(localStorage).some((name) => name.endsWith('session'))") is False
    page.locator("#agree").click()
    expect(page.locator("#field")).to_be_visible()
    version = page.evaluate("JSON.parse(document.getElementById('page').textContent).notice_version")
    assert stored(clinic, "SELECT agreed, language FROM conversation WHERE id = ?", session(page)["id"]) == [(version, "en")]
    assert version


def test_a_double_tap_on_agree_opens_one_conversation(page, clinic):
    opened = []

    def slowly(route):
        opened.append(route.request.method)
        route.continue_()

    page.route("**/api/conversations", slowly)
    page.goto(f"{clinic.url}/chat")
    page.locator("#agree").dblclick()
    expect(page.locator("#field")).to_be_visible()
    assert opened == ["POST"]


def test_download(page, clinic, chat):
    """As text for people and as data for programs, whole, with disclaimer and sources."""
    with page.expect_download() as text:
        chat.menu("Download as text")
    text = text.value.path().read_text(encoding="utf-8")
    for part in ("does it hurt?", "It can hurt a little", "General information, not medical advice", "https://"):
        assert part in text
    page.keyboard.press("Escape")
    with page.expect_download() as data:
        chat.menu("Download as data")
    messages = json.loads(data.value.path().read_text(encoding="utf-8"))["messages"]
    assert messages == httpx.get(f"{clinic.url}/api/conversations/{session(page)['id']}", headers=headers(page)).json()["messages"]


def test_print_view_keeps_the_key_out_of_the_address(page, clinic, chat):
    with page.context.expect_page() as opened:
        chat.menu("Print")
    view = opened.value
    for part in ("does it hurt?", "It can hurt a little", "General information, not medical advice", "Sources"):
        expect(view.locator("main")).to_contain_text(part)
    assert view.url.partition("?")[0] == f"{clinic.url}/chat/print" and session(page)["token"] not in view.url
    assert httpx.post(f"{clinic.url}/chat/print", data={"id": session(page)["id"], "token": "guessed"}).status_code == 404


def test_delete_is_real_and_has_a_receipt(page, clinic, chat):
    """The conversation is gone from the database and from the other tab; what stays is that it was deleted."""
    other = Chat(page.context.new_page())
    other.frame.goto(f"{clinic.url}/chat")
    other.hears("It can hurt a little")
    page.bring_to_front()
    id, key = session(page)["id"], headers(page)
    chat.menu("Delete this chat")
    page.get_by_role("button", name="Keep").click()
    assert stored(clinic, "SELECT count(*) FROM message WHERE conversation_id = ?", id)[0][0] > 1
    chat.menu("Delete this chat")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#dialog")).to_contain_text("Receipt:")
    receipt = re.search(r"Receipt: ([0-9a-f]{16})", page.locator("#dialog").inner_text())[1]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the receipt").click()
    assert receipt in saved.value.path().read_text(encoding="utf-8")
    for table, column in (("conversation", "id"), ("message", "conversation_id")):
        assert stored(clinic, f"SELECT count(*) FROM {table} WHERE {column} = ?", id) == [(0,)]
    assert stored(clinic, "SELECT count(*) FROM erasure WHERE receipt = ?", receipt) == [(1,)]
    assert httpx.get(f"{clinic.url}/api/conversations/{id}", headers=key).status_code == 404
    expect(other.frame.locator("#notice")).to_contain_text("This conversation was deleted")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#agree")).to_be_visible()
    expect(chat.log).not_to_contain_text("does it hurt?")


def test_another_tab_says_that_the_chat_was_deleted_whichever_way_it_hears_of_it(page, clinic, chat):
    """The tabs' channel, the server's stream and the browser's storage race; here the storage alone tells it."""
    other = page.context.new_page()
    other.add_init_script("delete window.BroadcastChannel")
    other.route("**/events", lambda route: route.abort())
    other.goto(f"{clinic.url}/chat")
    Chat(other).hears("It can hurt a little")
    page.bring_to_front()
    chat.menu("Delete this chat")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(other.locator("#notice")).to_contain_text("This conversation was deleted")


@pytest.mark.parametrize("choice, left", [("Start over, the clinic keeps it", 1), ("Delete it and start over", 0)])
def test_start_over(page, clinic, chat, choice, left):
    id = session(page)["id"]
    chat.menu("Start over")
    page.locator("#dialog").get_by_role("button", name=choice).click()
    if not left:
        page.get_by_role("button", name="Done").click()
    chat.agree()
    expect(chat.field).to_be_visible()
    assert chat.said() == [] and session(page)["id"] != id
    assert stored(clinic, "SELECT count(*) FROM conversation WHERE id = ?", id) == [(left,)]


def test_what_is_stored(page, chat):
    chat.menu("What is stored")
    expect(page.locator("#dialog")).to_contain_text(f"Conversation code: {session(page)['id']}")
    expect(page.locator("#dialog")).to_contain_text("Messages: 2")


def test_a_person_is_always_in_the_same_place(page, clinic):
    """On the first screen, in the conversation, during an emergency and while a request is made."""
    page.goto(f"{clinic.url}/chat")
    person, call = page.get_by_role("button", name="Talk to a person"), page.get_by_role("link", name="Call us")
    places = [(person.bounding_box(), call.bounding_box())]
    chat = Chat(page).agree()
    for text, heard in (("i want an appointment", "What is your name?"), ("my face is drooping", "This could be a stroke")):
        chat.say(text)
        chat.hears(heard)
        places.append((person.bounding_box(), call.bounding_box()))
    assert all(place == places[0] for place in places)
    expect(call).to_have_attribute("href", re.compile("^tel:"))


@pytest.mark.parametrize("text, kind", [(f"my card is {CARD}", "a card number"), ("ssn 078-05-1120", "an ID number"), ("member id: 123456789", "an insurance number")])
def test_private_numbers_are_asked_about_before_they_leave(page, clinic, text, kind):
    posts = []
    page.on("request", lambda request: posts.append(request.post_data) if request.url.endswith("/messages") else None)
    chat = open_chat(page, clinic)
    chat.field.fill(text)
    chat.field.press("Enter")
    expect(page.locator("#check")).to_contain_text(kind)
    expect(page.get_by_role("button", name="Remove it")).to_be_focused()
    assert posts == []
    page.keyboard.press("Enter")
    expect(chat.field).to_have_value(re.compile(r"\[removed\]"))
    assert not re.search(r"\d{3}", chat.field.input_value())


@pytest.mark.parametrize("text", ["call me at 212 555 0147", "+1 (212) 555-0147", "2026-11-26, morning", "my a1c was 7.4 in 2025"])
def test_phone_numbers_and_dates_are_not_taken_for_private(page, clinic, text):
    chat = open_chat(page, clinic)
    chat.say(text)
    expect(page.locator("#check")).to_be_hidden()


def test_no_keystroke_leaves_before_send(page, clinic):
    """Suggestions come from a list that is the same for everybody."""
    chat = open_chat(page, clinic)
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(clinic.url)))
    chat.field.press_sequentially("does it hurt when you need")
    expect(page.locator("#suggestions button").first).to_be_visible()
    assert {url for url in asked if "events" not in url} <= {"/api/questions?lang=en", "/api/status"}


def leaves(texts, path=""):
    for key, value in texts.items() if isinstance(texts, dict) else enumerate(texts):
        yield from leaves(value, f"{path}.{key}") if isinstance(value, (dict, list)) else [(f"{path}.{key}", value)]


def test_spanish_is_complete():
    """The same keys, nothing empty that English has, the same names to fill in, and little that was left in English."""
    english, spanish = (dict(leaves(yaml.safe_load((ROOT / "bot/web/locales" / f"{code}.yml").read_text(encoding="utf-8")))) for code in ("en", "es"))
    assert english.keys() == spanish.keys()
    for key, text in english.items():
        assert bool(text) <= bool(spanish[key]), key
        if text:
            assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", spanish[key])), key
    same = {key for key, text in english.items() if text and text == spanish[key] and not re.search(r"\.starts\.\d\.text$", key)}
    assert same <= {".chat.title", ".chat.text_normal", ".chat.answer_no"}, "left in English"
    for key in ("general", "medicine", "urgent", "booking", "emergency_text", "crisis_text", "language_note"):
        assert spanish[f".chat.{key}"], f"{key}: safety texts and disclaimer stand in Spanish"


def test_spanish_page(page, clinic):
    """Interface, disclaimer and emergency in Spanish; what a clinician wrote in English is marked as English for screen readers."""
    page.goto(f"{clinic.url}/chat?lang=es")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    texts = yaml.safe_load((ROOT / "bot/web/locales/es.yml").read_text(encoding="utf-8"))["chat"]
    page.get_by_role("button", name=texts["notice_agree"]).click()
    chat = Chat(page)
    chat.hears(texts["language_note"].partition("{")[0])
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    expect(chat.log.locator("[lang=en]", has_text="It can hurt a little")).to_have_count(1)
    expect(chat.log.locator(".disclaimer[lang=es]").last).to_have_text(texts["general"].replace("{emergency_number}", "911"))
    chat.say("my face is drooping")
    expect(page.locator("#urgent")).to_contain_text(texts["emergency_title"])
    assert stored(clinic, "SELECT language FROM conversation WHERE id = ?", session(page)["id"]) == [("es",)]
    english = yaml.safe_load((ROOT / "bot/web/locales/en.yml").read_text(encoding="utf-8"))["chat"]
    page.locator("#menu-button").click()
    shown = page.locator("#dialog").inner_text()
    assert not [english[key] for key in ("download_text", "start_over", "text_size", "hand_off", "large_targets") if english[key] in shown]
