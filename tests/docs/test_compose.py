"""The compose file is valid, names only what exists, confines what it runs, and shows nothing to other machines."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from console.cli.health import healthy
from console.cli.operating import Install
from console.cli.running import RoleName
from console.docs import commands
from tests.docs.compose import (
    CODE,
    COMPOSE,
    FILE,
    KEYS,
    OURS,
    SECRETS,
    SERVICES,
    TEXT,
    environment,
    files_in,
    reach,
    secrets,
    sources,
)
from tests.docs.pages import ROOT
from workers.needs import AUDITOR, DESK, Needs, needs_of
from workers.settings import PREFIX, Settings
from workers.settings import SECRETS as SETTINGS_SECRETS
from workers.wiring import ROLES

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
KNOWN = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
NEEDS: dict[str, Needs] = {"desk": DESK, "auditor": AUDITOR, **{f"worker-{role}": needs_of(role) for role in ROLES}}
JOBS = {"temporal-schema", "setup", "operator"}
# Made elsewhere at the same time as this file; a set that is not empty must not be released.
COMING: set[str] = set()


def test_it_follows_the_compose_schema() -> None:
    check = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [check, "--builtin-schema", "vendor.compose-spec", str(FILE)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


# -- values and secrets -------------------------------------------------------------------------------------


def test_no_variable_has_a_default_and_each_says_what_it_is() -> None:
    used = re.findall(r"(?<!\$)\$(?!\$)(\{[^}]*\}|\w+)", CODE)
    assert used
    assert [each for each in used if not re.fullmatch(r"\{[A-Z_]+:\?[^}]{5,}\}", each)] == []


def test_the_example_names_each_variable_once_says_how_to_make_it_and_gives_no_value() -> None:
    required = set(re.findall(r"\$\{([A-Z_]+):\?", CODE))
    optional = {name for each in OURS.values() for name, value in environment(each).items() if value is None}
    lines = [line for line in EXAMPLE.splitlines() if re.match(r"(# )?[A-Z_]+=", line)]
    assert sorted(lines) == sorted([*(f"{name}=" for name in required), *(f"# {name}=" for name in optional)])
    for line in lines[: len(required)]:
        assert re.search(rf"^#.*\n(?:[A-Z_]+=\n)*{line}$", EXAMPLE, re.MULTILINE), line


def test_each_secret_is_a_file_that_the_example_and_the_documents_explain() -> None:
    for name, secret in COMPOSE["secrets"].items():
        variable, file = re.fullmatch(r"\$\{(SECRETS_DIR|KEYS_DIR):\?[^}]+\}/([\w.]+)", secret["file"]).groups()  # type: ignore[union-attr]
        assert file in (EXAMPLE if variable == "SECRETS_DIR" else OPERATIONS), name
        assert (file == name) == (variable == "SECRETS_DIR")
    used = {name for each in SERVICES.values() for name in secrets(each)}
    assert used == set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_down_or_passed_in_the_environment(name: str) -> None:
    for variable, value in environment(SERVICES[name]).items():
        if re.search(r"PASSWORD|PWD|TOKEN|SECRET|API_KEY", variable):
            assert str(value).startswith("/run/secrets/"), variable
    assert not re.search(r"://[^/@\s]*:[^/@\s]*@", yaml.safe_dump(SERVICES[name]))


@pytest.mark.parametrize("name", NEEDS)
def test_each_process_is_given_the_secrets_and_keys_that_it_needs_and_no_other(name: str) -> None:
    service, needs = SERVICES[name], NEEDS[name]
    assert SECRETS == SETTINGS_SECRETS
    assert files_in(service, SECRETS) == {f"holdfast_{each}" for each in needs.secrets}
    assert files_in(service, KEYS) == needs.keys
    assert environment(service)["HOLDFAST_KEYS"] == KEYS
    assert not any("KEYS_DIR" in each for each in sources(service))


def test_only_the_operator_sees_every_key_and_never_runs_by_itself() -> None:
    assert [name for name, each in SERVICES.items() if any("KEYS_DIR" in source for source in sources(each))] == [
        "operator"
    ]
    operator = SERVICES["operator"]
    assert (operator["profiles"], operator["restart"]) == (["operator"], "no")
    assert [name for name, each in SERVICES.items() if "desk_key" in secrets(each)] == ["desk"]


# -- what is named exists -----------------------------------------------------------------------------------


def test_whatever_is_ours_is_a_setting() -> None:
    named = {name for each in SERVICES.values() for name in environment(each) if name.startswith(PREFIX)}
    of_files = {name.upper() for name in COMPOSE["secrets"] if name.startswith("holdfast_") and name[9:12] != "db_"}
    assert named | of_files <= KNOWN | COMING
    assert set(re.findall(r"HOLDFAST_[A-Z_]*[A-Z]", TEXT + DOCKERFILE + EXAMPLE)) <= KNOWN | COMING


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_program(name: str) -> None:
    known = {command.partition(" ")[0] for command, _ in commands()} | {"--help"}
    command = OURS[name]["command"]
    assert command[0] in known | COMING
    options = [word for word in command[1:] if word.startswith("--")]
    text = (ROOT / "docs" / "commands.md").read_text().partition(f"## holdfast {command[0]}\n")[2].partition("\n## ")[0]
    assert [each for each in options if f"`{each} " not in text] == []
    if name == "setup":
        assert {command[at + 1] for at, word in enumerate(command) if word == "--only"} <= {
            each.value for each in Install
        }


def test_there_is_a_worker_for_each_role_and_each_is_asked_for_its_health() -> None:
    assert {name for name in SERVICES if name.startswith("worker-")} == {f"worker-{role}" for role in ROLES}
    assert {role.value for role in RoleName} >= set(ROLES)
    for role in ROLES:
        assert SERVICES[f"worker-{role}"]["command"] == ["worker", "--role", role]
        assert SERVICES[f"worker-{role}"]["healthcheck"]["test"] == ["CMD", "holdfast", healthy.__name__, role]


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_a_service_refers_to_is_there(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert {each["source"] for each in service.get("configs", ())} <= set(COMPOSE["configs"])
    assert set(secrets(service)) <= set(COMPOSE["secrets"])
    assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
    assert [each for each in sources(service) if each[0] != "$" and each not in COMPOSE["volumes"]] == []
    if "build" in service:
        assert (ROOT / service["build"] / "Dockerfile").is_file()


def test_nothing_is_declared_that_nobody_uses() -> None:
    def used(key: str) -> set[str]:
        return {each for service in SERVICES.values() for each in service.get(key, ())}

    assert set(COMPOSE["networks"]) == used("networks")
    assert set(COMPOSE["volumes"]) == {
        each for service in SERVICES.values() for each in sources(service) if each[0] != "$"
    }
    configs = {each["source"] for service in SERVICES.values() for each in service.get("configs", ())}
    assert set(COMPOSE["configs"]) == configs
    for config in COMPOSE["configs"].values():
        if "file" in config:
            assert yaml.safe_load((ROOT / config["file"]).read_text())


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_is_waited_for_can_become_ready(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert other in JOBS


# -- images -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_or_built_here(name: str) -> None:
    image = SERVICES[name]["image"]
    if "build" in SERVICES[name]:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        assert image == f"holdfast:{version}"
    else:
        assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", image), image


def test_the_images_we_build_on_are_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", each) for each in bases)


def test_the_server_and_the_tool_that_makes_its_tables_are_of_one_version() -> None:
    server, tool = (SERVICES[name]["image"].partition(":")[2] for name in ("temporal", "temporal-schema"))
    assert server == tool
    assert "auto-setup" not in CODE
    assert ":latest" not in CODE


def test_only_what_the_wheel_needs_enters_the_image() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert let_in == {each.rstrip("*") for each in packages} | {"LICENSE", "README.md", "pyproject.toml"}
    assert all((ROOT / name).exists() for name in let_in)
    assert ".env" in (ROOT / ".gitignore").read_text().split()


# -- confinement --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    service = SERVICES[name]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port)) for port in service.get("ports", ()))
    # On the host's network compose publishes nothing; the desk serves loopback alone, the operator nothing.
    assert (service.get("network_mode") == "host") == (name in ("desk", "operator"))
    assert ("network_mode" in service) != ("networks" in service)
    if name == "desk":
        assert environment(service)["HOLDFAST_DESK_URL"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined_limited_and_bounded_in_its_logs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] == (name != "temporal-ui")  # says why in its place
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert service["restart"] == {"operator": "no", "setup": "on-failure:6", "temporal-schema": "on-failure:6"}.get(
        name, "unless-stopped"
    )
    # temporal-ui's image names its own user; the collector's has no shell, the auditor calls its switch itself.
    assert name == "temporal-ui" or re.fullmatch(r"[1-9]\d+:[1-9]\d+", service["user"])
    assert ("healthcheck" in service) == (name not in JOBS | {"collector", "auditor"})


def test_who_reaches_whom() -> None:
    databases = {"temporal", "temporal-schema", "setup", "worker-sop", "worker-disclosure", "auditor"}
    assert reach("postgresql") == databases
    networks = {name: set(each.get("networks", ())) for name, each in SERVICES.items()}
    # Temporal's database and ours are one server, and no role has both of its users.
    assert {name for name, each in networks.items() if "temporal-db" in each} == {
        "postgresql", "temporal", "temporal-schema",
    }  # fmt: skip
    assert {name for name in SERVICES if "temporal_db_password" in secrets(SERVICES[name])} == {
        "postgresql", "temporal", "temporal-schema",
    }  # fmt: skip
    ways_out = {name for name, each in COMPOSE["networks"].items() if not each.get("internal")}
    for name in ("worker-sop", "setup", "temporal-schema"):
        assert not networks[name] & ways_out
    for name in ("worker-enforcement", "worker-disclosure", "worker-comms", "auditor"):
        (out,) = networks[name] & ways_out
        assert [other for other, each in networks.items() if out in each] == [name]
        bridge = COMPOSE["networks"][out]["driver_opts"]["com.docker.network.bridge.name"]
        assert len(bridge) < 16  # what the kernel allows
        assert bridge in OPERATIONS
    # What is only there to publish a port has one member, and is no way out.
    for out in {each for each in ways_out if each.startswith("host-")}:
        assert len([name for name, each in networks.items() if out in each]) == 1
        options = COMPOSE["networks"][out]["driver_opts"]
        assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"
    assert {name for name in SERVICES if environment(SERVICES[name]).get("HOLDFAST_PORTAL_URL")} == {
        "worker-disclosure"
    }


def test_the_directories_that_volumes_are_mounted_on_belong_to_our_user_in_the_image() -> None:
    mounted = {
        path.split(":")[1].removeprefix("/var/lib/holdfast")
        for service in OURS.values()
        for path in service.get("volumes", ())
        if path.split(":")[0] in COMPOSE["volumes"]
    }
    (made,) = re.findall(r'for each in "" (.*); do install -d -o holdfast', DOCKERFILE)
    assert mounted | {"/log"} == set(made.split())
    assert "USER 10001:10001" in DOCKERFILE


def test_it_says_what_it_is_not() -> None:
    head = TEXT.partition("services:")[0]
    for said in ("What was not run", "development login", "stand-ins", "digests could not be looked up"):
        assert said in head
