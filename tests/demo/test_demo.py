"""The demo as a person would start it: one command, one JSON object, and nothing left running."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import console

ROOT = Path(console.__file__).parents[1]


async def test_one_command_plays_a_drill_from_slack_to_its_signed_review(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.cli", "demo", "--json", "--fast"),
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(180):
        out, told = await process.communicate()
    story = told.decode()
    assert process.returncode == 0, story
    result = json.loads(out)
    assert result["ok"] is True, story
    assert result["outcome"] == "disclosed"
    assert result["phases"] == ["contain", "investigate", "notify", "review"]
    assert result["decisions"] == 2
    assert result["worker_kills"] == 1
    assert result["interventions"] == 1
    assert result["audit"]["entries"] > 0
    assert result["audit"]["faults"] == 0
    assert result["effects"].keys() == {"platform", "portal", "pager", "mail", "witness", "slack"}
    for name, each in result["effects"].items():
        assert each["applied"] == each["keys"] > 0, name
    report = Path(result["report"])
    assert report.is_relative_to(tmp_path)
    assert f"# Post-incident review of {result['case']}" in await asyncio.to_thread(report.read_text)
    assert "/incident" in story
    assert "drill" in story
    assert f"The timeline of {result['case']}" in story
    assert list(temporary.glob("holdfast-demo-*")) == []
