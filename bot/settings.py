"""Settings: one table, read from NERVELINE_* variables, then from a settings file, then the default.

The settings file (`nerveline.env` beside this checkout, or the path in NERVELINE_SETTINGS) holds lines
`NERVELINE_PORT=8080`. A wrong value stops the start and names the setting. Standard library only, because both
environments (engine with pydantic 1, web with pydantic 2) read it.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Optional
from urllib.parse import urlsplit

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # listening on every address: loopback is one of them


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError("a port is a number from 1 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError("must be 0 or more")
    return count


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must look like http://host:port")
    return text.rstrip("/")


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return text.replace("postgresql://", "postgresql+psycopg://", 1)


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if "*" in origins:
        raise ValueError("'*' is not allowed: name the sites, separated by commas")
    return tuple(_url(origin) for origin in origins)


def _limit(text: str) -> str:
    if not re.fullmatch(r"\d+\s*/\s*(\d+\s*)?(second|minute|hour|day)s?(\s*;\s*\d+\s*/\s*(\d+\s*)?(second|minute|hour|day)s?)*", text):
        raise ValueError("must look like '20/minute' or '20/minute;300/hour'")
    return text


def _folder(text: str) -> Path:
    path = Path(text)
    return path if path.is_absolute() else ROOT / path


@dataclass(frozen=True)
class Setting:
    """One row of the table: its name without NERVELINE_, its default as text, how to read it, what it is for."""

    name: str
    default: str
    cast: Callable[[str], object]
    help: str


SETTINGS = (
    Setting("DATABASE_URL", "sqlite:///{var}/nerveline.db", _database, "where conversations and requests are kept"),
    Setting("VAR", "var", _folder, "folder for the database, keys and sockets; never in git"),
    Setting("DATA", "data", _folder, "folder with answers, training examples, clinic facts and safety rules"),
    Setting("MODELS", "models", _folder, "folder with trained models"),
    Setting("HOST", "127.0.0.1", str, "address that web listens on; put a TLS proxy in front before changing it"),
    Setting("PORT", "8080", _port, "port of the visitor's and the staff's pages (PORT works as well)"),
    Setting("ENGINE_PORT", "5005", _port, "port of the engine, on loopback only"),
    Setting("ACTIONS_PORT", "5055", _port, "port of the action server, on loopback only"),
    Setting("PUBLIC_URL", "http://127.0.0.1:{port}", _url, "the address that visitors and staff type"),
    Setting("ALLOWED_ORIGINS", "", _origins, "sites that may show the chat, separated by commas"),
    Setting("TRUSTED_PROXIES", "0", _count, "number of proxies in front of web whose X-Forwarded-For is believed"),
    Setting("LIMIT_CONVERSATIONS", "300/hour", _limit, "new conversations from one address"),
    Setting("LIMIT_MESSAGES", "20/minute;300/hour", _limit, "messages in one conversation"),
    Setting("LIMIT_SIGN_IN", "5/15 minutes", _limit, "failed sign-ins to one account from one address; ten times as many from that address in all"),
    Setting("INTERNAL_SECRET", "", str, "shared by the three processes; made under var/ when empty"),
)


@dataclass(frozen=True)
class Settings:
    """All settings, read and checked."""

    database_url: str
    var: Path
    data: Path
    models: Path
    host: str
    port: int
    engine_port: int
    actions_port: int
    public_url: str
    allowed_origins: tuple[str, ...]
    trusted_proxies: int
    limit_conversations: str
    limit_messages: str
    limit_sign_in: str
    internal_secret: str
    root: Path = ROOT

    @property
    def engine_url(self) -> str:
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def web_url(self) -> str:
        """Where the other processes of this machine reach web."""
        host = WILDCARDS.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @classmethod
    def load(cls, environ: Optional[Mapping[str, str]] = None) -> "Settings":
        """Read every setting; makes `var/` and the internal secret when they are missing.

        Raises:
            SettingsError: a value cannot be used; the text names the setting and says what is expected.
        """
        environ = os.environ if environ is None else environ
        given = {**_settings_file(environ), **environ}
        if "PORT" in given:
            given.setdefault("NERVELINE_PORT", given["PORT"])
        values: dict[str, object] = {}
        for setting in _by_dependency():
            values[setting.name.lower()] = _read(setting, given, values)
        var = values["var"]
        assert isinstance(var, Path)
        values["internal_secret"] = values["internal_secret"] or _kept_secret(var / "internal.secret")
        return cls(**values)  # type: ignore[arg-type]


def _by_dependency() -> list[Setting]:
    """VAR and PORT first, because other defaults mention them."""
    return sorted(SETTINGS, key=lambda setting: setting.name not in ("VAR", "PORT"))


def _read(setting: Setting, given: Mapping[str, str], known: Mapping[str, object]) -> object:
    text = given.get(f"NERVELINE_{setting.name}")
    if text is None:
        text = setting.default.format(**known)
    try:
        return setting.cast(text)
    except ValueError as error:
        raise SettingsError(f"NERVELINE_{setting.name} is {text!r}: {error} ({setting.help})") from None


def _settings_file(environ: Mapping[str, str]) -> dict[str, str]:
    named = environ.get("NERVELINE_SETTINGS")
    path = Path(named) if named else ROOT / "nerveline.env"
    if not path.exists():
        if named:
            raise SettingsError(f"NERVELINE_SETTINGS names {path}, which does not exist")
        return {}
    found: dict[str, str] = {}
    known = {f"NERVELINE_{setting.name}" for setting in SETTINGS}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or name.strip() not in known:
            raise SettingsError(f"{path}:{number}: expected NAME=value with a name of the settings table, found {name.strip()!r}")
        found[name.strip()] = value.strip()
    return found


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use so that `make run` needs no set-up."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise SettingsError(f"{path} holds no usable secret: delete it and start again")
    return secret
