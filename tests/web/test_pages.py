"""The visitor's pages as HTML: what they say of a clinic that left facts empty, and what goes into no address."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from bot.answers.clinic import NOT_FILLED_IN
from tests.web.conftest import content_of


def test_a_clinic_without_e_mail_shows_none(new_server, tmp_path):
    server = new_server(DATA=content_of(tmp_path, email=None))
    for path in ("/", "/chat"):
        page = httpx.get(server.url + path).text
        assert "mailto:" not in page and NOT_FILLED_IN not in page


@pytest.mark.parametrize("region, call, text", [("US", "tel:988", "sms:988"), ("UK", "tel:116123", "sms:85258"), ("EU", "tel:112", "")])
def test_every_region_has_numbers_to_call_and_to_text_in_a_crisis(new_server, tmp_path, region, call, text):
    page = httpx.get(new_server(DATA=content_of(tmp_path, region=region)).url + "/chat").text
    clinic = json.loads(re.search(r'id="page">(.*?)</script>', page, re.DOTALL)[1])["clinic"]
    assert (clinic["crisis_call_href"], clinic["crisis_text_href"]) == (call, text)
