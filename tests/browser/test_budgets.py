"""What the chat may weigh on the wire. A proxy compresses as gzip does here."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urljoin

import httpx
import pytest

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.slow
LOADER_BYTES = 3_000
PANEL_BYTES = {"en": 30_000, "es": 31_000}  # Spanish brings disclaimers and safety texts of its own
STATIC = ROOT / "bot" / "web" / "static"


def gzipped(content):
    return len(gzip.compress(content, compresslevel=6, mtime=0))


def linked(url):
    """The page and every file that it needs: styles, scripts, and what these import."""
    found, wanted = {}, [url]
    while wanted:
        address = wanted.pop()
        if address.partition("?")[0] in found:
            continue
        answer = httpx.get(address).raise_for_status()
        found[address.partition("?")[0]] = answer.content
        patterns = {"text/html": r'<(?:link|script)[^>]+(?:href|src)="(/[^"]+)"', "text/javascript": r'from "(\.[^"]+)"'}
        pattern = patterns.get(answer.headers["content-type"].partition(";")[0])
        wanted += [urljoin(address, path) for path in (re.findall(pattern, answer.text) if pattern else [])]
    return found


def test_the_loader_is_light():
    """Every page of the clinic's site carries it."""
    assert gzipped((STATIC / "widget.js").read_bytes()) <= LOADER_BYTES


@pytest.mark.parametrize("language", PANEL_BYTES)
def test_the_panel_is_light(clinic, language):
    """HTML with the texts of the interface, styles and all scripts, one by one as they go over the wire."""
    files = linked(f"{clinic.url}/chat?lang={language}")
    assert {name.rpartition("/")[2] for name in files} == {"chat", "tokens.css", "chat.css"} | {path.name for path in (STATIC / "chat").glob("*.js")}
    sizes = {name: gzipped(content) for name, content in files.items()}
    assert sum(sizes.values()) <= PANEL_BYTES[language], sizes


def test_nothing_else_is_fetched_and_nothing_before_the_first_opening(page, clinic):
    """A visitor who does not chat pays for the loader only; one who does pays for what the budget counted and two small answers."""
    paths = []
    page.on("request", lambda request: paths.append(request.url.removeprefix(clinic.url).partition("?")[0]))
    page.goto(clinic.url + "/", wait_until="networkidle")
    assert sorted(paths) == ["/", "/static/pages.css", "/static/tokens.css", "/widget.js"]
    paths.clear()
    page.get_by_role("button", name="Ask a question").last.click()
    page.frame_locator("iframe").get_by_role("button", name="Agree and start").wait_for()
    page.wait_for_load_state("networkidle")
    counted = {name.removeprefix(clinic.url) for name in linked(f"{clinic.url}/chat")}
    assert set(paths) - counted <= {"/api/status"}
