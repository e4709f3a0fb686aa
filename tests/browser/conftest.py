"""All of Nerveline as `make run` starts it, on ports and in a folder of its own, and Debian's Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.chat_page import SECONDS
from tests.web.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "three quiet herons"
expect.set_options(timeout=SECONDS)  # a busy machine is slow, not wrong


class Clinic:
    """The three processes under their process manager; `link` is the one-time link that the start prints."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Sites that may show the chat: the clinic's own (another origin on the same site), and one that is foreign to the browser.
        self.site, self.far_site = f"http://127.0.0.1:{free_port()}", f"http://localhost:{free_port()}"
        self.folder = folder
        self.log_file = folder / "serve.log"
        self.environment = {
            **os.environ, "NERVELINE_VAR": str(folder / "var"), "NERVELINE_PORT": str(self.port), "NERVELINE_ENGINE_PORT": str(free_port()),
            "NERVELINE_ACTIONS_PORT": str(free_port()), "NERVELINE_LIMIT_MESSAGES": "1000/minute", "NERVELINE_ALLOWED_ORIGINS": f"{self.site},{self.far_site}",
        }  # fmt: skip
        self.process = subprocess.Popen(["./nerveline", "serve"], cwd=ROOT, env=self.environment, stdout=self.log_file.open("wb"), stderr=subprocess.STDOUT)
        self.wait()
        self.link = re.search(r"(http\S+/staff/welcome#\S+)", self.log)[1]

    @property
    def log(self):
        return self.log_file.read_text(encoding="utf-8")

    def wait(self, engine=True, seconds=120):
        """Until messages are kept and, if wanted, answered."""
        for _ in range(seconds * 5):
            try:
                found = httpx.get(f"{self.url}/health/ready").json()
                if found["database"] and (found["engine"] or not engine):
                    return
            except (httpx.HTTPError, ValueError):
                assert self.process.poll() is None, self.log
            time.sleep(0.2)
        raise AssertionError(self.log)

    def pids(self, name, seconds=30):
        """Process ids of web, engine or actions; one that was just killed is given time to come back."""
        words = {"web": "bot.web", "engine": "-m rasa run", "actions": "-m actions"}[name]
        for _ in range(seconds * 5):
            listed = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()
            found = [int(line.split()[0]) for line in listed if words in line and int(line.split()[1]) == self.process.pid]
            if found:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{name} is not running")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="session")
def clinic(tmp_path_factory):
    running = Clinic(tmp_path_factory.mktemp("clinic"))
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def browser():
    path = shutil.which("chromium")
    if path is None:
        message = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("NERVELINE_CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A phone-sized page; errors of its scripts fail the test."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    errors = []
    context.on("weberror", lambda error: errors.append(error.error))
    yield context.new_page()
    context.close()
    assert not errors
