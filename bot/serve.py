"""`./nerveline serve`: web, engine and actions together, each started again when it dies (by supervisord)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from bot.answers.catalogue import Catalogue
from bot.errors import NervelineError
from bot.security.accounts import first_invite
from bot.security.sealing import Sealer
from bot.settings import ROOT, Settings
from bot.store.database import Database

PROGRAM = """
[program:{name}]
command={command}
directory={root}
autorestart=true
startretries=1000000
startsecs=5
stopwaitsecs=10
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes={log_bytes}
"""
TERMINAL = ("/dev/fd/1", "0")
SUPERVISOR = """
[supervisord]
nodaemon=true
logfile={log}
logfile_maxbytes=1MB
logfile_backups=1
pidfile={pid}
loglevel=warn
{user}
"""


def serve() -> int:
    """Check what can be checked, then become supervisord.

    Raises:
        NervelineError: a setting, the content, the model, the database or a port is not as it must be.
    """
    settings = Settings.load()
    model = settings.models / "nerveline.tar.gz"
    if not model.exists():
        raise NervelineError("there is no trained model: run ./nerveline train")
    Catalogue.load(settings.data)
    Sealer.load(settings.var / "keys.json")
    for name, port in (("web", settings.port), ("engine", settings.engine_port), ("actions", settings.actions_port)):
        check_port(name, settings.host if name == "web" else "127.0.0.1", port)
    database = Database.open(settings.database_url)
    link = first_invite(database, settings.public_url)
    database.close()
    print(f"Nerveline is starting at {settings.public_url}/ (staff: {settings.public_url}/staff/). Ctrl-C stops it.", flush=True)
    print(f"The assistant answers as soon as its model is loaded, in about half a minute. Its log and that of the actions: {settings.var / 'log'}", flush=True)
    if link:
        print(f"Open this link once, within 24 hours, to make the first account:\n{link}", flush=True)
    configuration = settings.var / "supervisord.conf"
    configuration.write_text(supervisor_configuration(settings, model), encoding="utf-8")
    os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(configuration)])


def check_port(name: str, host: str, port: int) -> None:
    """Raises:
    NervelineError: something else listens there.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NervelineError(f"port {port} for {name} cannot be used ({error.strerror}): stop what uses it, or set NERVELINE_{'' if name == 'web' else name.upper() + '_'}PORT") from None


def supervisor_configuration(settings: Settings, model: Path) -> str:
    """The text of supervisord's configuration for these settings."""
    engine_python = environment("engine") / "bin" / "python"
    commands = {
        "web": f"{sys.executable} -m bot.web",
        "actions": f"{engine_python} -W ignore -m actions",
        "engine": f"{engine_python} -W ignore -m rasa run --quiet --model {model} --interface 127.0.0.1 --port {settings.engine_port} "
        f"--endpoints {endpoints(settings)} --credentials {ROOT / 'credentials.yml'}",
    }
    logs = settings.var / "log"
    logs.mkdir(exist_ok=True)
    user = "user=root" if os.geteuid() == 0 else ""  # supervisord wants to be told that root is meant
    text = SUPERVISOR.format(log=logs / "supervisord.log", pid=settings.var / "supervisord.pid", user=user)
    for name, command in commands.items():
        # Rasa's libraries warn at every start, so only web speaks on the terminal.
        log, log_bytes = TERMINAL if name == "web" else (logs / f"{name}.log", "5MB")
        text += PROGRAM.format(name=name, command=command, root=ROOT, log=log, log_bytes=log_bytes)
    return text.replace("%", "%%")  # supervisord reads % as the start of a variable


def endpoints(settings: Settings) -> Path:
    """The endpoints file for these ports: the checkout's own, or a copy with another address of the action server."""
    own = ROOT / "endpoints.yml"
    if settings.actions_port == 5055:
        return own
    changed = settings.var / "endpoints.yml"
    changed.write_text(own.read_text(encoding="utf-8").replace("http://localhost:5055", settings.actions_url).replace("http://127.0.0.1:5055", settings.actions_url), encoding="utf-8")
    return changed


def environment(name: str) -> Path:
    """The folder of one of the two environments."""
    found = subprocess.run([str(ROOT / "scripts" / "environments"), "path", name], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip())
