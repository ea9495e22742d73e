"""Every way to go wrong: one sentence, the right exit status, no traceback, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import SENTENCES, Code
from tests.cli.shell import Ended, Shell

CASE = "EDR-00000-00000"
ANSWERS = """
account: acct-synthetic-001
requester_email: desk.sergeant@police.northfield.example.org
category: missing-person
country: NO
narrative: "SYNTHETIC: a walker has not come home."
"""


def files(shell: Shell) -> set[Path]:
    return {each for each in shell.directory.rglob("*") if each.is_file()}


USAGE = [
    ("nosuch",),
    ("decide",),
    ("decide", CASE, "release"),
    ("decide", CASE, "release", "--approve", "--deny", "fraud"),
    ("decide", CASE, "release", "--ask", "why?"),
    ("decide", CASE, "release", "--ask", "why?", "--of", "wizard"),
    ("done", CASE, "call-back", "--set", "answer"),
    ("done", CASE, "call-back", "--set", "a=b", "--cannot", "declined"),
    ("done", CASE, "call-back", "--record", "not-there.txt"),
    ("intervene", CASE, "deliver"),
    ("intervene", CASE, "deliver", "--by-hand", "result.yaml"),
    ("intervene", CASE, "deliver", "--retry", "--skip", "not-needed"),
    ("amend", CASE),
    ("amend", CASE, "--set", "category=nonsense"),
    ("note", CASE, "   "),
    ("stand-down", CASE, "--reason", "false-alarm"),
    ("declare", "edr"),
    ("declare", "edr", "--file", "not-there.yaml"),
    ("declare", "edr", "--file", ".", "--drill-factor", "0.5"),
    ("list", "-o", "xml"),
    ("worker", "--role", "wizard"),
    ("audit",),
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    arguments: tuple[str, ...], here: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = here(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.endswith("[invalid]\n")
    assert ended.err.count("\n") == 1
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("broken.yaml", "account: [", "line 1: not readable"),
        ("twice.yaml", "account: a\naccount: b\n", "line 2: a key that stands there twice"),
        ("list.yaml", "- account\n", "not a mapping"),
        ("empty.yaml", "", "not a mapping"),
        ("bad.json", '{"account": ', "not readable"),
        ("python.yaml", "account: !!python/object/apply:os.system [true]\n", "not readable"),
        ("control.yaml", "account: '\x00'\n", "not readable"),
        ("less.yaml", "account: acct-synthetic-001\n", "requester_email is required"),
        ("more.yaml", ANSWERS + "colour: red\n", "colour is not a field here"),
        ("wrong.yaml", ANSWERS.replace("missing-person", "SECRET-TEXT"), "category must be one of"),
    ],
)
def test_a_malformed_file_is_refused_by_the_place_of_its_mistake(
    name: str, text: str, says: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    ended = here("declare", "edr", "--file", str(path))
    assert ended.status == 2
    assert says in ended.err
    assert ended.err.count("\n") == 1
    assert "SECRET-TEXT" not in ended.err
    assert list(tmp_path.rglob("*")) == [path]


async def test_a_file_of_bytes_or_of_a_megabyte_is_refused(shell: Shell) -> None:
    shell.person = "les-ada"
    for data in (b"\xff\xfe\x00account", b"a" * (1 << 20) + b"a"):
        assert "[invalid]" in await shell.refused(2, "declare", "edr", "--file", "-", stdin=data)


async def test_nobody_named_is_usage_and_says_how(shell: Shell) -> None:
    assert "--as PERSON" in await shell.refused(2, "list")


async def test_an_unknown_procedure_is_not_found(shell: Shell) -> None:
    assert SENTENCES[Code.UNKNOWN_PROCEDURE] in await shell.refused(3, "sop", "nosuch")
    assert "unknown-procedure" in await shell.refused(3, "declare", "nosuch", "--file", "-", "--as", "les-ada")


def test_what_cannot_be_a_case_is_not_found(here: Callable[..., Ended]) -> None:
    for case in ("nonsense", "EDR-1", "../../etc", "EDR-00000-00000/other"):
        ended = here("show", case)
        assert ended.status == 3
        assert SENTENCES[Code.UNKNOWN_CASE] in ended.err


async def test_as_is_denied_for_a_desk_elsewhere(shell: Shell) -> None:
    shell.settings["HOLDFAST_DESK_URL"] = "https://desk.example.org"
    assert "[not-allowed]" in await shell.refused(4, "list", "--as", "les-ada")


async def test_a_missing_desk_is_unreachable_and_says_what_to_start(shell: Shell) -> None:
    shell.person = "les-ada"
    path = shell.file("case.yaml", ANSWERS)
    for arguments in (("list",), ("show", CASE), ("declare", "edr", "--file", path), ("own", CASE)):
        assert "holdfast up" in await shell.refused(5, *arguments)
    assert files(shell) == {Path(path)}


async def test_errors_are_json_for_a_program(shell: Shell) -> None:
    for arguments in (("list", "-o", "json"), ("-o", "json", "list"), ("list", "--output=json")):
        ended = await shell.run(*arguments)
        assert ended.error["code"] == "invalid"
        assert ended.error["sentence"]
    unparsed = await shell.run("nosuch", "-o", "json")
    assert (unparsed.status, unparsed.error["code"]) == (2, "invalid")


async def test_a_command_line_that_is_not_text_is_refused(shell: Shell) -> None:
    shell.person = "les-ada"
    assert "UTF-8" in await shell.refused(2, "note", CASE, "\udcff")
    assert "[unknown-person]" in await shell.refused(4, "list", "--as", "les-ådå")
    assert "[unknown-person]" in await shell.refused(4, "list", "--as", "les\nada")
