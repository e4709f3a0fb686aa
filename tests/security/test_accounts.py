"""Accounts: links that work once, passwords that are not told apart, sessions that end."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from bot.security import accounts
from bot.security.accounts import AccountError
from bot.security.tokens import hashed
from bot.store import people

PASSWORD = "three quiet herons"


def make(database, email="sam@example.com", role="staff", password=PASSWORD):
    link = accounts.invite(database, "http://x", email=email, name="Sam", role=role)
    accounts.accept(database, link.split("#")[1], password)


def test_from_invite_to_session(database):
    make(database)
    assert accounts.sign_in(database, "SAM@example.com", "wrong password 1") is None
    token = accounts.sign_in(database, "SAM@example.com", PASSWORD)
    member = accounts.member_of(database, token)
    assert (member.name, member.role, member.is_admin) == ("Sam", "staff", False)
    accounts.sign_out(database, token)
    assert accounts.member_of(database, token) is None


def test_a_link_works_once_and_not_for_ever(database, monkeypatch):
    link = accounts.invite(database, "http://x", email="a@example.com", name="A", role="staff")
    accounts.accept(database, link.split("#")[1], PASSWORD)
    with pytest.raises(AccountError, match="used before"):
        accounts.accept(database, link.split("#")[1], PASSWORD)
    old = accounts.invite(database, "http://x", email="b@example.com", name="B", role="staff")
    later = accounts._now() + timedelta(hours=25)
    monkeypatch.setattr(accounts, "_now", lambda: later)
    with pytest.raises(AccountError, match="too old"):
        accounts.accept(database, old.split("#")[1], PASSWORD)


def test_a_link_for_an_account_that_exists_changes_its_password_only(database):
    """Or the last administrator could be made somebody else, and staff."""
    make(database, role="admin")
    link = accounts.invite(database, "http://x", email="SAM@example.com", name="Dup", role="staff")
    accounts.accept(database, link.split("#")[1], "four quiet herons")
    assert accounts.exists(database, "sam@example.com") and accounts.sign_in(database, "sam@example.com", PASSWORD) is None
    member = accounts.member_of(database, accounts.sign_in(database, "sam@example.com", "four quiet herons"))
    assert (member.name, member.is_admin) == ("Sam", True)


def test_the_first_account_names_itself(database):
    link = accounts.first_invite(database, "http://x")
    with pytest.raises(AccountError, match="name and e-mail"):
        accounts.accept(database, link.split("#")[1], PASSWORD)
    accounts.accept(database, link.split("#")[1], PASSWORD, name="Eve", email="eve@example.com")
    assert accounts.member_of(database, accounts.sign_in(database, "eve@example.com", PASSWORD)).is_admin
    assert accounts.first_invite(database, "http://x") is None


@pytest.mark.parametrize("email", ["sam@example.com", "mallory@example.com"])
def test_the_first_link_dies_when_an_account_exists(database, email):
    """It was printed on a terminal: later it must neither take over an account nor make another administrator."""
    first = accounts.first_invite(database, "http://x")
    make(database, role="admin")
    with pytest.raises(AccountError, match="account already"):
        accounts.accept(database, first.split("#")[1], "evil evil evil pw1", name="Mallory", email=email)
    assert accounts.sign_in(database, "sam@example.com", PASSWORD) and accounts.sign_in(database, email, "evil evil evil pw1") is None


def test_an_administrators_link_resets_a_password_and_ends_old_sessions(database):
    make(database)
    old = accounts.sign_in(database, "sam@example.com", PASSWORD)
    make(database, password="four loud herons")
    assert accounts.member_of(database, old) is None and accounts.sign_in(database, "sam@example.com", PASSWORD) is None
    assert accounts.sign_in(database, "sam@example.com", "four loud herons")


def test_a_link_that_two_people_open_at_once_makes_one_account(database):
    """The second one read the link as unused, a moment before the first one used it."""
    token = accounts.invite(database, "http://x", email="a@example.com", name="A", role="staff").split("#")[1]
    refused = []

    def second():
        try:
            accounts.accept(database, token, "evil evil evil pw1")
        except AccountError as error:
            refused.append(str(error))

    with database.write() as connection:
        people.use_invite(connection, hashed(token), accounts._now())
        late = threading.Thread(target=second)
        late.start()
        time.sleep(0.5)  # it waits for this transaction
    late.join()
    assert len(refused) == 1 and "used before" in refused[0]


def test_the_audit_names_who_invited(database):
    make(database, role="admin")
    with database.read() as connection:
        admin = people.staff_by_email(connection, "sam@example.com").id
    accounts.invite(database, "http://x", email="b@example.com", name="B", role="staff", by=admin)
    with database.read() as connection:
        assert [(row.staff_id, row.object_id) for row in people.list_audit(connection) if row.action == "invited"] == [
            (admin, "b@example.com"), (None, "sam@example.com"),
        ]  # fmt: skip


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "password123456", "x" * 201])
def test_weak_passwords_are_refused_and_the_link_stays_good(database, password):
    link = accounts.invite(database, "http://x", email="a@example.com", name="A", role="staff")
    with pytest.raises(AccountError):
        accounts.accept(database, link.split("#")[1], password)
    accounts.accept(database, link.split("#")[1], PASSWORD)


def test_a_session_ends_when_idle(database, monkeypatch):
    make(database)
    token = accounts.sign_in(database, "sam@example.com", PASSWORD)
    later = accounts._now() + accounts.IDLE + timedelta(minutes=1)
    monkeypatch.setattr(accounts, "_now", lambda: later)
    assert accounts.member_of(database, token) is None
