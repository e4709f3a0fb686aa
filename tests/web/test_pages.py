"""The visitor's pages as HTML: what they say of a clinic that left facts empty, and what goes into no address."""

from __future__ import annotations

import json
import re
import time
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from bot.answers.clinic import NOT_FILLED_IN
from bot.chat.service import now
from bot.store import conversations
from bot.store.database import Database
from tests.web.conftest import content_of


def test_a_clinic_without_e_mail_shows_none(new_server, tmp_path):
    server = new_server(DATA=content_of(tmp_path, email=None))
    for path in ("/", "/chat"):
        page = httpx.get(server.url + path).text
        assert "mailto:" not in page and NOT_FILLED_IN not in page


def test_words_that_are_searched_stand_in_no_address(server):
    everything = httpx.get(f"{server.url}/answers", params={"q": "loose"}).text
    assert everything.count('class="answer"') == 75 and "?q=" not in everything and "&amp;q=" not in everything
    found = httpx.post(f"{server.url}/answers", data={"q": "LOOSE <b>wear"}).text
    assert found.count('class="answer"') == 0 and "&lt;b&gt;" in found
    assert httpx.post(f"{server.url}/answers", data={"q": "LOOSE shirt"}).text.count('class="answer"') == 1


def test_web_deletes_what_is_too_old_and_says_after_how_many_days(tmp_path, new_server):
    with closing(Database.open(f"sqlite:///{tmp_path}/nerveline.db")) as database, database.write() as connection:
        for id, days in (("old", 8), ("young", 6)):
            conversations.add_conversation(connection, id, "hash", now() - timedelta(days=days))
    server = new_server(DATA=content_of(tmp_path, retention_days=7))
    deadline = time.monotonic() + 30
    while "purged conversations=1" not in server.log:
        assert time.monotonic() < deadline, server.log
        time.sleep(0.1)
    with closing(Database.open(f"sqlite:///{tmp_path}/nerveline.db")) as database, database.read() as connection:
        assert conversations.get_conversation(connection, "young") and not conversations.get_conversation(connection, "old")
    assert clinic_of(httpx.get(server.url + "/chat").text)["retention_days"] == 7


def clinic_of(page):
    """The clinic's facts that the chat page gives to its script."""
    return json.loads(re.search(r'id="page">(.*?)</script>', page, re.DOTALL)[1])["clinic"]


@pytest.mark.parametrize("region, call, text", [("US", "tel:988", "sms:988"), ("UK", "tel:116123", "sms:85258"), ("EU", "tel:112", "")])
def test_every_region_has_numbers_to_call_and_to_text_in_a_crisis(new_server, tmp_path, region, call, text):
    page = httpx.get(new_server(DATA=content_of(tmp_path, region=region)).url + "/chat").text
    clinic = clinic_of(page)
    assert (clinic["crisis_call_href"], clinic["crisis_text_href"]) == (call, text)
