"""The compose file is valid, names only what exists, has no secret of its own, and shows nothing to other machines."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.cli.running import RoleName
from tests.docs.pages import ROOT
from workers.settings import PREFIX, Settings
from workers.wiring import ROLES

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = "\n".join(line.partition(" #")[0] for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
KNOWN = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def environment(service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service.get("environment", {})
    return found


def test_it_follows_the_compose_schema() -> None:
    check = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [check, "--builtin-schema", "vendor.compose-spec", str(FILE)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_variable_has_a_default_and_each_says_what_it_is() -> None:
    used = re.findall(r"(?<!\$)\$(?!\$)(\{[^}]*\}|\w+)", CODE)
    assert used
    assert [each for each in used if not re.fullmatch(r"\{[A-Z_]+:\?[^}]{5,}\}", each)] == []


def test_every_variable_is_documented_in_the_readme() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", CODE))
    passed_on = {name for each in SERVICES.values() for name, value in environment(each).items() if value is None}
    assert required
    assert passed_on
    assert {name for name in required | passed_on if f"`{name}`" not in README} == set()


def test_whatever_is_ours_is_a_setting() -> None:
    named = {name for each in SERVICES.values() for name in environment(each) if name.startswith(PREFIX)}
    assert named <= KNOWN
    assert set(re.findall(r"HOLDFAST_[A-Z_]*[A-Z]", TEXT + DOCKERFILE)) <= KNOWN


def test_no_secret_is_written_down() -> None:
    for name, service in SERVICES.items():
        for variable, value in environment(service).items():
            if re.search(r"PASSWORD|PWD|TOKEN|SECRET", variable):
                assert value is None or str(value).startswith("${"), (name, variable)


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_or_built_here(name: str) -> None:
    image = SERVICES[name]["image"]
    if "build" in SERVICES[name]:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        assert image == f"holdfast:{version}"
    else:
        assert re.search(r":\d+\.\d+", image), image


def test_the_images_we_build_on_are_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", each) for each in bases)


def test_the_server_and_the_tool_that_makes_its_tables_are_of_one_version() -> None:
    server, tool = (SERVICES[name]["image"].partition(":")[2] for name in ("temporal", "temporal-schema"))
    assert server == tool
    assert "auto-setup" not in CODE


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    service = SERVICES[name]
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ()))
    # On the host's network nothing is published by compose: only the desk is there, and it serves loopback alone.
    assert service.get("network_mode") in (None, "host")
    assert (service.get("network_mode") == "host") == (name == "desk")
    if name == "desk":
        assert environment(service)["HOLDFAST_DESK_URL"].startswith("http://127.0.0.1:")


def test_there_is_a_worker_for_each_role() -> None:
    commands = [each["command"] for each in SERVICES.values() if each.get("command", [""])[0] == "worker"]
    assert sorted(commands) == sorted(["worker", "--role", role] for role in ROLES)
    assert {role.value for role in RoleName} >= set(ROLES)


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_a_service_refers_to_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert {each["source"] for each in service.get("configs", ())} <= set(COMPOSE["configs"])
    for volume in service.get("volumes", ()):
        source = re.match(r"\$\{[^}]*\}|[^:]+", volume)[0]  # type: ignore[index]
        is_file = source.startswith(("./", "/"))
        assert source.startswith("${") or source in COMPOSE["volumes"] or (is_file and (ROOT / source).exists())
    if "build" in service:
        assert (ROOT / service["build"] / "Dockerfile").is_file()


def test_only_what_the_wheel_needs_enters_the_image() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert let_in == {each.rstrip("*") for each in packages} | {"LICENSE", "README.md", "pyproject.toml"}
    assert all((ROOT / name).exists() for name in let_in)


def test_it_says_what_it_is_not() -> None:
    for said in ("never been run", "SQLite", "development login", "stand-ins"):
        assert said in TEXT.partition("services:")[0]
