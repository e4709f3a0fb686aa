"""Help in a crisis is one tap away wherever the clinic is, with the numbers of its region, and without the assistant."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import SECONDS, open_chat
from tests.web.conftest import Server, content_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("region, links", [("US", ["tel:988", "sms:988", "tel:911"]), ("UK", ["tel:116123", "sms:85258", "tel:999"]), ("EU", ["tel:112"])])
def test_the_card_begins_with_links_to_call_and_to_text(page, tmp_path, region, links):
    server = Server(tmp_path, DATA=content_of(tmp_path, region=region))
    try:
        open_chat(page, server).say("i want to kill myself")
        expect(page.locator("#urgent")).to_be_visible(timeout=SECONDS)
        for card in ("#urgent", ".kind-crisis"):
            found = page.locator(f"{card} .call").evaluate_all("links => links.map((link) => [link.getAttribute('href'), link.textContent])")
            assert [href for href, _ in found] == links
            assert all(href.partition(":")[2] in label.replace(" ", "") for href, label in found), "the number can be read as well"
    finally:
        server.kill()
