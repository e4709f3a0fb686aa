"""Staff's console: who gets in, what they see, and that every view is written down."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.security import accounts
from bot.store.database import Database

PASSWORD = "three quiet herons"


@pytest.fixture(scope="module")
def staff(server):
    """Clients of an administrator and of a member of staff, signed in."""
    database = Database.open(f"sqlite:///{server.var}/nerveline.db")
    clients = {}
    for role in ("admin", "staff"):
        link = accounts.invite(database, server.url, email=f"{role}@example.com", name=role.title(), role=role)
        client = httpx.Client(base_url=server.url, follow_redirects=True)
        welcomed = client.post("/staff/welcome", data={"token": link.split("#")[1], "password": PASSWORD})
        assert welcomed.status_code == 200 and "Sign in" in welcomed.text
        assert "Requests" in client.post("/staff/sign-in", data={"email": f"{role}@example.com", "password": PASSWORD}).text
        clients[role] = client
    yield clients
    database.close()


@pytest.fixture(scope="module")
def conversation(server):
    opened = httpx.post(f"{server.url}/api/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    text = "my name is Ann Lee and my face is drooping on one side <b>now</b>"
    httpx.post(f"{server.url}/api/conversations/{opened['id']}/messages", headers=headers, json={"text": text, "key": "k"})
    return opened["id"]


def csrf(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


@pytest.mark.parametrize("path", ["/staff/", "/staff/requests", "/staff/conversations", "/staff/conversations/x", "/staff/requests/x", "/staff/audit", "/staff/people"])
def test_nobody_gets_in_without_signing_in(server, path):
    answer = httpx.get(server.url + path)
    assert answer.status_code == 302 and answer.headers["location"] == "/staff/sign-in"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(server, staff):
    answer = httpx.post(f"{server.url}/staff/sign-in", data={"email": "staff@example.com", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


def test_only_administrators_see_audit_and_accounts(staff):
    for path in ("/staff/audit", "/staff/people"):
        assert staff["staff"].get(path).status_code == 403 and staff["admin"].get(path).status_code == 200


def test_a_transcript_is_masked_until_a_reason_is_given_and_shows_the_understanding(staff, conversation):
    page = staff["staff"].get(f"/staff/conversations/{conversation}")
    assert "Lee" not in page.text and "emergency" in page.text and "rule" in page.text
    assert "<b>now</b>" not in page.text, "what visitors write is never markup"
    assert staff["staff"].post(f"/staff/conversations/{conversation}", data={"csrf": csrf(page), "reason": "x"}).status_code == 422
    opened = staff["staff"].post(f"/staff/conversations/{conversation}", data={"csrf": csrf(page), "reason": "the visitor called us"})
    assert "Ann Lee" in opened.text
    audit = staff["admin"].get("/staff/audit").text
    for action in ("conversation viewed", "conversation opened", "the visitor called us", "alarm emergency", "audit viewed"):
        assert action in audit


def test_a_request_is_seen_and_moved_on_once(server, staff):
    body = {"key": "r1", "kind": "book", "name": "Ann Lee", "contact": "+1 212-555-0147", "times": "Thursday", "consent": True}
    number = httpx.post(f"{server.url}/internal/requests", json=body, headers={"X-Nerveline-Secret": server.secret}).json()["number"]
    assert number in staff["staff"].get("/staff/requests").text
    page = staff["staff"].get(f"/staff/requests/{number}")
    assert "Ann Lee" in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    change = {"csrf": csrf(page), "state": "looking", "version": version}
    assert staff["staff"].post(f"/staff/requests/{number}", data={**change, "version": "9" * 30}).status_code == 404
    assert "Being looked at" in staff["staff"].post(f"/staff/requests/{number}", data=change).text
    late = staff["admin"].post(f"/staff/requests/{number}", data={**change, "csrf": csrf(staff["admin"].get("/staff/requests"))})
    assert late.status_code == 409 and "A colleague changed this request" in late.text and 'href="/staff/"' in late.text
    assert "Being looked at, Staff" in staff["admin"].get(f"/staff/requests/{number}").text


def test_a_correction_is_kept(staff, conversation):
    page = staff["staff"].get(f"/staff/conversations/{conversation}")
    message = re.search(r"/staff/messages/(\d+)/review", page.text)[1]
    assert staff["staff"].post(f"/staff/messages/{message}/review", data={"csrf": csrf(page), "verdict": "wrong"}).status_code == 422
    after = staff["staff"].post(f"/staff/messages/{message}/review", data={"csrf": csrf(page), "verdict": "wrong", "topic": "crisis"})
    assert "should be crisis" in after.text
    after = staff["staff"].post(f"/staff/messages/{message}/review", data={"csrf": csrf(page), "verdict": "right", "topic": "crisis"})
    assert "Staff: right<" in after.text, "what was right should be nothing else"


def test_a_search_among_alarms_finds_alarms_only(server, staff):
    opened = httpx.post(f"{server.url}/api/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    httpx.post(f"{server.url}/api/conversations/{opened['id']}/messages", headers=headers, json={"text": "a goldfish has no feet", "key": "k"})
    form = {"csrf": csrf(staff["staff"].get("/staff/conversations")), "q": "goldfish"}
    assert opened["id"] in staff["staff"].post("/staff/conversations", data=form).text
    assert opened["id"] not in staff["staff"].post("/staff/conversations?alarm=1", data=form).text


def test_who_invites_a_known_address_is_told(staff):
    form = {"csrf": csrf(staff["admin"].get("/staff/people")), "email": "staff@example.com", "name": "Dup", "role": "staff"}
    assert "has an account already" in staff["admin"].post("/staff/people", data=form).text


def test_forms_need_their_token_and_come_from_our_own_pages(staff, conversation, server):
    path = f"/staff/conversations/{conversation}"
    token = csrf(staff["staff"].get(path))
    assert staff["staff"].post(path, data={"reason": "a good reason"}).status_code == 403
    assert staff["staff"].post(path, data={"csrf": token, "reason": "a good reason"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(f"{server.url}/staff/sign-in", data={}, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("number", ["9" * 19, "9" * 30, "x"])
def test_a_number_that_no_row_can_have_is_not_found(staff, number):
    form = {"csrf": csrf(staff["staff"].get("/staff/requests")), "verdict": "right"}
    assert staff["staff"].post(f"/staff/messages/{number}/review", data=form).status_code == 404


def test_control_characters_in_a_form_are_refused(server, staff):
    form = {"csrf": csrf(staff["staff"].get("/staff/requests")), "q": "numb\0"}
    assert staff["staff"].post("/staff/conversations", data=form).status_code == 422
    assert httpx.post(f"{server.url}/staff/sign-in", data={"email": "a\0@example.com", "password": PASSWORD}).status_code == 422


def test_searching_puts_no_words_into_the_address(staff):
    page = staff["staff"].get("/staff/conversations")
    found = staff["staff"].post("/staff/conversations", data={"csrf": csrf(page), "q": "drooping"})
    assert "/staff/conversations/" in found.text and "drooping" not in str(found.url)


def test_signing_out_ends_the_session(server, staff):
    client = httpx.Client(base_url=server.url, follow_redirects=True)
    client.post("/staff/sign-in", data={"email": "staff@example.com", "password": PASSWORD})
    cookie = dict(client.cookies)
    left = client.post("/staff/sign-out", data={"csrf": csrf(client.get("/staff/requests"))})
    assert left.status_code == 200 and left.url.path == "/staff/sign-in" and not client.cookies
    assert httpx.get(f"{server.url}/staff/requests", cookies=cookie).status_code == 302


def sign_in(server, email, password="a wrong password"):
    return httpx.post(f"{server.url}/staff/sign-in", data={"email": email, "password": password}).status_code


def test_guessing_passwords_is_slowed_down(new_server):
    """For one account soon, and for one address that tries many accounts a little later."""
    server = new_server(LIMIT_SIGN_IN="2/hour")
    assert [sign_in(server, "guessed@example.com") for _ in range(3)] == [401, 401, 429]
    assert [sign_in(server, f"{number}@example.com") for number in range(19)] == [401] * 18 + [429]


def test_a_clinic_behind_one_router_signs_in(new_server):
    """Only failures count: neither many colleagues nor one who mistypes keeps another one out."""
    server = new_server(LIMIT_SIGN_IN="2/hour")
    database = Database.open(f"sqlite:///{server.var}/nerveline.db")
    link = accounts.invite(database, server.url, email="sam@example.com", name="Sam", role="staff")
    accounts.accept(database, link.split("#")[1], PASSWORD)
    database.close()
    assert [sign_in(server, "colleague@example.com") for _ in range(2)] == [401, 401]
    assert [sign_in(server, "sam@example.com", PASSWORD) for _ in range(4)] == [302] * 4
    assert [sign_in(server, "sam@example.com"), sign_in(server, "sam@example.com", PASSWORD), sign_in(server, "sam@example.com")] == [401, 302, 401]
