"""Staff accounts: one-time invites, passwords (Argon2id), and sessions that live on the server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import NervelineError
from bot.security.tokens import hashed
from bot.store import people
from bot.store.database import Database

INVITE_LASTS = timedelta(hours=24)  # OWASP ASVS 5.0, 6.4.1
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
TOO_COMMON = ("password", "nerveline", "neuropathy", "needling", "123456", "qwerty", "letmein", "welcome", "clinic")
DEAD_LINK = "This link was used before or is too old. Ask for a new one."
FIRST_ADMIN = ("admin@clinic.invalid", "First administrator", "admin")
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))  # an unknown e-mail takes as long as a wrong password


class AccountError(NervelineError):
    """What is wrong, in a sentence for the person who typed it."""


@dataclass(frozen=True)
class Member:
    """A signed-in member of staff."""

    id: int
    name: str
    email: str
    role: str
    csrf: str

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


def invite(database: Database, public_url: str, *, email: str, name: str, role: str, by: Optional[int] = None) -> str:
    """The link with which somebody sets a password, once, within INVITE_LASTS. An older unused link stops working.

    `by` is the administrator who asked for it; None at the server's own terminal.
    """
    token = secrets.token_urlsafe(32)
    with database.write() as connection:
        people.drop_unused_invites(connection, email.strip().lower())
        people.add_invite(connection, token_hash=hashed(token), email=email, name=name, role=role, expires_at=_now() + INVITE_LASTS)
        people.add_audit(connection, staff_id=by, action="invited", object_type="staff", object_id=email.strip().lower()[:64], at=_now())
    return f"{public_url}/staff/welcome#{token}"


def exists(database: Database, email: str) -> bool:
    """Whether an account has this e-mail address."""
    with database.read() as connection:
        return people.staff_by_email(connection, email) is not None


def first_invite(database: Database, public_url: str) -> Optional[str]:
    """The link for the first account; None when there is an account already."""
    with database.read() as connection:
        if people.count_staff(connection):
            return None
    email, name, role = FIRST_ADMIN
    return invite(database, public_url, email=email, name=name, role=role)


def accept(database: Database, token: str, password: str, *, name: str = "", email: str = "") -> None:
    """Make the account of an invite, with a password, or give the account that has its e-mail a new password: its name and role
    stay, or the last administrator could be invited away.

    The first administrator gives name and e-mail here, so that link works only while there is no account.

    Raises:
        AccountError: the link is used up or too old, or the password is not good enough.
    """
    _check_password(password)
    with database.write() as connection:
        row = people.get_invite(connection, hashed(token))
        if row is None or row.expires_at < _now():
            raise AccountError(DEAD_LINK)
        first = row.email == FIRST_ADMIN[0]
        if first and people.count_staff(connection):
            raise AccountError("There is an account already. Ask its administrator for a link.")
        if first and not ("@" in email and name.strip()):
            raise AccountError("Please give your name and e-mail address.")
        if not people.use_invite(connection, hashed(token), _now()):
            raise AccountError(DEAD_LINK)
        address, called = (email, name) if first else (row.email, row.name)
        id = people.save_staff(connection, email=address, name=called.strip(), role=row.role, password_hash=_hasher.hash(password), at=_now())
        people.add_audit(connection, staff_id=id, action="account_ready", object_type="staff", object_id=str(id), at=_now())


def sign_in(database: Database, email: str, password: str) -> Optional[str]:
    """A new session's token, or None: the same None whether e-mail or password is wrong."""
    with database.read() as connection:
        row = people.staff_by_email(connection, email)
    usable = row is not None and bool(row.password_hash) and not row.disabled
    good = _matches(row.password_hash if row is not None and usable else _NOBODY, password[:LONGEST_PASSWORD]) and usable
    with database.write() as connection:
        if not good or row is None:
            people.add_audit(connection, staff_id=None, action="sign_in_refused", object_type="staff", object_id="", at=_now())
            return None
        if _hasher.check_needs_rehash(row.password_hash):
            people.set_password_hash(connection, row.id, _hasher.hash(password))
        token = secrets.token_urlsafe(32)
        people.add_session(connection, token_hash=hashed(token), staff_id=row.id, csrf=secrets.token_urlsafe(24), at=_now())
        people.add_audit(connection, staff_id=row.id, action="signed_in", object_type="staff", object_id=str(row.id), at=_now())
    return token


def member_of(database: Database, token: str) -> Optional[Member]:
    """Who is signed in with this session; None when it has ended."""
    if not token:
        return None
    with database.read() as connection:
        row = people.get_session(connection, hashed(token))
    if row is None or _ended(row):
        return None
    if _now() - row.seen_at > timedelta(minutes=1):
        with database.write() as connection:
            people.touch_session(connection, hashed(token), _now())
    return Member(row.id, row.name, row.email, row.role, row.csrf)


def sign_out(database: Database, token: str) -> None:
    with database.write() as connection:
        people.end_session(connection, hashed(token))


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. A short sentence is easy to keep in mind.")
    if len(set(password)) < 5 or any(password.lower().strip("0123456789!.?") == word for word in TOO_COMMON):
        raise AccountError("This password is too easy to guess.")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _ended(row: Any) -> bool:
    return bool(_now() - row.seen_at > IDLE or _now() - row.created_at > ABSOLUTE)


def _now() -> datetime:
    return datetime.now(timezone.utc)
