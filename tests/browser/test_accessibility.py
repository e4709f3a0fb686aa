"""Every state of the visitor's pages for people who see little, use no mouse, listen, or zoom. WCAG 2.2 AA and axe's best practice."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.chat_page import SECONDS, Chat, open_chat

pytestmark = pytest.mark.slow
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}  # fmt: skip
SETTLED = 1000  # ms that a busy machine may need to lay out a page whose window was just made smaller
WIDTHS = ((1280, 800), (360, 740), (320, 256))  # the last one is 1280 x 1024 at 400 %
LOOKS = ({"color_scheme": "light", "forced_colors": "none"}, {"color_scheme": "dark", "forced_colors": "none"}, {"color_scheme": "dark", "forced_colors": "active"})
TARGET = 44

# What is too wide for the window: the page as a whole, or a part of it that scrolls.
TOO_WIDE = """() => [document.scrollingElement, ...document.querySelectorAll("#log, #notice, dialog[open], .suggestions")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => `${part.tagName}#${part.id} ${part.scrollWidth} > ${part.clientWidth}`)"""

# Targets that are too small. A link in a sentence is as high as its line; a box or radio button is as large as its label.
TOO_SMALL = """(least) => [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden"))
    .filter((one) => !(one.matches("p a, li a, dd a") && getComputedStyle(one).display === "inline" && one.parentNode.textContent !== one.textContent))
    .map((one) => [one, (one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width < least - 0.5 || height < least - 0.5)
    .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 90)} ${Math.round(width)} x ${Math.round(height)}`)"""


def accessible(page, looks=LOOKS):
    """Look at this state in all sizes and looks."""
    found = []
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        for look in looks:
            page.emulate_media(**look)
            page.wait_for_timeout(50)
            case = f"{width} px, {look}"
            violations = Axe().run(page, options=RULES).response["violations"]
            found += [f"{case}: {broken['id']}: {broken['nodes'][0]['target']} {broken['nodes'][0]['failureSummary']}" for broken in violations]
        if page.evaluate(TOO_WIDE):
            page.wait_for_timeout(SETTLED)
        found += [f"{width} px: too wide: {part}" for part in page.evaluate(TOO_WIDE)]
        found += [f"{width} px: too small: {one}" for one in page.evaluate(TOO_SMALL, TARGET)]
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size({"width": 390, "height": 800})
    assert not found, "\n".join(found)


def test_sample_page_and_loader(page, clinic):
    page.goto(clinic.url + "/")
    page.get_by_role("button", name="Ask a question").last.wait_for()
    accessible(page)


@pytest.mark.parametrize("language, word", [("en", "wear"), ("en", "zebra"), ("es", "wear")])
def test_answers_that_were_searched(page, clinic, language, word):
    page.goto(f"{clinic.url}/answers?lang={language}")
    page.get_by_role("searchbox").fill(word)
    expect(page.locator("#found")).not_to_be_empty()
    accessible(page)


def test_all_answers(page, clinic):
    page.goto(f"{clinic.url}/answers")
    page.locator("#topics summary").click()
    accessible(page, looks=LOOKS[:1])


def test_the_notice(page, clinic):
    page.goto(f"{clinic.url}/chat?q=Does+it+hurt")
    expect(page.locator(".question")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_greeting(page, clinic, language):
    page.goto(f"{clinic.url}/chat?lang={language}")
    page.locator("#agree").click()
    expect(page.locator("#log .choices button").first).to_be_visible()
    accessible(page)


def test_an_answer_with_its_sources_open(page, clinic):
    chat = open_chat(page, clinic)
    chat.say("does it hurt? and what should i wear?")
    chat.hears("Where this comes from")
    chat.log.locator("summary").first.click()
    chat.log.get_by_role("button", name="No", exact=True).last.click()
    expect(chat.log.get_by_label("What was missing?")).to_be_visible()
    accessible(page)


def test_suggestions_and_the_hint_on_private_numbers(page, clinic):
    chat = open_chat(page, clinic)
    chat.field.press_sequentially("does it hur")
    expect(page.locator("#suggestions button").first).to_be_visible()
    accessible(page)
    chat.field.fill("my card is 4111 1111 1111 1111")
    page.locator("#send").click()
    expect(page.locator("#check")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("text", ["my face is drooping on one side", "i want to kill myself"])
def test_the_emergency_card(page, clinic, text):
    chat = open_chat(page, clinic)
    chat.say(text)
    expect(page.locator("#urgent")).to_be_visible(timeout=SECONDS)
    accessible(page)
    expect(page.locator("#urgent .call").first).to_be_in_viewport()
    expect(page.locator(".kind-emergency .call, .kind-crisis .call").first).to_have_attribute("href", re.compile("^tel:"))


@pytest.mark.parametrize("text_size, window", [("normal", (390, 450)), ("larger", (390, 800)), ("normal", (320, 340)), ("normal", (640, 400))])
def test_the_question_and_the_field_are_in_view_where_there_is_little_room(page, clinic, text_size, window):
    """A phone with its keyboard open, or on its side; large text."""
    chat = open_chat(page, clinic)
    page.evaluate("size => { document.documentElement.dataset.text = size; }", text_size)
    page.set_viewport_size(dict(zip(("width", "height"), window)))
    for text, question in (("book an appointment", "What is your name?"), ("Ann Lee", "phone number or e-mail"), ("212 555 0147", "Are you new here"),
                           ("I am new", "what brings you here"), ("burning feet", "Which days and times")):  # fmt: skip
        chat.say(text)
        chat.hears(question)
        expect(page.locator(".from-assistant .part").last).to_be_in_viewport()
        expect(page.locator("#new-messages")).to_be_hidden()
        for part in (chat.field, page.locator("#send")):
            expect(part).to_be_in_viewport(ratio=0.95)


def test_the_menu_and_its_questions(page, clinic):
    chat = open_chat(page, clinic)
    page.locator("#menu-button").click()
    accessible(page)
    for question in ("What is stored", "Start over", "Delete this chat"):
        page.keyboard.press("Escape")
        chat.menu(question)
        accessible(page, looks=LOOKS[:1])


def test_steps_of_a_request(page, clinic):
    chat = open_chat(page, clinic)
    chat.say("i want an appointment")
    for heard, said in (
        ("What is your name?", "Ann Lee"), ("At which phone number", "212 555 0147"), ("Are you new here", "I am new"),
        ("what brings you here", "burning feet"), ("Which days and times", ""),
    ):  # fmt: skip
        chat.hears(heard)
        if heard.startswith("At which"):
            accessible(page, looks=LOOKS[:1])
        if heard.startswith("Which days"):
            accessible(page)
        if said:
            chat.say(said)


def test_a_message_that_was_not_sent(page, clinic):
    chat = open_chat(page, clinic)
    page.route("**/messages", lambda route: route.abort())
    chat.say("does it hurt?")
    expect(page.locator(".failed")).to_be_visible()
    accessible(page)


def test_large_text_and_large_buttons(page, clinic):
    """The largest text, in the smallest window, still reads without scrolling sideways."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("Where this comes from")
    page.locator("#menu-button").click()
    page.get_by_label("Larger", exact=True).check()
    page.get_by_label("Larger buttons").check()
    accessible(page)
    page.keyboard.press("Escape")
    accessible(page)
    assert page.locator("#send").bounding_box()["height"] >= 60


def listen(page):
    """Collect what a screen reader would say."""
    page.evaluate("""() => {
        window.announced = [];
        new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => window.announced.push(node.textContent))))
            .observe(document.getElementById("announcer"), { childList: true });
    }""")


def test_each_reply_is_announced_once_with_its_disclaimer(page, clinic):
    chat = open_chat(page, clinic)
    listen(page)
    for question, answer in (("does it hurt?", "It can hurt a little"), ("what should i wear", "loose clothes"), ("my face is drooping", "This could be a stroke")):
        chat.say(question)
        chat.hears(answer)
        page.wait_for_timeout(700)
        said = " ".join(page.evaluate("window.announced.splice(0)"))
        assert said.count(answer) == 1 and question not in said
        disclaimer = chat.log.locator(".disclaimer").last.inner_text()
        assert said.count(disclaimer) == 1 and said.index(disclaimer) > said.index(answer)
    expect(page.locator("#announcer")).to_have_attribute("aria-live", "polite")
    expect(chat.log).to_have_attribute("aria-live", "off")


def test_history_is_not_announced(page, clinic):
    """A reload must not read out the whole conversation."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.hears("It can hurt a little")
    page.add_init_script("window.addEventListener('DOMContentLoaded', () => { (%s)(); })" % (
        "() => { window.announced = []; new MutationObserver((c) => c.forEach((o) => o.addedNodes.forEach((n) => window.announced.push(n.textContent))))"
        ".observe(document.getElementById('announcer'), { childList: true }); }"))  # fmt: skip
    page.reload()
    chat.hears("It can hurt a little")
    page.wait_for_timeout(700)
    assert page.evaluate("window.announced") == []


def test_a_reply_steals_neither_focus_nor_words_nor_place(page, clinic):
    """Whoever types on, reads a source or reads further up is left in peace; a button leads to what is new."""
    chat = open_chat(page, clinic)
    chat.say("does it hurt?")
    chat.field.fill("and then")
    chat.hears("It can hurt a little")
    expect(chat.field).to_be_focused()
    expect(chat.field).to_have_value("and then")
    for question in ("what is neuropathy", "how long does a session take", "what should i wear"):
        chat.field.fill(question)
        chat.field.press("Enter")
        expect(chat.log.locator(".from-assistant .tools").last).to_be_visible(timeout=SECONDS)
        page.wait_for_timeout(300)
    chat.field.fill("where are you")
    page.evaluate("""() => { document.querySelector("#composer").requestSubmit(); document.querySelector("#log").scrollTop = 0; }""")
    chat.log.locator("summary").first.focus()
    page.evaluate("document.querySelector('#log').scrollTop = 0")
    expect(page.locator("#new-messages")).to_be_visible(timeout=SECONDS)
    assert page.evaluate("document.querySelector('#log').scrollTop") < 200
    expect(chat.log.locator("summary").first).to_be_focused()
    page.locator("#new-messages").click()
    expect(page.locator("#new-messages")).to_be_hidden()


def test_keyboard_alone_from_a_question_to_a_request(page, clinic):
    """Tab, Enter and letters only."""
    chat = Chat(page)
    page.goto(f"{clinic.url}/chat")

    def go_to(name, back=False):
        for _ in range(60):
            page.keyboard.press("Shift+Tab" if back else "Tab")
            focused = page.evaluate("[document.activeElement.id, document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()]")
            if name in focused:
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                return page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or pytest.fail(f"{name}: no focus ring")
        raise AssertionError(f"Tab does not reach {name}")

    def write(text):
        expect(chat.field).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    expect(page.locator("#agree")).to_be_visible()
    go_to("agree")
    page.keyboard.press("Enter")
    write("does it hurt?")
    chat.hears("It can hurt a little")
    write("i want an appointment")
    for text, heard in (("Ann Lee", "What is your name?"), ("212 555 0147", "At which phone number")):
        chat.hears(heard)
        write(text)
    for choice, heard in (("I am new", "Are you new here"),):
        chat.hears(heard)
        go_to(choice, back=True)
        page.keyboard.press("Enter")
    chat.hears("what brings you here")
    write("burning feet")
    chat.hears("Which days and times")
    write("Thursday morning")
    for choice, heard in (("Yes", "May our staff contact you"), ("Yes, send it", "Here is your request")):
        chat.hears(heard)
        go_to(choice, back=True)
        page.keyboard.press("Enter")
    chat.hears("Its number is")
