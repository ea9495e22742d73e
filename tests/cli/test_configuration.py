"""A deployment that is set up wrongly says so in one sentence, and one that is set up well shows itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations.simulator import hash_list
from tests.cli.shell import Shell

SECRET = "SYNTHETIC-SECRET"


def tree(root: Path) -> dict[str, bytes]:
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


COMMANDS = [("config", "show"), ("list", "--as", "les-ada"), ("setup",), ("worker", "--role", "sop"), ("desk",)]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
async def test_broken_toml_is_one_sentence(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.file("holdfast.toml", f'platform_token = "{SECRET}\n')
    said = await shell.refused(2, *arguments)
    assert "holdfast.toml is not valid TOML" in said
    assert SECRET not in said
    assert list(tree(shell.directory)) == ["holdfast.toml"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_SMTP_PORT", SECRET),
        ("HOLDFAST_DESK_URL", "ftp://desk.example.org"),
        ("HOLDFAST_TEMPORAL_ADDRESS", "nowhere"),
        ("HOLDFAST_LOG_LEVEL", SECRET),
    ],
)
async def test_a_broken_variable_is_named_and_never_its_value(shell: Shell, name: str, value: str) -> None:
    shell.settings[name] = value
    said = await shell.refused(2, "config", "show")
    assert name in said
    assert SECRET not in said
    assert tree(shell.directory) == {}


async def test_an_address_without_a_possible_port_is_a_broken_setting(shell: Shell) -> None:
    shell.settings["HOLDFAST_DESK_URL"] = "http://127.0.0.1:99999"
    for arguments in (("list", "--as", "les-ada"), ("audit", "verify"), ("desk",)):
        assert "HOLDFAST_DESK_URL" in await shell.refused(2, *arguments)


async def test_a_setting_that_is_none_is_named(shell: Shell) -> None:
    shell.file("holdfast.toml", "colour = 1\n")
    assert "HOLDFAST_COLOUR is not a setting" in await shell.refused(2, "config", "show")


async def test_setup_makes_what_is_missing_and_touches_nothing_that_exists(shell: Shell) -> None:
    shell.settings["HOLDFAST_TEMPORAL_ADDRESS"] = "127.0.0.1:9"
    first = await shell.ok("setup", "-o", "json")
    assert {each["result"] for each in first.data if each["what"].startswith("key ")} == {"made"}
    home = shell.directory / "home"
    made = tree(home)
    assert {path.stat().st_mode & 0o077 for path in (home, *(home / "keys").iterdir())} >= {0}
    assert (home / "keys" / "desk.ed25519").stat().st_mode & 0o777 == 0o600
    again = await shell.ok("setup")
    assert "made" not in [line[1] for line in again.lines if line[0].startswith("key ")]
    assert tree(home) == made


async def test_setup_does_not_put_the_example_where_a_directory_was_promised(shell: Shell) -> None:
    shell.settings["HOLDFAST_DIRECTORY_FILE"] = str(shell.directory / "our-people.yaml")
    assert "HOLDFAST_DIRECTORY_FILE" in await shell.refused(2, "setup")
    assert tree(shell.directory) == {}


async def test_a_home_that_cannot_be_written_is_one_sentence(shell: Shell) -> None:
    shell.file("home", "a file where a directory should be")
    assert "HOLDFAST_HOME" in await shell.refused(2, "setup")


@pytest.mark.parametrize("name", ["codec.json", "store.json", "outside.key", "desk.ed25519", "checkpoint.ed25519"])
async def test_a_key_that_others_can_read_fails_the_check_up_and_says_what_to_do(shell: Shell, name: str) -> None:
    shell.settings["HOLDFAST_TEMPORAL_ADDRESS"] = "127.0.0.1:9"
    await shell.ok("setup")
    (shell.directory / "home" / "keys" / name).chmod(0o644)
    found = await shell.run("doctor", "-o", "json")
    line = next(each for each in found.data if each["about"] == f"key {name}")
    assert (found.status, line["grade"]) == (1, "fail")
    assert "chmod 600" in line["sentence"]


async def test_a_worker_refuses_keys_that_others_can_read(shell: Shell) -> None:
    shell.settings["HOLDFAST_TEMPORAL_ADDRESS"] = "127.0.0.1:9"
    await shell.ok("setup")
    (shell.directory / "home" / "keys" / "store.json").chmod(0o644)
    said = await shell.refused(2, "worker", "--role", "sop")
    assert "store.json must be readable by its owner only" in said


async def test_the_check_up_of_nothing_fails_and_changes_nothing(shell: Shell) -> None:
    shell.settings["HOLDFAST_TEMPORAL_ADDRESS"] = "127.0.0.1:9"
    found = await shell.run("doctor", "-o", "json")
    grades = {each["about"]: each["grade"] for each in found.data}
    assert found.status == 1
    assert (grades["python"], grades["packages"], grades["procedures"]) == ("ok", "ok", "ok")
    assert {grades[about] for about in ("home", "key codec.json", "directory", "temporal", "desk", "platform")} == {
        "fail"
    }
    assert tree(shell.directory) == {}


async def test_the_check_up_survives_settings_that_cannot_be_read(shell: Shell) -> None:
    shell.settings["HOLDFAST_SMTP_PORT"] = "zero"
    found = await shell.run("doctor")
    assert found.status == 1
    assert found.lines[-1][:2] == ["fail", "settings"]


async def test_settings_are_shown_with_their_source_and_without_secrets(shell: Shell) -> None:
    shell.file("holdfast.toml", f'platform_token = "{SECRET}"\nsmtp_port = 2525\nnamespace = "from-toml"\n')
    shell.file(".env", "HOLDFAST_NAMESPACE=from-dotenv\nHOLDFAST_SMTP_HOST=mail.example.org\n")
    shell.settings["HOLDFAST_SMTP_HOST"] = "relay.example.org"
    shell.settings["HOLDFAST_STORE_URL"] = f"postgresql://holdfast:{SECRET}@db.example.org/holdfast"
    shell.settings["HOLDFAST_PAGER_URL"] = f"https://pager.example.org/hook?token={SECRET}"
    found = await shell.ok("config", "show")
    shown = {line[0]: (line[1], line[2]) for line in found.lines}
    assert SECRET not in found.out
    assert shown["HOLDFAST_PLATFORM_TOKEN"] == ("********", "holdfast.toml")
    assert shown["HOLDFAST_NAMESPACE"] == ("from-dotenv", ".env")
    assert shown["HOLDFAST_SMTP_HOST"] == ("relay.example.org", "environment")
    assert shown["HOLDFAST_SMTP_PORT"] == ("2525", "holdfast.toml")
    assert shown["HOLDFAST_SMTP_PORT"][1] != shown["HOLDFAST_LOG_LEVEL"][1] == "default"


async def test_audit_without_desk_and_store_makes_no_store(shell: Shell) -> None:
    assert "no store" in await shell.refused(5, "audit", "verify")
    assert tree(shell.directory) == {}


async def test_the_details_of_an_unexpected_failure_go_to_a_file_for_its_owner(shell: Shell) -> None:
    broken = shell.directory / "console_fault"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import console.cli.files as files\n"
        "def broken(*_, **__): raise ZeroDivisionError('synthetic')\n"
        "files.read_bytes = broken\n"
    )
    environment = shell.environment()
    shell.settings["PYTHONPATH"] = f"{broken}:{environment['PYTHONPATH']}"
    said = await shell.refused(1, "declare", "edr", "--file", "x", "--as", "les-ada")
    log = shell.directory / "home" / "log" / "cli.log"
    assert str(log) in said
    assert "[fault]" in said
    assert "ZeroDivisionError" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


async def test_the_check_up_says_whether_attachments_can_be_examined(shell: Shell) -> None:
    async def said() -> tuple[str, str]:
        found = await shell.run("doctor", "-o", "json")
        line = next(each for each in found.data if each["about"] == "attachments")
        return line["grade"], line["sentence"]

    grade, sentence = await said()
    assert grade == "warn"
    assert "HOLDFAST_HASH_LIST" in sentence
    shell.settings["HOLDFAST_HASH_LIST"] = str(shell.directory / "known")
    shell.settings["HOLDFAST_HASH_LIST_NAME"] = hash_list.NAME
    assert (await said())[0] == "fail", "a list that is promised and not there"
    hash_list.write(shell.directory / "known")
    assert await said() == ("ok", f"'{hash_list.NAME}' knows 4 hashes")
