"""The chat on a page of another origin that allows only what the one tag needs."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import Chat
from tests.web.conftest import free_port

pytestmark = pytest.mark.slow
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A clinic's site</title>
<script src="{clinic}/widget.js" {settings} async></script><h1>Our clinic</h1><p><a href="#top">A link</a></p>"""


class Site:
    """A web site with a strict Content-Security-Policy, on an origin of its own."""

    def __init__(self, origin, clinic):
        self.origin, self.settings = origin, 'data-clinic="demo"'
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                content = PAGE.format(clinic=clinic.url, settings=site.settings).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {clinic.url}; frame-src {clinic.url}")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", urlsplit(origin).port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site(clinic):
    site = Site(clinic.site, clinic)
    yield site
    site.stop()


@pytest.fixture
def far_site(clinic):
    site = Site(clinic.far_site, clinic)
    yield site
    site.stop()


@pytest.fixture
def stranger(clinic):
    site = Site(f"http://localhost:{free_port()}", clinic)
    yield site
    site.stop()


@pytest.fixture
def complaints(page):
    """What the browser says about policies that were broken."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    return found


def launcher(page):
    return page.get_by_role("button", name="Ask a question")


def test_one_tag_is_enough_on_a_strict_page(page, clinic, site, complaints):
    """Opens, answers, and asks nobody but the clinic's server; the page's policy is not broken once."""
    hosts = set()
    page.context.on("request", lambda request: hosts.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url))))
    page.goto(site.origin)
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    launcher(page).click()
    chat = Chat(page.frame_locator("iframe")).agree()
    chat.say("does it hurt?")
    chat.hears("General information, not medical advice")
    page.reload()
    launcher(page).click()
    chat.hears("does it hurt?")
    assert hosts == {site.origin, clinic.url}
    assert not complaints


def test_a_browser_that_forbids_foreign_storage(page, far_site):
    """As in private windows: nothing can be kept in the browser, and the chat works nevertheless."""
    page.goto(far_site.origin)
    launcher(page).click()
    chat = Chat(page.frame_locator("iframe")).agree()
    chat.say("does it hurt?")
    chat.hears("General information, not medical advice")


def test_the_page_may_ask_for_the_visitor_but_not_send(page, site):
    """`window.nerveline.open("question")` puts the question into the field; only the visitor's own press sends it."""
    page.goto(site.origin)
    launcher(page).wait_for()
    page.evaluate("nerveline.open('What does it cost?')")
    chat = Chat(page.frame_locator("iframe"))
    expect(chat.frame.locator(".question")).to_contain_text("What does it cost?")
    chat.agree()
    expect(chat.field).to_have_value("What does it cost?")
    assert chat.said() == []
    page.evaluate("nerveline.close()")
    expect(page.locator("iframe")).to_be_hidden()


def test_escape_closes_and_the_focus_returns(page, site):
    """From inside the chat and from the page, so that keyboard users are not left in a hidden frame."""
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto(site.origin)
    for leave in ("inside", "outside"):
        launcher(page).press("Enter")
        frame = page.frame_locator("iframe")
        expect(frame.locator("#agree")).to_be_focused()
        if leave == "outside":
            page.get_by_role("button", name="Close the chat").focus()
        page.keyboard.press("Escape")
        expect(page.locator("iframe")).to_be_hidden()
        expect(launcher(page)).to_be_focused()
        expect(launcher(page)).to_have_attribute("aria-expanded", "false")


def test_escape_in_the_menu_closes_the_menu_only(page, site):
    page.goto(site.origin)
    launcher(page).click()
    chat = Chat(page.frame_locator("iframe")).agree()
    expect(chat.field).to_be_focused()
    chat.frame.locator("#menu-button").press("Enter")
    expect(chat.frame.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(chat.frame.locator("#dialog")).to_be_hidden()
    expect(page.locator("iframe")).to_be_visible()
    expect(chat.frame.locator("#menu-button")).to_be_focused()


def test_settings_of_the_tag(page, site):
    """Colour with ink that can be read on it, side, language, words, greeting and first question."""
    page.set_viewport_size({"width": 1200, "height": 900})
    site.settings = """data-clinic="demo" data-color="#ffd54f" data-position="left" data-lang="es" data-label="Pregunte aquí"
        data-greeting="Bienvenido a nuestra clínica." data-question="Does it hurt?" """
    page.goto(site.origin)
    button = page.get_by_role("button", name="Pregunte aquí")
    assert button.bounding_box()["x"] < 100
    assert button.evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert button.evaluate("one => getComputedStyle(one.parentNode).backgroundColor") == "rgb(255, 213, 79)"
    button.click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("lang", "es")
    frame.get_by_role("button", name="Aceptar").click()
    expect(frame.locator("#log")).to_contain_text("Bienvenido a nuestra clínica.")
    expect(frame.locator("#field")).to_have_value("Does it hurt?")


def test_phones_get_the_whole_screen(page, site):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site.origin)
    launcher(page).click()
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    page.frame_locator("iframe").get_by_role("button", name="Close chat").click()
    expect(page.locator("iframe")).to_be_hidden()


def test_the_button_can_be_hidden(page, site):
    """It must not lie on what somebody wants to read; it is back with the next visit."""
    page.goto(site.origin)
    page.get_by_role("button", name="Hide the chat button").click()
    expect(launcher(page)).to_be_hidden()
    page.reload()
    page.wait_for_function("window.nerveline")
    expect(launcher(page)).to_be_hidden()


def test_other_sites_cannot_show_the_chat(page, clinic, stranger, complaints):
    """Only the sites of NERVELINE_ALLOWED_ORIGINS: a stranger's page gets an empty frame, and no answer of the API."""
    page.goto(stranger.origin)
    launcher(page).click()
    expect(page.locator("iframe")).to_be_visible()
    for _ in range(50):
        if any("frame-ancestors" in text for text in complaints):
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the browser did not refuse the frame")
    assert page.frame_locator("iframe").locator("#agree").count() == 0


def test_who_may_frame_and_who_may_call(clinic):
    policy = httpx.get(f"{clinic.url}/chat").headers["content-security-policy"]
    assert re.search(r"frame-ancestors ([^;]+)", policy)[1].split() == ["'self'", clinic.site, clinic.far_site]
    for path in ("/", "/answers", "/staff/"):
        answer = httpx.get(clinic.url + path)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
    for origin, allowed in ((clinic.site, clinic.site), ("https://stranger.example", None)):
        assert httpx.get(f"{clinic.url}/api/status", headers={"Origin": origin}).headers.get("access-control-allow-origin") == allowed
