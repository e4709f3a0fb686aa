"""All answers on one page: what somebody looks for there is health information, so it stands in no address and leaves the page only without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import Chat

pytestmark = pytest.mark.slow


def test_searching_sends_nothing(page, clinic):
    page.goto(f"{clinic.url}/answers")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    search = page.get_by_role("searchbox")
    search.press_sequentially("loose shirt")
    expect(page.locator(".answer:visible")).to_have_count(1)
    expect(page.locator(".answer:visible h3")).to_have_text("What should I wear?")
    expect(page.locator(".group-title:visible")).to_have_count(1)
    expect(page.locator("#topics")).to_be_hidden()
    expect(page.locator("#found")).to_contain_text("loose shirt")
    search.press("Enter")
    search.fill("zebra")
    expect(page.locator("#found")).to_contain_text("Nothing matches")
    search.fill("")
    expect(page.locator(".answer:visible")).to_have_count(75)
    assert not asked and "?" not in page.url


def test_without_scripts_the_words_go_into_the_body(browser, clinic):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{clinic.url}/answers?lang=es")
    page.get_by_role("searchbox").fill("loose shirt")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    assert page.url == f"{clinic.url}/answers?lang=es"
    page.locator(".search a").click()
    expect(page.locator(".answer")).to_have_count(75)
    context.close()


def test_a_question_that_goes_on_in_the_chat_is_in_no_request(page, clinic):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{clinic.url}/answers")
    page.locator("#does_it_hurt").get_by_role("link", name="Ask about this").click()
    chat = Chat(page)
    expect(page.locator(".question")).to_contain_text("Does it hurt?")
    chat.agree()
    expect(chat.field).to_have_value("Does it hurt?")
    assert not [url for url in asked if "hurt" in url.partition("#")[0].lower()]
