"""Drills as a person would start them: one command, real processes, a score, and nothing left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.drilling.scenarios import SCENARIOS
from tests.cli.shell import Ended, Shell

EDR = "emergency_data_request"


async def drilled(shell: Shell, scenario: str, *more: str) -> Ended:
    temporary = shell.directory / "tmp"
    temporary.mkdir()
    shell.settings["TMPDIR"] = str(temporary)
    ended = await shell.run("drill", EDR, "--scenario", scenario, *more, within=170)
    assert ended.status == 0, ended.out + ended.err
    assert list(temporary.glob("holdfast-drill-*")) == []
    return ended


@pytest.mark.soak
async def test_a_forged_request_is_found_out_reported_and_scored(shell: Shell) -> None:
    ended = await drilled(shell, "forged", "--json", "--seed", "7")
    found = ended.data
    assert (found["ok"], found["drill"], found["outcome"], found["verdict"]) == (True, True, "fraud", "met")
    assert found["points"] == found["of"] > 0
    assert (found["procedure"], found["scenario"], found["seed"]) == (EDR, "forged", 7)
    clocks = {each["words"]: each for each in found["lines"] if each["about"] == "clock"}
    assert [each["target"] for each in clocks.values()] == [5.0, 30.0]
    assert all(0 < each["minutes"] <= each["target"] for each in clocks.values())
    told = next(each for each in found["lines"] if each["words"].startswith("Those whose name was used"))
    assert told["met"] is True
    assert f"DRILL {found['case']}" in ended.err
    assert "Ada Example done: Call the agency back" in ended.err
    assert not (shell.directory / "home").exists(), "nothing of this deployment was touched"


@pytest.mark.soak
@pytest.mark.parametrize("scenario", [each.name for each in SCENARIOS[EDR] if each.name != "forged"])
async def test_every_other_scenario_is_met_from_end_to_end(shell: Shell, scenario: str) -> None:
    ended = await drilled(shell, scenario)
    assert "All was met." in ended.out
    assert "NOT met" not in ended.out


def test_the_same_seed_is_the_same_pace_and_no_seed_makes_anybody_late() -> None:
    for each in SCENARIOS[EDR]:
        assert each.pace(3) == each.pace(3) != each.pace(4)
        for seed in range(200):
            pace = each.pace(seed)
            asked = pace["ask-supervisor"] if each.name == "pressured" else 0.0
            assert pace["owner"] < 5, "somebody has it in hand"
            assert max(pace["call-back"], pace["read-papers"], pace["ask-supervisor"]) < 10, "or it is given up"
            assert pace["call-back"] + asked + pace[""] < 30, "it is decided"


def test_every_scenario_has_a_name_of_its_own_and_says_how_it_goes() -> None:
    for scenarios in SCENARIOS.values():
        assert len({each.name for each in scenarios}) == len(scenarios)
        assert all(each.title and each.steps for each in scenarios)


def test_a_score_is_told_in_plain_lines_where_nobody_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from console.drilling.drill import DrillResult
    from console.drilling.telling import Telling
    from domain.drills import About, Line

    lines = (
        Line(about=About.CLOCK, words="Decide", met=False, minutes=31.0, target=30.0, why="late"),
        Line(about=About.STEP, words="Call back", met=True, minutes=8.0),
    )
    result = DrillResult(
        case="EDR-7K3QX-9VD42", procedure=EDR, scenario="genuine", seed=1, drill=True, outcome="disclosed",
        verdict="late", points=2, of=7, ok=False, lines=lines,
    )  # fmt: skip
    Telling(to_stderr=False).score(result)
    said = capsys.readouterr().out
    assert "  NOT met  31.0 of 30  Decide  late\n" in said
    assert "  met  8.0  Call back\n" in said
    assert "2 of 7 points. All was done, but not in time." in said
    assert "\x1b" not in said
