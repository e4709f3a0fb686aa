"""The whole path, as people walk it: ask, get an answer with its disclaimer, book; staff sees it. And it survives what happens to processes."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import SECONDS, Chat, open_chat
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.slow


def test_ask_book_and_staff_sees_it(page, clinic, browser):
    page.goto(clinic.url + "/")
    page.get_by_role("button", name="Ask a question").last.click()
    chat = Chat(page.frame_locator("iframe")).agree()

    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    chat.hears("General information, not medical advice")
    chat.hears("Where this comes from")

    chat.say("can i come thursday")
    chat.hears("What is your name?")
    chat.say("how much is it")
    chat.hears("sample prices")
    for said, heard in (
        ("Ann Lee", "At which phone number"), ("212 555 0147", "Are you new here"), ("I am new", "what brings you here"), ("burning feet", "Which days and times"),
        ("Thursday morning", "May our staff contact you"), ("Yes", "Here is your request"), ("Yes, send it", "Its number is"),
    ):  # fmt: skip
        chat.say(said)
        chat.hears(heard)
    chat.hears("Nothing is booked or changed yet")
    chat.hears("A request is not a booked appointment")
    number = re.search(r"Its number is ([A-Z0-9]{3}-[A-Z0-9]{4})", chat.log.inner_text())[1]

    page.reload()
    page.get_by_role("button", name="Ask a question").last.click()
    Chat(page.frame_locator("iframe")).hears(number)

    staff = browser.new_context().new_page()
    staff.goto(clinic.link)
    staff.get_by_label("Your name").fill("Eve Clerk")
    staff.get_by_label("Your e-mail address").fill("eve@example.com")
    staff.get_by_label("New password").fill(PASSWORD)
    staff.get_by_role("button", name="Create account").click()
    staff.get_by_label("E-mail address").fill("eve@example.com")
    staff.get_by_label("Password").fill(PASSWORD)
    staff.get_by_role("button", name="Sign in").click()
    staff.get_by_role("link", name=number).click()
    expect(staff.locator("main")).to_contain_text("Ann Lee")
    expect(staff.locator("main")).to_contain_text("+1 212-555-0147")
    staff.get_by_role("link", name="Read the conversation").click()
    expect(staff.locator("main")).to_contain_text("does_it_hurt")
    expect(staff.locator("main")).not_to_contain_text("Ann Lee")
    staff.get_by_role("link", name="Audit").click()
    expect(staff.locator("main")).to_contain_text("request viewed")
    staff.context.close()


def test_an_emergency_takes_the_place_of_the_answer(page, clinic):
    chat = open_chat(page, clinic)
    chat.say("my face is drooping on one side")
    expect(page.locator("#urgent")).to_be_visible(timeout=SECONDS)
    expect(page.locator("#urgent a[href='tel:911']").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("This could be a stroke")


def test_a_wrong_answer_can_be_corrected(page, clinic):
    """The link says so in words, once for each tap, and the newest answer alone offers it."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    chat.log.get_by_role("button", name="That's not what I meant").click()
    expect(chat.log.locator(".from-assistant").nth(2)).to_be_visible(timeout=SECONDS)
    assert chat.said() == ["does it hurt?", "That's not what I meant"]
    expect(chat.log.locator(".settled .wrong").first).to_be_hidden()


@pytest.mark.parametrize("victim", ["web", "engine", "actions"])
def test_a_killed_process_comes_back_and_no_word_is_lost(page, clinic, victim):
    chat = open_chat(page, clinic)
    chat.say("what is neuropathy")
    chat.hears("nerves")
    killed = clinic.pids(victim)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    if victim != "web":
        chat.say("what should i wear")
    clinic.wait()
    if victim == "web":
        chat.say("what should i wear")
    expect(chat.log).to_contain_text("loose clothes", timeout=60_000)
    assert chat.log.inner_text().lower().count("loose clothes") == 1, "answered once"
    assert not set(killed) & set(clinic.pids(victim)), "another process took its place"


def test_a_second_start_says_plainly_that_the_port_is_taken(clinic):
    import subprocess

    from tests.browser.conftest import ROOT

    second = subprocess.run(["./nerveline", "serve"], cwd=ROOT, env=clinic.environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert second.stderr.strip().count("\n") == 0 and f"port {clinic.port} for web cannot be used" in second.stderr


def test_ctrl_c_stops_all_three(clinic):
    everybody = [pid for name in ("web", "engine", "actions") for pid in clinic.pids(name)]
    assert len(everybody) == 3
    assert clinic.stop() == 0
    for pid in everybody:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert "Traceback" not in clinic.log
