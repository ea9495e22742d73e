"""The pages show exactly what will leave, and what is pressed there counts once, as what it says."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from domain.acts import Amend, Approve
from domain.people import Role
from domain.state import Status
from domain.timeline import Kind
from integrations.simulator.faults import Fault
from tests.desk.conftest import Browser
from tests.world import Case, World


def field(text: str, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, f"no field {name}"
    return found[1]


def bound(text: str) -> dict[str, str]:
    """What every form of a card carries."""
    return {name: field(text, name) for name in ("key", "nonce", "digest", "id")}


async def release_of(world: World, **answers: Any) -> tuple[Case, str]:
    case = await world.declare(**answers)
    await case.verified()
    return case, (await case.open("release")).key


async def test_the_decision_page_shows_everything_that_would_leave_and_why(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    gate = (await case.state()).gates[key]
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
    assert gate.card.items
    for item in gate.card.items:
        assert f'<span class="name">{item.label}</span>' in page
        assert f">{item.tier}</span>" in page
    for words in (
        f"Release these {len(gate.card.items)} items to Northfield Police Department (synthetic)",
        "edr@police.northfield.example.org",
        "18 USC 2702(c)(4)",
        "good-faith belief",
        "unconfirmed",
        "confirmed</strong> <span>on call back",
        "Ada Example",
        "Dara Example",
        "missing person",
        "nothing leaves",
        gate.card.digest[:16],
        "can be opened once",
    ):
        assert words in page, words
    assert "<script" not in page


async def test_a_form_posted_twice_counts_once(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        for _ in range(2):
            receipt = await fay.post(f"/decide/{case.id}", do="approve", **bound(page))
            assert receipt.status_code == 200
            assert "You approved everything that the card showed." in receipt.text
            assert "waiting for legal counsel or duty manager" in receipt.text
    await case.noted(Kind.DECISION)
    said = [each for each in await case.timeline() if each.kind is Kind.DECISION]
    assert len(said) == 1
    assert len((await case.state()).gates[key].votes) == 1


async def test_a_changed_mind_on_the_same_form_is_not_taken_for_a_double_click(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        await fay.post(f"/decide/{case.id}", do="approve", **bound(page))
        receipt = await fay.post(f"/decide/{case.id}", do="deny", code="unverified", **bound(page))
    assert "You said no." in receipt.text
    assert (await case.state()).gates[key].status is Status.DENIED


async def test_a_form_posted_again_after_everything_was_decided_still_shows_the_receipt(
    world: World, desk_url: str
) -> None:
    case, key = await release_of(world)
    await case.act(Role.LEGAL, "release", Approve())
    async with Browser(desk_url, "dut-hana") as hana:
        page = (await hana.see(f"/decide/{case.id}", key=key)).text
        for _ in range(2):
            receipt = await hana.post(f"/decide/{case.id}", do="approve", **bound(page))
            assert "Every seat is filled." in receipt.text
        assert "Closed: approved" in (await hana.see(f"/decide/{case.id}", key=key)).text


async def test_a_card_that_changed_is_refused_and_shown_anew_with_what_changed(world: World, desk_url: str) -> None:
    case, key = await release_of(world, data_wanted=["email", "phone", "name"])
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        await case.act(Role.LE_SPECIALIST, "", Amend(facts={"data_wanted": ("email", "phone")}))
        stale = await fay.post(
            f"/decide/{case.id}",
            do="approve",
            seen=["email", "phone", "name"],
            **{"seen-recipient": "agency-northfield"},
            **bound(page),
        )
        assert stale.status_code == 409
        assert "The card changed" in stale.text
        assert "No longer on the card: name." in stale.text
        assert not (await case.state()).gates[key].votes
        again = await fay.post(f"/decide/{case.id}", do="approve", **bound(stale.text))
    assert "Recorded" in again.text


async def test_less_is_released_where_less_is_ticked(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        nothing = await fay.post(f"/decide/{case.id}", do="less", **bound(page))
        assert nothing.status_code == 422
        receipt = await fay.post(f"/decide/{case.id}", do="less", item=["email", "phone"], **bound(nothing.text))
        assert "Only: email, phone." in receipt.text
        mine = (await fay.see(f"/decide/{case.id}", key=key)).text
        assert "What will leave: 2 items" in mine
        await fay.post(f"/decide/{case.id}", do="withdraw", **bound(mine))
    gate = (await case.state()).gates[key]
    assert not gate.votes
    assert len(gate.card.items) > 2


async def test_a_question_is_kept_in_the_vault_and_shown_to_whoever_decides(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    asked = {"question": "SYNTHETIC: is the <number> theirs?", "of": "law-enforcement-specialist", "minutes": "15"}
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        receipt = await fay.post(f"/decide/{case.id}", do="ask", **asked, **bound(page))
        assert "Your question was sent." in receipt.text
    async with Browser(desk_url, "dut-hana") as hana:
        page = (await hana.see(f"/decide/{case.id}", key=key)).text
    assert "SYNTHETIC: is the &lt;number&gt; theirs?" in page
    assert "answer wanted within 15 min" in page
    assert (await case.state()).gates[key].open


async def test_a_refusal_shows_its_letter_word_for_word(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        without = await fay.post(f"/decide/{case.id}", do="deny", **bound(page))
        assert without.status_code == 422
        await fay.post(f"/decide/{case.id}", do="deny", code="not-an-emergency", **bound(without.text))
        refuse = (await case.open("refuse")).key
        page = (await fay.see(f"/decide/{case.id}", key=refuse)).text
    assert "What will be sent, word for word" in page
    assert "does not meet the conditions of an emergency disclosure" in page
    assert f"Reference: {case.id}" in page
    assert "Send the refusal to Northfield Police Department (synthetic)" in page


async def test_who_verified_sees_the_card_and_why_they_cannot_decide(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "les-ada") as ada:
        page = (await ada.see(f"/decide/{case.id}", key=key)).text
        assert "You took part in this case in a way that excludes you here" in page
        assert 'value="approve"' not in page
        home = (await ada.see("/")).text
        assert home.index("Waiting for others") < home.index(case.id)
        refused = await ada.post(f"/decide/{case.id}", do="approve", key=key, id="x", nonce="", digest="")
        assert refused.status_code == 403
    assert not (await case.state()).gates[key].votes


async def test_a_task_without_its_record_keeps_what_was_typed(world: World, desk_url: str) -> None:
    case = await world.declare()
    key = (await case.open("call-back")).key
    async with Browser(desk_url, "les-ada") as ada:
        page = (await ada.see(f"/decide/{case.id}", key=key)).text
        for words in ("Say", "Never say", "Write down", "+1-202-555-0143", "Whether an account exists."):
            assert words in page
        answer = {"f-answer": "confirmed", "f-pressed": "no"}
        without = await ada.post(f"/decide/{case.id}", do="done", **answer, **bound(page))
        assert without.status_code == 422
        assert re.search(r'value="confirmed" required checked', without.text)
        form = {**answer, **bound(without.text), "artefact": "SYNTHETIC: the duty officer answered."}
        for _ in range(2):
            done = await ada.post(f"/decide/{case.id}", do="done", **form)
            assert "The work is recorded as done." in done.text
    task = (await case.state()).tasks[key]
    assert (task.result, task.doer) == ({"answer": "confirmed", "pressed": False}, "les-ada")


async def test_a_failed_step_is_done_by_hand_by_two_people_on_the_form_of_its_result(
    world: World, desk_url: str
) -> None:
    account = world.fresh_account()
    path = f"/v1/accounts/{account}/preserve"
    world.sims.platform.faults.add(Fault(match=path, kind="status", value=409))
    case = await world.declare(account=account)
    key = (await case.open("snapshot_account")).key
    hand = {
        "f-receipt_id": "by-hand-1",
        "f-account": "SYNTHETIC: where the copy lies",
        "f-sha256": "0" * 64,
        "f-items": "3",
        "f-taken_at": "2026-01-31T06:42:00Z",
        "artefact": "SYNTHETIC: who copied it, and where",
    }
    async with Browser(desk_url, "eng-nia") as nia, Browser(desk_url, "dut-hana") as hana:
        page = (await nia.see(f"/decide/{case.id}", key=key)).text
        assert "Go on without it" not in page
        wrong = await nia.post(f"/decide/{case.id}", do="by-hand", **{**hand, "f-items": "many"}, **bound(page))
        assert wrong.status_code == 422
        assert "items" in wrong.text
        one = await nia.post(f"/decide/{case.id}", do="by-hand", **hand, **bound(wrong.text))
        assert "A second person must choose the same" in one.text
        page = (await hana.see(f"/decide/{case.id}", key=key)).text
        assert "Nia Example chose" in page
        assert "by-hand-1" in page
        shown = bound(page)
        other = await hana.post(f"/decide/{case.id}", do="confirm", choice="f" * 64, **shown)
        assert other.status_code == 409
        two = await hana.post(f"/decide/{case.id}", do="confirm", choice=field(page, "choice"), **shown)
        assert "Closed: by hand" in two.text
    assert (await case.state()).interventions[key].status is Status.BY_HAND


async def test_a_case_is_taken_and_noted_from_its_page(world: World, desk_url: str) -> None:
    case = await world.declare()
    async with Browser(desk_url, "esc-dara") as dara:
        page = (await dara.see(f"/cases/{case.id}")).text
        after = await dara.post(f"/decide/{case.id}", do="take", id=field(page, "id"))
        assert "Dara Example" in after.text
        await dara.post(f"/decide/{case.id}", do="note", note="SYNTHETIC note", id=field(after.text, "id"))
        await case.noted(Kind.NOTE)
        timeline = (await dara.see(f"/cases/{case.id}/timeline")).text
        link = re.search(r'href="(/cases/[^"]*document[^"]*)"[^>]*>Open the reason', timeline)
        assert link is not None
        assert "SYNTHETIC note" in (await dara.see(link[1].replace("&amp;", "&"))).text


async def test_a_drill_says_so_on_every_page(world: World, desk_url: str) -> None:
    case = await world.declare(drill=True)
    key = (await case.open("call-back")).key
    async with Browser(desk_url, "les-ada") as ada:
        for path in (f"/cases/{case.id}", f"/decide/{case.id}?key={key}"):
            assert "nothing reaches a real authority" in (await ada.http.get(path)).text


async def test_a_case_shows_its_clocks_in_the_readers_own_time_and_in_utc(world: World, desk_url: str) -> None:
    case = await world.declare()
    state = await case.until(lambda state: len(state.clocks) == 2 and not state.pending)
    due = state.clocks["clock/US-EDR-DECIDE/1"].target_at
    assert due is not None
    async with Browser(desk_url, "esc-dara") as dara:
        page = (await dara.see(f"/cases/{case.id}")).text
        home = (await dara.see("/")).text
    there = due.astimezone(ZoneInfo("America/Los_Angeles"))
    assert f"{due:%H:%M:%S} UTC ({there:%H:%M:%S} {there:%Z})" in page.replace(f"{there:%d %b} ", "")
    for words in ("US-EDR-DECIDE", "our own target", "unconfirmed", "Decide on an emergency request"):
        assert words in page
    assert "Next clock" in home


async def test_who_has_seen_a_card_says_so_and_it_stays_open_for_everybody(world: World, desk_url: str) -> None:
    case, key = await release_of(world)
    async with Browser(desk_url, "leg-fay") as fay:
        page = (await fay.see(f"/decide/{case.id}", key=key)).text
        seen = await fay.post(f"/decide/{case.id}", do="seen", **bound(page))
        assert "Seen by leg-fay." in seen.text
        assert 'value="seen"' not in seen.text
        assert 'value="approve"' in seen.text
    gate = (await case.state()).gates[key]
    assert (gate.acknowledged, gate.open, gate.votes) == (("leg-fay",), True, ())
