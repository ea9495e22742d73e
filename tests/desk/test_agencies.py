"""The list of agencies at the desk: who may edit it, what the old contact hears, and that a case takes what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.agencies import AgencyDesk
from domain.acts import Cannot, Done
from domain.agencies import COOLING_OFF, SETTLED, Change, Source, SourceKind
from domain.agency_desk import Confirm, Notify, Propose
from domain.errors import Code, HoldfastError
from domain.people import Agency, Role
from integrations.directory.file import DirectoryFile
from integrations.simulator.faults import Fault
from integrations.temporal.server import EmbeddedServer
from tests.desk.conftest import Browser, served, web_over
from tests.keeping import keeping
from tests.procedures import verifying
from tests.world import EXAMPLE_DIRECTORY, Case, Simulators, World, open_world

REGISTER = Source(kind=SourceKind.REGISTER, name="SYNTHETIC register of forces")
SITE = Source(kind=SourceKind.GOVERNMENT_SITE, name="SYNTHETIC government site")
NEW = Agency(
    id="agency-ridge",
    name="Ridge Police (synthetic)",
    country="US",
    domains=("police.ridge.example.org",),
    call_back="+1-202-555-0170",
    mailbox="edr@police.ridge.example.org",
)
OFFICER = "desk.sergeant@police.ridge.example.org"


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, simulators: Simulators) -> AsyncIterator[World]:
    """A deployment of its own, with a directory that can be edited: here the list begins."""
    folder = tmp_path_factory.mktemp("agencies")
    directory = folder / "directory.yaml"
    directory.write_text(EXAMPLE_DIRECTORY.read_text())
    async with (
        EmbeddedServer(folder / "temporal", time_skipping=True) as server,
        open_world(folder / "home", server, simulators, extra=[verifying]) as world,
    ):
        world.settings = world.settings.model_copy(update={"directory_file": directory})
        await keeping(world).begin()
        yield world


@pytest.fixture
def list_of(place: World) -> AgencyDesk:
    return keeping(place)


async def why(work: Any) -> Code:
    with pytest.raises(HoldfastError) as refused:
        await work
    return refused.value.code


def added(number: int, **more: Any) -> Propose:
    """A proposal of an agency that no other test uses."""
    domain = f"police.place-{number}.example.org"
    entry = {"id": f"agency-place-{number}", "domains": (domain,), "mailbox": f"edr@{domain}", **more}
    return Propose(change=Change.ADD, agency=NEW.model_copy(update=entry), source=REGISTER)


async def in_the_list(desk: AgencyDesk, agency: str) -> Any:
    found = await desk.agencies("les-ada")
    return next((each for each in found.agencies if each.listed.agency.id == agency), None)


async def test_the_directorys_file_is_the_first_revision_and_is_read_no_more(place: World, list_of: AgencyDesk) -> None:
    [first, *_] = await list_of.history("les-ada", "agency-northfield")
    assert (first.number, first.edit.kind, first.who) == (1, "seeded", "")
    path = place.settings.directory_path
    content = yaml.safe_load(path.read_text())
    content["agencies"][0]["call_back"] = "+1-202-555-0100"  # one person, with an editor
    path.write_text(yaml.safe_dump(content))
    line = await in_the_list(list_of, "agency-northfield")
    assert line.listed.agency.call_back == "+1-202-555-0143"
    [ours] = [each for each in (await place.ports.directory.current()).agencies if each.id == "agency-northfield"]
    assert ours.call_back == "+1-202-555-0143"


async def test_two_people_add_an_agency_and_nobody_alone(list_of: AgencyDesk) -> None:
    done = await list_of.propose("les-ada", added(1))
    assert await in_the_list(list_of, "agency-place-1") is None
    said = Confirm(id=done.id, seen=done.digest, source=SITE)
    assert await why(list_of.confirm("les-ada", said)) is Code.EXCLUDED
    assert await why(list_of.confirm("dut-hana", said)) is Code.NOT_SEATED
    assert await why(list_of.confirm("nobody", said)) is Code.UNKNOWN_PERSON
    await list_of.confirm("leg-fay", said)
    line = await in_the_list(list_of, "agency-place-1")
    assert (line.listed.proposed_by, line.listed.confirmed_by) == ("les-ada", "leg-fay")
    assert line.cool_at is not None
    assert [each.who for each in await list_of.history("les-ada", "agency-place-1")] == ["les-ada", "leg-fay"]


async def test_what_is_confirmed_is_what_was_shown(list_of: AgencyDesk) -> None:
    done = await list_of.propose("les-ada", added(2))
    other = Confirm(id=done.id, seen="0" * 64, source=SITE)
    assert await why(list_of.confirm("leg-fay", other)) is Code.STALE
    await list_of.drop("leg-fay", done.id)
    assert await why(list_of.confirm("leg-fay", other)) is Code.NOT_OPEN


async def test_a_role_that_was_granted_minutes_ago_edits_nothing_until_a_day_has_passed(place: World) -> None:
    path = place.settings.directory_path
    before = path.read_text()
    content = yaml.safe_load(before)
    [hana] = [each for each in content["people"] if each["id"] == "dut-hana"]
    hana["roles"].append("legal-counsel")
    path.write_text(yaml.safe_dump(content))
    try:
        desk = keeping(place)
        assert await why(desk.propose("dut-hana", added(3))) is Code.NOT_ALLOWED
        tomorrow = keeping(place, now=lambda: datetime.now(UTC) + SETTLED)
        assert (await tomorrow.propose("dut-hana", added(3))).status == "waiting"
    finally:
        path.write_text(before)


async def test_the_old_contact_is_told_of_a_change_by_our_own_address_for_it(place: World, list_of: AgencyDesk) -> None:
    known = (await in_the_list(list_of, "agency-lowmoor")).listed.agency
    other = known.model_copy(update={"call_back": "+44-20-7946-0155"})
    wanted = Propose(change=Change.CHANGE, agency=other, source=REGISTER)
    done = await list_of.propose("les-ada", wanted)
    # The relay is down: the notice stays, and is given when it is up again.
    place.sims.mail.faults.add(Fault(match="RCPT", kind="status", value=451))
    await list_of.confirm("leg-gus", Confirm(id=done.id, seen=done.digest, source=SITE))
    assert [each.id for each in (await list_of.agencies("les-ada")).notices] == [done.id]
    await list_of.once()
    assert (await list_of.agencies("les-ada")).notices == ()
    letters = [each for each in place.sims.mail.messages if "agency-lowmoor" in each.subject]
    assert {each.to[0] for each in letters} == {"spoc@police.lowmoor.example.org"}
    assert "0155" not in str(letters[0])
    assert await why(list_of.notified("les-ada", Notify(notice=done.id, how="call"))) is Code.NOT_OPEN


async def declare(place: World, **answers: Any) -> Case:
    return await place.declare(slug=verifying.POLICY.slug, requester_email=OFFICER, country="US", **answers)


async def test_an_unknown_agency_is_added_by_two_people_who_do_not_work_its_case_and_then_called(
    place: World, list_of: AgencyDesk
) -> None:
    case = await declare(place, content_wanted=True)
    await case.open("find-number")
    await case.act("les-cleo", "find-number", Done(result={"proposed": True}))
    # Saying so to the case is not enough: the list says what may be called.
    await case.act("leg-gus", "confirm-number", Done(result={"confirmed": True}))
    await case.until(lambda state: any("protect" in key for key in state.gates))

    case = await declare(place, content_wanted=True)
    await case.open("find-number")
    proposal = Propose(change=Change.ADD, agency=NEW, source=REGISTER, case=case.id)
    done = await list_of.propose("les-cleo", proposal)
    await case.act("les-cleo", "find-number", Done(result={"proposed": True}))
    with pytest.raises(HoldfastError) as refused:
        await case.act("les-cleo", "confirm-number", Done(result={"confirmed": True}))
    assert refused.value.code is Code.EXCLUDED
    await list_of.confirm("leg-gus", Confirm(id=done.id, seen=done.digest, source=SITE))
    await case.act("leg-gus", "confirm-number", Done(result={"confirmed": True}))

    # They wrote the number down, so they do not call it.
    record = await case.record()
    with pytest.raises(HoldfastError) as refused:
        await case.act("les-cleo", "call-back", Done(result={"answer": "confirmed"}, artefact=record))
    assert refused.value.code is Code.EXCLUDED
    await case.act("les-ada", "call-back", Done(result={"answer": "confirmed"}, artefact=record))
    await case.act("les-ada", "read-papers", Done(result={"agency": "yes"}, artefact=record))
    # Newly listed is amber: a supervisor and counsel. There is no second number yet, so none can be claimed.
    told = {"answer": "confirmed", "how": "known-liaison"}
    await case.act("les-ben", "ask-supervisor", Done(result=told, artefact=record))
    await case.act("les-ben", "ask-peers", Cannot(code="no-peer"))
    waiting = await case.open("release-with-counsel")
    assert {each["tier"] for each in waiting.card["items"]} == {"E1", "E2"}

    # And whoever called for the case edits the agency no more while it is open, in either role.
    change = NEW.model_copy(update={"call_back": "+1-202-555-0171"})
    wanted = Propose(change=Change.CHANGE, agency=change, source=REGISTER)
    assert await why(list_of.propose("les-ada", wanted)) is Code.EXCLUDED
    proposed = await list_of.propose("leg-fay", wanted)
    said = Confirm(id=proposed.id, seen=proposed.digest, source=SITE)
    assert await why(list_of.confirm("les-ben", said)) is Code.EXCLUDED
    await list_of.drop("leg-fay", proposed.id)


async def test_a_new_number_that_the_request_quotes_is_not_called(place: World, list_of: AgencyDesk) -> None:
    done = await list_of.propose("les-ada", added(7, call_back="+1-202-555-0177"))
    await list_of.confirm("leg-fay", Confirm(id=done.id, seen=done.digest, source=SITE))
    quoting = "SYNTHETIC: confirm with us at (202) 555 0177, it is urgent"
    case = await place.declare(
        slug=verifying.POLICY.slug, requester_email="a@police.place-7.example.org", country="US", narrative=quoting
    )
    await case.open("protect")
    assert not [key for key in (await case.state()).tasks if "call-back" in key]


async def test_the_page_shows_whom_we_call_and_what_waits_for_a_second_person(
    place: World, list_of: AgencyDesk
) -> None:
    done = await list_of.propose("les-ada", added(8))
    async with served(web_over(place)) as url, Browser(url, "leg-fay") as fay:
        page = (await fay.see("/agencies")).text
    assert "+1-202-555-0143" in page
    assert f"holdfast agencies confirm {done.id}" in page


async def test_of_several_who_edit_at_once_everybodys_edit_counts(list_of: AgencyDesk) -> None:
    done = await asyncio.gather(*(list_of.propose("les-ada", added(10 + number)) for number in range(4)))
    waiting = {each.proposed.id for each in (await list_of.agencies("les-ada")).waiting}
    assert {each.id for each in done} <= waiting


def test_the_synthetic_example_has_a_cyber_desk_for_every_country_of_its_safety_desks() -> None:
    directory = DirectoryFile(Path(EXAMPLE_DIRECTORY))._current()
    places = {each.country for each in directory.agencies if each.safety_desk}
    assert places == {each.country for each in directory.agencies if each.cyber_desk}
    assert Role.LE_SPECIALIST in directory.people[0].roles
    assert timedelta(days=1) == COOLING_OFF
