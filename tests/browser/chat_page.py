"""The visitor's chat as tests use it: a page or the frame of another page."""

from __future__ import annotations

from playwright.sync_api import expect

SECONDS = 15_000


class Chat:
    """The chat page in a browser."""

    def __init__(self, frame):
        self.frame = frame
        self.log = frame.locator("#log")
        self.field = frame.locator("#field")

    def agree(self):
        self.frame.get_by_role("button", name="Agree and start").click()
        expect(self.field).to_be_visible(timeout=SECONDS)  # the conversation is open; keys pressed earlier go nowhere
        return self

    def say(self, text):
        self.field.fill(text)
        self.frame.locator("#send").click()
        expect(self.log).to_contain_text(text)

    def hears(self, text):
        expect(self.log).to_contain_text(text, timeout=SECONDS)

    def said(self):
        """What the visitor said, in order."""
        return self.log.locator(".from-visitor .bubble").all_inner_texts()

    def menu(self, item):
        self.frame.locator("#menu-button").click()
        self.frame.locator("#dialog").get_by_role("button", name=item).click()


def open_chat(page, clinic, **query):
    page.goto(f"{clinic.url}/chat" + "".join(f"?{name}={value}" for name, value in query.items()))
    return Chat(page).agree()


def session(page):
    """Id and token of the conversation, as the page keeps them."""
    return page.evaluate("JSON.parse(Object.entries(localStorage).find(([name]) => name.endsWith(':session'))[1])")


def headers(page):
    return {"Authorization": f"Bearer {session(page)['token']}"}
