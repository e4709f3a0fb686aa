"""Settings: every wrong value stops the start with its name."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


def load(tmp_path, **changes):
    return Settings.load({"NERVELINE_VAR": str(tmp_path), **{f"NERVELINE_{name}": value for name, value in changes.items()}})


def test_the_defaults_work_and_make_a_secret_that_stays(tmp_path):
    settings = load(tmp_path)
    assert settings.port == 8080 and settings.database_url == f"sqlite:///{tmp_path}/nerveline.db"
    assert len(settings.internal_secret) >= 32 and settings.internal_secret == load(tmp_path).internal_secret
    assert (tmp_path / "internal.secret").stat().st_mode & 0o077 == 0


def test_port_as_other_hosts_call_it(tmp_path):
    assert Settings.load({"NERVELINE_VAR": str(tmp_path), "PORT": "9000"}).public_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("name, value", [("PORT", "0"), ("PORT", "http"), ("DATABASE_URL", "mysql://x"), ("ALLOWED_ORIGINS", "*"), ("PUBLIC_URL", "clinic.example"), ("TRUSTED_PROXIES", "-1"), ("LIMIT_MESSAGES", "a lot")])
def test_a_wrong_value_names_its_setting(tmp_path, name, value):
    with pytest.raises(SettingsError, match=f"NERVELINE_{name}"):
        load(tmp_path, **{name: value})


def test_a_settings_file_names_its_bad_line(tmp_path):
    (tmp_path / "my.env").write_text("NERVELINE_PORT=9001\nNERVELINE_PROT=1\n")
    with pytest.raises(SettingsError, match=r"my\.env:2"):
        Settings.load({"NERVELINE_VAR": str(tmp_path), "NERVELINE_SETTINGS": str(tmp_path / "my.env")})
