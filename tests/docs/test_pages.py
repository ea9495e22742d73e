"""What the pages claim is so: links lead somewhere, commands exist, excerpts are those of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.docs import commands
from tests.docs.pages import ROOT, anchors, blocks, documents, prose, shown
from workers.settings import PREFIX, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OF_ELSEWHERE = ("http://", "https://")


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_relative_link_leads_to_a_page_and_its_heading(path: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(path.read_text(encoding="utf-8"))):
        if target.startswith(_OF_ELSEWHERE):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        there = found.exists() and found.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(found.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_file_that_a_page_names_is_in_the_repository(path: Path) -> None:
    names = re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:md|py|yml|yaml|toml))`", prose(path.read_text(encoding="utf-8")))
    made_by_people = {"holdfast.toml", "request.yaml", "rota.yaml", "rota.changes.yaml", "workflows/sops/<slug>.py"}
    places = (path.parent, ROOT, ROOT / "docs")
    assert {name for name in names if not any((place / name).exists() for place in places)} <= made_by_people


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_no_page_names_a_place_on_somebodys_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert re.findall(r"(?<![\w.])/(?:home|root|Users|work|tmp|mnt|opt)/\S*", text) == []


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_setting_that_a_page_names_exists(path: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {"HOLDFAST_AS", "HOLDFAST_ZONE"}
    named = set(re.findall(r"HOLDFAST_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_command_that_a_page_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = {name for name, _ in commands()}
    heads = {name.partition(" ")[0] for name in known}
    said = [*re.findall(r"`holdfast ([a-z][^`]*)`", prose(text)), *_shell(text, "holdfast")]
    for words in said:
        first, _, second = words.partition(" ")
        assert first in heads, words
        assert first in known or f"{first} {second.partition(' ')[0]}" in known, words
        allowed = set(re.findall(r"--[a-z-]+", _section(f"{first} {second}", known)))
        assert set(re.findall(r"--[a-z-]+", words)) <= allowed, words


@pytest.mark.parametrize("path", documents(), ids=shown)
def test_every_make_target_that_a_page_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    said = {*re.findall(r"`make ([a-z]+)`", prose(text)), *(each.split()[0] for each in _shell(text, "make"))}
    assert said <= targets


def test_the_readme_shows_the_three_commands_that_matter() -> None:
    assert {each.split()[0] for each in _shell(README, "make")} >= {"demo", "up", "test"}


def test_the_readmes_excerpts_are_lines_of_the_procedure_in_their_order() -> None:
    workflows = ROOT / "workflows"
    files = (workflows / "parts" / "releasing.py", workflows / "sops" / "emergency_data_request.py")
    excerpts = list(blocks(README, "python"))
    assert len(excerpts) == len(files)
    for excerpt, file in zip(excerpts, files, strict=True):
        rest = iter(file.read_text().splitlines())
        missing = [line for line in excerpt.splitlines() if line not in rest]
        assert missing == []


def test_the_readme_shows_what_the_demo_printed() -> None:
    assert README.count("What it came to") == 1


def test_decisions_are_numbered_without_gaps_have_their_three_parts_and_are_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], page.name
        assert f"[{title}]({page.name})" in index


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def _shell(text: str, program: str) -> Iterator[str]:
    """What follows a program in the shell blocks of a page, without comments and redirections."""
    for block in blocks(text, "sh"):
        for line in block.splitlines():
            words = re.split(r"\s+[#>]", line.strip())[0].split()
            if words and words[0].rpartition("/")[2] == program:
                yield " ".join(words[1:])


def _section(words: str, known: set[str]) -> str:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    name = next(each for each in sorted(known, key=len, reverse=True) if f"{words} ".startswith(f"{each} "))
    return text.partition(f"\n## holdfast {name}\n")[2].partition("\n## ")[0]
