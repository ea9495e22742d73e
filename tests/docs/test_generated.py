"""What is drawn from the code is what the code gives today, and leaves nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from console import docs
from domain.effects import Effect
from domain.errors import SENTENCES, Code
from domain.gates import Family
from domain.state import Phase
from tests.docs.pages import ROOT
from workers.catalogue import load_catalogue
from workers.settings import PREFIX, Settings


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_generated_pages_are_what_the_code_gives() -> None:
    assert docs.stale() == [], "run `python -m console.docs`"


def test_the_check_is_a_command_that_succeeds_when_nothing_is_stale() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "console.docs", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stdout + run.stderr


def test_an_edited_a_missing_and_a_left_over_page_are_named(tmp_path: Path) -> None:
    assert docs.write(tmp_path) == sorted(docs.pages())
    assert docs.stale(tmp_path) == []
    edited, gone = tmp_path / "settings.md", tmp_path / "procedures" / "gone.md"
    edited.write_text(edited.read_text() + "by hand\n")
    gone.write_text("a procedure that was removed\n")
    (tmp_path / "errors.md").unlink()
    assert docs.stale(tmp_path) == ["errors.md", "procedures/gone.md", "settings.md"]
    docs.write(tmp_path)
    assert not gone.exists()
    assert docs.stale(tmp_path) == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    row = next(line for line in page("settings.md").splitlines() if line.startswith(f"| `{PREFIX}{name.upper()}` |"))
    assert field.description
    assert field.description in row
    assert ("**Secret.**" in row) == ("SecretStr" in str(field.annotation))


@pytest.mark.parametrize("code", Code)
def test_every_error_is_documented_with_its_sentence(code: Code) -> None:
    rows = [line for line in page("errors.md").splitlines() if line.startswith(f"| `{code.value}` |")]
    assert len(rows) == 1
    assert SENTENCES[code] in rows[0]


def test_every_command_is_documented_with_its_options() -> None:
    text = page("commands.md")
    found = dict(docs.commands())
    assert len(found) > 20
    for name, callback in found.items():
        section = text.partition(f"\n## holdfast {name}\n")[2].partition("\n## ")[0]
        assert (callback.__doc__ or "?").split("\n")[0] in section, name
    assert "`--only ITEM,ITEM`" in text
    assert "sop|enforcement|disclosure|comms" in text


def test_the_documented_commands_are_those_of_the_program() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "console.cli", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    ).stdout
    listed = set(re.findall(r"^[│ ]+([a-z][a-z-]+)  ", help_text, re.MULTILINE))
    assert {name.partition(" ")[0] for name, _ in docs.commands()} == listed


@pytest.mark.parametrize("slug", load_catalogue().procedures)
def test_every_procedure_has_its_document(slug: str) -> None:
    procedure = load_catalogue().procedures[slug]
    text = page(f"procedures/{slug}.md")
    assert f"# {procedure.title}" in text
    for gate in procedure.gates:
        assert f"`{gate.name}`, family **{gate.family.value}**" in text


@pytest.mark.parametrize("word", [*Family, *Effect, *Phase])
def test_every_family_effect_and_phase_is_explained(word: Family | Effect | Phase) -> None:
    text = page("concepts.md")
    assert f"`{word.value}`" in text or word is Phase.DECLARED or f" {word.value}" in text
