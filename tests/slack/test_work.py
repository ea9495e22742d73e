"""Work of a review is done in a form of Slack's, with the authority and the refusals of the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from domain.acts import Done
from domain.errors import SENTENCES, Code
from domain.evidence import ref_of
from domain.outside import Summons
from domain.people import Directory, Role
from domain.policy import FieldKind, FormField
from domain.rows import read_rows
from domain.state import Status
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.inputs import UserCannot
from integrations.simulator.slack.model import View
from integrations.slack.cards import FILL, OPEN
from integrations.slack.room import SlackRoom
from integrations.slack.words import room_name
from integrations.slack.work import MOST_ROWS, rows_shown, work_form
from tests.flows.reviews import choose, decided_case
from tests.slack.conftest import INCIDENTS, Played, everything_said, running_app
from tests.slack.fake_desk import CASE, waiting
from tests.slack.test_forms import _settled
from tests.world import Case, World

OTTO, WORDS, MINUTES = "U0POL01", "SYNTHETIC: page the second person sooner", "SYNTHETIC minutes of the review"


@dataclass
class Held:
    """The real desk's app, and a review that is about to be held."""

    slack: SlackSimulator
    review: Case

    async def modal(self, person: str = OTTO) -> View:
        await self.slack.until(lambda: _settled(self.slack.modal(person)))
        shown = self.slack.modal(person)
        assert shown is not None
        return shown

    async def from_home(self, person: str = OTTO) -> View:
        """The first work of this review that the Home tab offers."""
        await self.slack.open_home(person)
        await self.slack.until(lambda: self.review.id in str(self.slack.home(person)))
        home = self.slack.home(person)
        assert home is not None
        values = [each["accessory"] for each in home.content["blocks"] if each.get("accessory", {}).get("value")]
        mine = [each for each in values if str(each["value"]).startswith(f"{self.review.id}|")]
        assert mine
        # The tab of these tests shows other tests' reviews too: ours is brought to the front.
        home.content["blocks"] = [each for each in home.content["blocks"] if each.get("accessory") in mine]
        assert (await self.slack.click_view(person, home.id, FILL)).ok
        return await self.modal(person)


@pytest.fixture
async def held(world: World, slack: SlackSimulator) -> AsyncIterator[Held]:
    case = await decided_case(world, grave=True)
    async with running_app(slack, world.desk, dict(world.catalogue.procedures)):
        yield Held(slack, case.review)


async def test_a_review_is_held_from_the_home_tab_and_its_room(
    held: Held, room: SlackRoom, directory: Directory
) -> None:
    slack, review = held.slack, held.review

    # Whether counsel directs it is a choice of codes, and made here; until then no words are taken.
    chosen = await review.open("choose-privilege")
    view = await _from_room(held, room, directory, "U0LEG01", chosen.key, chosen.digest)
    assert (await slack.submit("U0LEG01", view.id, {"kind": "ordinary"})).response_action == "update"
    assert "Recorded" in str(slack.modal("U0LEG01"))

    # The facilitator's seat has no field; a command opens its form as well.
    await review.open("facilitate")
    assert (await slack.command(OTTO, INCIDENTS, "/incident", f"task {review.id} facilitate done")).ok
    assert (await slack.submit(OTTO, (await held.modal()).id, {})).response_action == "update"

    # The meeting, from the Home tab: what is wrong is said at its field, and nothing is recorded.
    meeting = await review.open("collect-actions")
    view = await held.from_home()
    filled = {
        "factors": ["tooling"],
        "actions-2-kind": "fix-a-tool",
        "actions-2-owner": "engineer",
        "actions-2-due_days": "14",
        "actions-2-text": WORDS,
        "artefact": MINUTES,
    }
    wrong = await slack.submit(OTTO, view.id, {**filled, "actions-2-due_days": "0"})
    assert list(wrong.errors) == ["actions-2-due_days"]
    assert "at least 1" in wrong.errors["actions-2-due_days"]
    sent = await slack.submit(OTTO, view.id, filled)
    assert sent.response_action == "update", sent.errors
    await slack.outbox.send("interactive", sent.sent)  # Slack may deliver it again
    task = (await review.state()).tasks[meeting.key]
    assert (task.status, task.doer, task.result["factors"]) == (Status.DONE, "pol-otto", ("tooling",))
    [row] = read_rows(task.result["actions"]) or []
    assert (row["owner"], row["due_days"]) == ("engineer", 14)
    ref = ref_of(str(row["text"]))
    assert ref is not None
    assert await held.review.world.desk.document("pol-otto", review.id, ref) == WORDS.encode()
    await review.open("action-1-engineer")
    for words in (WORDS, MINUTES):
        assert words not in everything_said(slack).replace(str(slack.modal(OTTO)), "")


async def _from_room(held: Held, room: SlackRoom, directory: Directory, who: str, key: str, digest: str) -> View:
    people = tuple(each for each in directory.people if each.slack == who)
    called = Summons(
        case=held.review.id,
        subject=key,
        kind="task",
        title="SYNTHETIC",
        rung=1,
        severity=1,
        people=people,
        digest=digest,
    )
    await room.summon(called, key=key)
    name = room_name(held.review.id)
    assert (await held.slack.click(who, name, held.slack.messages(name)[-1].ts, FILL)).ok
    return await held.modal(who)


async def test_the_desks_refusals_are_the_forms(held: Held, room: SlackRoom, directory: Directory) -> None:
    slack, review = held.slack, held.review
    chosen = await review.open("choose-privilege")
    view = await _from_room(held, room, directory, OTTO, chosen.key, chosen.digest)
    assert SENTENCES[Code.NOT_SEATED] in str(view.content["blocks"])
    assert not view.content.get("submit")
    mine = await _from_room(held, room, directory, "U0LEG01", chosen.key, chosen.digest)
    with pytest.raises(UserCannot):
        await slack.submit("U0LEG01", mine.id, {})  # a required field

    # Counsel directs it: codes may be chosen here, words are written at the desk.
    await choose(review, "counsel-directed")
    late = await slack.submit("U0LEG01", mine.id, {"kind": "ordinary"})
    assert SENTENCES[Code.NOT_OPEN] in str(late.errors)
    await review.act(await review.world.someone(Role.POLICY), "facilitate", Done())
    meeting = await review.open("collect-actions")
    view = await _from_room(held, room, directory, OTTO, meeting.key, meeting.digest)
    assert "counsel directs this review" in str(view.content["blocks"])
    assert f"/decide/{review.id}" in str(view.content["blocks"])
    assert not view.content.get("submit")


async def test_work_of_a_case_itself_is_not_offered_in_slack(
    app: Played, room: SlackRoom, directory: Directory
) -> None:
    app.desk.waits.append(waiting("task", "investigate/call-back/1"))
    await app.slack.open_home("U0ESC01")
    await app.slack.until(lambda: app.slack.home("U0ESC01"))
    assert FILL not in str(app.slack.home("U0ESC01"))
    people = tuple(each for each in directory.people if each.slack == "U0ESC01")
    called = Summons(
        case=CASE, subject="investigate/call-back/1", kind="task", title="SYNTHETIC", rung=1, severity=0, people=people
    )
    await room.summon(called, key="k")
    card = app.slack.messages(room_name(CASE))[-1]
    assert FILL not in str(card.blocks)
    assert OPEN in str(card.blocks)


def test_a_form_of_any_size_fits_into_a_modal() -> None:
    columns = tuple(FormField(name=f"c{n}", label="c") for n in range(30))
    rows = FormField(name="r", label="r", kind=FieldKind.ROWS, columns=columns)
    assert 1 <= rows_shown(rows, 1) < MOST_ROWS
    shown = waiting("task", "review/x/1", form=[rows.model_dump(mode="json")], artefact=True)
    assert len(work_form(shown.model_copy(update={"case": f"{CASE}/review"})).blocks) <= 100
