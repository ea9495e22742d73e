"""Every setting with its value and where that came from; secrets stay hidden."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr

from workers.settings import PREFIX, TOML_FILE, Settings, secrets_folder

_HIDDEN = "********"
# A password inside an address: //user:password@host, and ?password=…
_USERINFO = re.compile(r"//[^/@\s]+@")
_QUERY = re.compile(r"(?i)([?&][^=&]*(?:pass|token|secret|key)[^=&]*=)[^&\s]+")


def lines(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(variable, value, source, meaning) of each setting, in the order of their declaration."""
    sources = _sources()
    return [
        (
            f"{PREFIX}{name.upper()}",
            shown(getattr(settings, name)),
            sources.get(name, "default"),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def shown(value: Any) -> str:
    """A value as it may be printed: secrets and passwords in addresses hidden, absent ones a dash."""
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return _HIDDEN if value.get_secret_value() else "(empty)"
    return _QUERY.sub(rf"\1{_HIDDEN}", _USERINFO.sub(f"//{_HIDDEN}@", str(value)))


def _sources() -> dict[str, str]:
    """The first source of each setting, in the settings' own order: environment, `.env`, secrets, the TOML file."""
    found: dict[str, str] = {}
    toml, secrets = Path(TOML_FILE), secrets_folder()
    for names, source in (
        (_unprefixed(os.environ), "environment"),
        (_unprefixed(dotenv_values(".env", encoding="utf-8")) if Path(".env").is_file() else [], ".env"),
        (_unprefixed(each.name for each in secrets.iterdir()) if secrets.is_dir() else [], "secrets"),
        (list(tomllib.loads(toml.read_text("utf-8"))) if toml.is_file() else [], TOML_FILE),
    ):
        for name in names:
            found.setdefault(name, source)
    return found


def _unprefixed(variables: Any) -> list[str]:
    return [name[len(PREFIX) :].lower() for name in variables if name.upper().startswith(PREFIX)]
