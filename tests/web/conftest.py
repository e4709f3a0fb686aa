"""A real web server in a process of its own, with its own folder, without engine and actions."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://clinic.example"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def content_of(folder, **facts):
    """A copy of the content, of a clinic with these facts."""
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("nlu"))
    path = folder / "data" / "clinic.yml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({"clinic": {**written["clinic"], **facts}}), encoding="utf-8")
    return str(folder / "data")


class Server:
    """One web process; `log` is all that it printed."""

    def __init__(self, var, **settings):
        self.port, self.var = free_port(), var
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = var / "web.log"
        self._environment = {
            **os.environ, "PYTHONPATH": str(ROOT), "NERVELINE_VAR": str(var), "NERVELINE_PORT": str(self.port), "NERVELINE_ENGINE_PORT": str(free_port()),
            "NERVELINE_PUBLIC_URL": self.url, "NERVELINE_ALLOWED_ORIGINS": SITE, **{f"NERVELINE_{name}": value for name, value in settings.items()},
        }  # fmt: skip
        self.start()

    def start(self):
        self._process = subprocess.Popen([sys.executable, "-m", "bot.web"], cwd=ROOT, env=self._environment, stdout=self.log_file.open("ab"), stderr=subprocess.STDOUT)
        for _ in range(200):
            try:
                return httpx.get(f"{self.url}/health/live").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError(self.log)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self):
        self._process.terminate()
        return self._process.wait(timeout=15)

    @property
    def log(self):
        return self.log_file.read_text(encoding="utf-8")

    @property
    def secret(self):
        return (self.var / "internal.secret").read_text().strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("web"), LIMIT_MESSAGES="1000/minute", LIMIT_CONVERSATIONS="1000/minute", LIMIT_SIGN_IN="8/minute")
    yield server
    server.kill()


@pytest.fixture
def new_server(tmp_path):
    started = []

    def make(**settings):
        started.append(Server(tmp_path, **settings))
        return started[-1]

    yield make
    for server in started:
        server.kill()
