"""The visitor's pages as HTML: what they say of a clinic that left facts empty, and what goes into no address."""

from __future__ import annotations

import shutil

import httpx
import pytest
import yaml

from bot.answers.clinic import NOT_FILLED_IN


@pytest.fixture
def content(data, tmp_path):
    """Gives a copy of the content with other facts of the clinic."""

    def write(**facts):
        shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("nlu"))
        path = tmp_path / "data" / "clinic.yml"
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump({"clinic": {**written["clinic"], **facts}}), encoding="utf-8")
        return str(tmp_path / "data")

    return write


def test_a_clinic_without_e_mail_shows_none(new_server, content):
    server = new_server(DATA=content(email=None))
    for path in ("/", "/chat"):
        page = httpx.get(server.url + path).text
        assert "mailto:" not in page and NOT_FILLED_IN not in page
