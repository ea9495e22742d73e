"""The compose file as its tests read it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.docs.pages import ROOT

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if "build" in each}
CODE = "\n".join(line.partition(" #")[0] for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
KEYS, SECRETS = "/run/holdfast/keys", "/run/secrets"


def environment(service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service.get("environment", {})
    return found


def secrets(service: dict[str, Any]) -> dict[str, str]:
    """The names of a service's secrets, with the path of each in the container."""
    found = {}
    for each in service.get("secrets", ()):
        short = isinstance(each, str)
        name = each if short else each["source"]
        found[name] = f"{SECRETS}/{name}" if short else each["target"]
    return found


def files_in(service: dict[str, Any], folder: str) -> set[str]:
    """The names of the secrets that lie in one folder of the container."""
    return {path.rpartition("/")[2] for path in secrets(service).values() if path.rpartition("/")[0] == folder}


def sources(service: dict[str, Any]) -> list[str]:
    """What is mounted: the names of volumes, variables, or paths."""
    return [re.match(r"\$\{[^}]*\}|[^:]+", each)[0] for each in service.get("volumes", ())]  # type: ignore[index]


def reach(name: str) -> set[str]:
    """The services that share a network with this one."""
    mine = set(SERVICES[name].get("networks", ()))
    return {other for other, each in SERVICES.items() if other != name and mine & set(each.get("networks", ()))}
