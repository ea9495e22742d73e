"""What the tests of deliveries share: a released case, our caller at the phone, and whoever comes with the link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload

from domain.acts import Approve, Done, Take
from domain.desk import Speak
from domain.people import Role
from domain.timeline import Entry, Kind
from integrations.simulator.packages import Held
from tests.world import Case, World

OFFICER = "northfield-desk"  # how the portal tells this opener from others
GOVERNMENT = ("US", "government")


async def released(world: World, **more: Any) -> Case:
    """A case whose package lies at the portal, decided by two people."""
    case = await world.declare(slug="rehearsed_delivery", domain="police.northfield.example.org", **more)
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())  # an empty seat would call people all day long
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.open("release-call")
    return case


def packages(case: Case) -> list[Held]:
    """What the portal holds of this case, oldest first."""
    return [each for each in case.world.sims.portal.state.held.values() if each.case == case.id]


async def on_the_line(case: Case) -> str:
    """Our caller has the duty officer on the line; returns who that is."""
    caller = await case.world.someone(Role.LE_SPECIALIST)
    await case.act(caller, "release-call", Done())
    return caller


async def shown(case: Case, person: str, task: str) -> str:
    """The code as the desk shows it to this person, once."""
    return (await case.world.desk.code_to_speak(person, Speak(case=case.id, subject=task))).code


async def spoken(case: Case) -> str:
    """The code, as our caller is shown it and reads it out."""
    caller = await on_the_line(case)
    task = await case.open("speak-code")
    return await shown(case, caller, task.key)


async def written_down(case: Case) -> None:
    """Our caller keeps the record of the call."""
    await case.act(Role.LE_SPECIALIST, "speak-code", Done(artefact=await case.record()))


async def tries(
    case: Case, code: str, opener: str = OFFICER, place: tuple[str, str] = GOVERNMENT, at: datetime | None = None
) -> httpx.Response:
    """Somebody follows the newest link and types a code, in the case's own time."""
    moment = at or await case.world.travel.now(case.handle)
    where = {"X-Synthetic-Country": place[0], "X-Synthetic-Network": place[1]}
    link = case.world.sims.portal.spoken.link(packages(case)[-1])
    async with httpx.AsyncClient() as http:
        headers = {**where, "X-Holdfast-Time": moment.isoformat()}
        return await http.post(link, json={"code": code, "opener": opener}, headers=headers)


async def followed(case: Case) -> Any:
    """What a mail scanner or a preview gets that only follows the link."""
    async with httpx.AsyncClient() as http:
        return (await http.get(case.world.sims.portal.spoken.link(packages(case)[-1]))).json()


async def events(case: Case) -> list[Entry]:
    """What the ledger says of the package."""
    return [each for each in await case.timeline() if each.kind is Kind.DELIVERY]


async def linked(case: Case) -> Case:
    """The case that was opened from this one."""
    return Case(case.world, (await case.noted(Kind.LINKED)).subject)


def opened(answer: httpx.Response) -> dict[str, Any]:
    """What the recipient has in hands."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = json.loads(answer.content)
    return body


def payloads(message: Message) -> Iterator[Payload]:
    """Every payload inside a message of Temporal."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            found = [each for each in value.values() if isinstance(each, Message)]
        else:
            found = [value] if isinstance(value, Message) else list(value)
        for each in found:
            yield from payloads(each)
