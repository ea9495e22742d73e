"""The review on the desk's pages: what waits on whom, its report in every form, and presses that land in it."""

from __future__ import annotations

from domain.acts import Approve
from domain.people import Role
from domain.rows import read_rows
from domain.standing import standing
from domain.timeline import Kind
from tests.desk.conftest import Browser
from tests.desk.test_pages import bound, field
from tests.flows.reviews import choose, closed_case, held, now
from tests.world import World


async def test_a_review_is_held_on_its_pages_and_its_report_read_there(world: World, desk_url: str) -> None:
    case = await world.declare()
    async with Browser(desk_url, "esc-dara") as dara:
        page = (await dara.see(f"/cases/{case.id}")).text
        pressed = await dara.post(
            f"/decide/{case.id}", id=field(page, "id"), do="report", code="consequence:regulator-inquiry"
        )
    assert pressed.status_code == 200
    await case.noted(Kind.CONSEQUENCE, "regulator-inquiry")
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.REVIEW, "started")
    review = case.review
    await choose(review)
    seat = await review.open("facilitate")
    async with Browser(desk_url, "pol-otto") as otto:
        await otto.post(
            f"/decide/{review.id}", **bound((await otto.see(f"/decide/{review.id}", key=seat.key)).text), do="done"
        )
        meeting = await review.open("collect-actions")
        form = (await otto.see(f"/decide/{review.id}", key=meeting.key)).text
        assert 'name="f-actions-2-owner"' in form
        filled = {
            "f-actions-1-kind": "fix-a-tool",
            "f-actions-1-owner": "engineer",
            "f-actions-1-due_days": "14",
            "f-actions-1-text": "SYNTHETIC: page the second person sooner",
            "f-factors": "tooling",
            "artefact": "SYNTHETIC minutes",
        }
        wrong = await otto.post(
            f"/decide/{review.id}", **bound(form), **{**filled, "f-actions-1-due_days": "0"}, do="done"
        )
        assert "due_days must be at least 1" in wrong.text
        kept = await otto.post(f"/decide/{review.id}", **bound(wrong.text), **filled, do="done")
        assert "The work is recorded as done" in kept.text
        task = await review.open("action-1-engineer")
        shown = (await otto.see(f"/cases/{review.id}")).text
        for words in ("regulator", "fix a tool", "engineer", "Actions owned by", "version=1", ">PDF</a>"):
            assert words in shown, words
        for form_of, begins in (("html", b"<!doctype html>"), ("pdf", b"%PDF-"), ("md", b"# Post-incident review")):
            answer = await otto.see(f"/reports/{review.id}", form=form_of)
            assert answer.content.startswith(begins)
            assert "script-src" not in answer.headers["content-security-policy"]
        assert "sha256-" in (await otto.see(f"/reports/{case.id}")).headers["content-security-policy"]
        assert (await otto.see(f"/reports/{review.id}", version="9")).status_code != 200
    rows = read_rows((await review.state()).tasks[meeting.key].result["actions"])
    assert rows is not None
    assert str(rows[0]["text"]).startswith("action:")
    async with Browser(desk_url, "eng-nia") as nia:
        asked = (await nia.see(f"/decide/{review.id}", key=task.key)).text
        later = (standing(await review.state()).actions[0].due).date().replace(day=28).isoformat()
        await nia.post(f"/decide/{review.id}", **bound(asked), do="move", to=later, code="vendor-is-late")
    moved = (await now(review)).actions[0]
    assert moved.asked_for is None or moved.asked_for.date().isoformat() == later


async def test_nobody_but_the_wellbeing_lead_finds_the_care_of_people(world: World, desk_url: str) -> None:
    case = await closed_case(world, grave=True)
    await choose(case.review)
    await held(case.review)
    async with Browser(desk_url, "dut-hana") as hana, Browser(desk_url, "wel-quin") as quin:
        assert (await hana.see(f"/cases/{case.id}/wellbeing")).status_code == 404
        assert f"{case.id}/wellbeing" not in (await hana.see("/")).text
        page = await quin.see(f"/cases/{case.id}/wellbeing")
        assert "Offer a talk" in page.text
        assert (await quin.see(f"/cases/{case.id}")).status_code == 404
