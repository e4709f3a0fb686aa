"""The database: SQLite by default, PostgreSQL where more than one machine is needed.

SQLite: WAL, synchronous=FULL (a power cut loses nothing that was confirmed; about 1 ms a commit), one writer at a time
(a lock in this process, BEGIN IMMEDIATE against others). PostgreSQL: READ COMMITTED; a conversation's row is locked
while its next message number is given out.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 5000  # longer than any write of ours; shorter than a visitor's patience


class Database:
    """One open database. `read()` and `write()` give a connection inside a transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._writer = threading.Lock()

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open and migrate.

        Raises:
            StoreError: it cannot be opened.
        """
        upgrade(url)
        return cls(_engine(url))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading.

        Raises:
            StoreError: the database failed.
        """
        with _store_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or rolled back on an error.

        Raises:
            StoreError: the database failed (disk full, locked for too long, gone).
        """
        if not self._sqlite:
            with _store_errors(), self.engine.begin() as connection:
                yield connection
            return
        with self._writer, _store_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                    connection.exec_driver_sql("ROLLBACK")
                raise

    def alive(self) -> bool:
        """Whether the database can be written to just now."""
        try:
            with self.write() as connection:
                connection.execute(text("SELECT 1"))
            return True
        except StoreError:
            return False

    def close(self) -> None:
        self.engine.dispose()


def upgrade(url: str) -> str:
    """Bring the database to the newest form; returns its version.

    Raises:
        StoreError: it cannot be opened or migrated.
    """
    if url.startswith("sqlite:///"):
        _make_file(Path(make_url(url).database or ""))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = _engine(url)
    try:
        with _store_errors(), engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()


def _make_file(path: Path) -> None:
    """For its owner only; SQLite gives its log the same rights."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"the database cannot be made: {error}") from None


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=5, isolation_level="READ COMMITTED")
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours: sqlite3 would start a deferred one
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MILLISECONDS}", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _store_errors() -> Iterator[None]:
    """Turn driver errors into ours, without the statement's parameters (they hold what people wrote)."""
    try:
        yield
    except DBAPIError as error:
        if type(error).__name__ == "IntegrityError":
            raise
        raise StoreError(f"the database failed: {str(error.orig).splitlines()[0][:200]}") from None
