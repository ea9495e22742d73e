"""The review from a terminal: how it stands, its report, its actions, and reports by one command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.acts import Done
from domain.timeline import Kind
from tests.cli.shell import Ended, Shell
from tests.flows.reviews import choose, decided_case
from tests.world import World

AtDesk = Callable[[str], Shell]


def test_what_may_be_reported_is_a_list_of_codes(here: Callable[..., Ended]) -> None:
    assert "step-left-out" in here("report-deviation", "EDR-00000-00000", "list").out
    refused = here("report-tool-fault", "EDR-00000-00000", "mood")
    assert (refused.status, "button-did-nothing" in refused.err) == (2, True)
    assert here("review", "EDR-00000-00000", "--format", "docx").status == 2


async def test_a_review_is_held_from_a_terminal(world: World, at_desk: AtDesk, tmp_path: Path) -> None:
    case = await decided_case(world)
    await at_desk("esc-dara").ok("report-consequence", case.id, "staff-harm")
    await case.noted(Kind.CONSEQUENCE)
    await choose(case.review)
    await case.followed_up()
    await case.result()
    otto = at_desk("pol-otto")
    await case.review.act("pol-otto", "facilitate", Done())
    await case.review.open("collect-actions")
    minutes = otto.file("minutes.txt", "SYNTHETIC minutes")
    row = "{owner: engineer, kind: fix-a-tool, due_days: 7, text: 'SYNTHETIC: page sooner'}"
    await otto.ok("done", case.review.id, "collect-actions", "--set", f"actions={row}", "--record", minutes)
    await case.review.open("action-1")
    shown = {line[0]: line[1] for line in (await otto.ok("review", case.id)).lines}
    assert (shown["kind"], shown["depth"], shown["triggers"]) == ("ordinary", "full", "staff-harm")
    assert shown["action review/action-1-engineer/1"].startswith("fix-a-tool, engineer, due ")
    target = tmp_path / "report.pdf"
    await otto.ok("review", case.id, "--to", str(target))
    assert target.read_bytes().startswith(b"%PDF-")
