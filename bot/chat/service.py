"""What every part of the chat needs: the database, the content, the screen, and who is listening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from bot.answers.catalogue import Catalogue
from bot.chat.events import Events
from bot.safety.redaction import Redactor
from bot.safety.screen import Screen
from bot.security.sealing import Sealer
from bot.settings import Settings
from bot.store.database import Database


@dataclass(frozen=True)
class Chat:
    """The chat of one clinic."""

    database: Database
    sealer: Sealer
    catalogue: Catalogue
    screen: Screen
    redactor: Redactor
    events: Events

    @classmethod
    def open(cls, settings: Settings) -> "Chat":
        """Open the database (migrating it) and load all content.

        Raises:
            DataError: content that cannot be used.
            StoreError: the database cannot be opened.
            SettingsError: the key file cannot be used.
        """
        return cls(
            database=Database.open(settings.database_url),
            sealer=Sealer.load(settings.var / "keys.json"),
            catalogue=Catalogue.load(settings.data),
            screen=Screen.load(settings.data / "safety"),
            redactor=Redactor.load(settings.data / "terms"),
            events=Events(),
        )


def now() -> datetime:
    return datetime.now(timezone.utc)

