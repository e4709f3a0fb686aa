"""A PostgreSQL server of the tests' own, from Debian's packages, in a temporary folder, on a socket only."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional


def programs() -> Optional[Path]:
    """The folder with initdb and pg_ctl; None when PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def server(bin: Path) -> Iterator[str]:
    """Start a server; gives its URL. It refuses to run as root, so root hands it to the user 'postgres'."""
    with tempfile.TemporaryDirectory(prefix="nerveline-pg-") as folder:
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if as_owner:
            subprocess.run(["chown", "postgres", folder], check=True)
        data = f"{folder}/data"
        run = lambda *command: subprocess.run([*as_owner, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: E731
        run(str(bin / "initdb"), "-D", data, "-A", "trust", "-U", "nerveline", "-E", "UTF8")
        run(str(bin / "pg_ctl"), "-D", data, "-w", "-o", f"-c listen_addresses='' -k {folder}", "-l", f"{folder}/log", "start")
        try:
            yield f"postgresql+psycopg://nerveline@/postgres?host={folder}"
        finally:
            run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
