"""Accounts: links that work once, passwords that are not told apart, sessions that end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.security import accounts
from bot.security.accounts import AccountError

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


def test_the_first_account_names_itself(database):
    link = accounts.first_invite(database, "http://x")
    with pytest.raises(AccountError, match="name and e-mail"):
        accounts.accept(database, link.split("#")[1], PASSWORD)
    accounts.accept(database, link.split("#")[1], PASSWORD, name="Eve", email="eve@example.com")
    assert accounts.member_of(database, accounts.sign_in(database, "eve@example.com", PASSWORD)).is_admin
    assert accounts.first_invite(database, "http://x") is None


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
