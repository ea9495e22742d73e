"""One evening in which everything happens that has a figure: what the tests of this folder look back on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from temporalio.api.common.v1 import Header, Payload, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from domain.desk import Doing
from domain.errors import HoldfastError
from domain.incident import OpenIncident, Rehearsal
from domain.people import Role
from domain.ports import Ledger
from domain.timeline import Entry, Kind
from integrations.desk_client import DeskClient
from integrations.simulator.faults import Fault
from integrations.simulator.slack import SlackSimulator
from integrations.temporal.codec import SealingCodec
from tests.desk.conftest import served, web_over
from tests.flows.reviews import action, choose, held, looked_back, signer
from tests.slack.conftest import INCIDENTS
from tests.world import Approve, AskToStandDown, Case, Deny, Done, Retry, Take, World

MAIL, WORDS = "desk.sergeant@police.northfield.example.org", "SYNTHETIC: a walker has not come home"
TRACEPARENT = "00-11111111111111111111111111111111-2222222222222222-01"


class _Kind(StrEnum):
    CLOCK = "clock"


def clock_entry(number: int, code: str, **detail: Any) -> Entry:
    """A clock's entry, as procedures with clocks write it."""
    said = {"clock": "ncii-48h", "counsel": "unconfirmed", "kind": "statutory", "percent": 50, **detail}
    return Entry.model_construct(
        id=f"clock-{number}", at=datetime.now(UTC), kind=_Kind.CLOCK, subject="clock/ncii-48h/1", code=code, detail=said
    )


@dataclass
class Evening:
    """What was played. `secrets` are the identifying answers and everything else that must never leave us."""

    case: str = ""
    left_open: str = ""
    drill: str = ""
    secrets: list[str] = field(default_factory=list)
    trace: str = ""


class WithAClock:
    """The ledger, with a running clock in every case that is read from its beginning."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def read(self, case: str, after: int = 0) -> Any:
        found = list(await self._ledger.read(case, after))
        if after == 0 and found:
            due = (datetime.now(UTC) + timedelta(hours=12)).isoformat()
            entry = clock_entry(0, "armed", due=due)
            found.insert(0, SimpleNamespace(entry=entry, sequence=0))  # type: ignore[arg-type]
        return found


async def play(world: World, slack: SlackSimulator) -> Evening:
    evening = Evening()
    case = await _declared_in_slack(world, slack)
    evening.case = case.id
    await _released_after_silence(world, case)
    await _reviewed(world, case)
    with pytest.raises(HoldfastError):
        await world.desk.act(await world.someone(Role.LEGAL), Doing(id="late", case=case.id, act=Take()))
    left = await _left_open(world)
    evening.left_open = left.id
    await _strangers_headers(world, left)
    drill = await _declared_while_temporal_is_away(world)
    await drill.act(Role.ESCALATION_SPECIALIST, "", Take())
    await drill.open("call-back")
    evening.drill = drill.id
    directory = await world.ports.directory.current()
    evening.secrets = [case.id, case.account, evening.left_open, evening.drill, MAIL, "desk.sergeant", "walker"]
    evening.secrets += [each.id for each in directory.people] + [each.email for each in directory.people if each.email]
    evening.secrets += [each.slack for each in directory.people if each.slack]
    return evening


async def _declared_in_slack(world: World, slack: SlackSimulator) -> Case:
    account = world.fresh_account()
    preserve = f"/v1/accounts/{account}/preserve"
    world.sims.platform.faults.add(Fault(match=preserve, kind="status", value=503))
    world.sims.platform.faults.add(Fault(match=preserve, kind="status", value=409))
    world.declarer.rehearsal = Rehearsal(turnover_after=(3, 7))
    said = await slack.command("U0ESC01", INCIDENTS, "/incident", f"edr {account} {MAIL} US missing-person {WORDS}")
    world.declarer.rehearsal = Rehearsal()
    found = re.search(r"EDR-\w{5}-\w{5}", said.text)
    assert found is not None, said.text
    case = Case(world, found.group(), account)
    await case.open("snapshot_account")
    await case.act(Role.ENGINEER, "snapshot_account", Retry())
    return case


async def _released_after_silence(world: World, case: Case) -> None:
    await case.verified()
    await case.open("release")
    legal = await world.someone(Role.LEGAL)
    await case.act(legal, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Deny(code="no"))
    while "silence" not in (await case.state()).journal.get("notify/release/1", {}):
        await case.later(minutes=15)
    await case.later(seconds=5)
    with pytest.raises(HoldfastError):
        await case.act(legal, "release/1", Approve(), nonce="of another card")
    async with served(web_over(world)) as url, httpx.AsyncClient(headers={"traceparent": TRACEPARENT}) as http:
        waiting = await case.open("release/1")
        over_http = DeskClient(url, legal, http)
        seen = {"subject": waiting.key, "nonce": waiting.nonce, "digest": waiting.digest}
        await over_http.act(legal, Doing(id="over-http", case=case.id, act=Approve(), **seen))
        await over_http.show(legal, case.id)
    await case.act(Role.DUTY_MANAGER, "release/1", Approve())
    await case.followed_up()
    await case.result()


async def _declared_while_temporal_is_away(world: World) -> Case:
    """A drill that is kept in the inbox, and started from there when Temporal is back."""
    starts = world.declarer._run

    async def away(given: OpenIncident) -> bool:
        raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    world.declarer._run = away  # type: ignore[method-assign]
    try:
        case = await world.declare(drill=True)
    finally:
        world.declarer._run = starts  # type: ignore[method-assign]
    assert await world.declarer.drain() == 1
    return case


async def _strangers_headers(world: World, case: Case) -> None:
    """Whoever can reach Temporal moves sealed things of the case into the header that traces use."""
    codec = world.client.data_converter.payload_codec
    assert isinstance(codec, SealingCodec)
    own = codec.with_context(WorkflowSerializationContext(namespace="default", workflow_id=case.id))
    plain = {"encoding": b"json/plain"}
    strange = [
        *(Payload(metadata=plain, data=data) for data in (b'["a"]', b"7", b"{", b'{"traceparent": 7}', b"null")),
        Payload(metadata={"encoding": b"binary/plain"}, data=b"a"),
        Payload(metadata={"encoding": b"unknown/to-us"}, data=b"a"),
    ]
    before = (await case.state()).refusals
    for number, payload in enumerate(strange, start=1):
        await world.client.workflow_service.signal_workflow_execution(
            SignalWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id=case.id),
                signal_name="envelope",
                header=Header(fields={"_tracer-data": (await own.encode([payload]))[0]}),
            )
        )
        await case.until(lambda state, number=number: state.refusals == before + number)  # type: ignore[misc]


async def _reviewed(world: World, case: Case) -> None:
    review = case.review
    await choose(review)
    await held(review, action())
    await review.act(Role.ENGINEER, "action-1", Done())
    await review.act(await signer(world), "sign-off", Done())
    await looked_back(review)
    await review.result()


async def _left_open(world: World) -> Case:
    """A case that waits for an engineer whom nobody can reach."""
    account = world.fresh_account()
    world.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="status", value=409))
    world.sims.pager.faults.add(Fault(kind="status", value=403, times=None))
    world.sims.mail.faults.add(Fault(kind="status", value=550, times=None))
    try:
        case = await world.declare(account=account, key="twice")
        assert (await world.declare(account=account, key="twice")).id == case.id
        await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
        await case.open("stand-down")
        await case.noted(Kind.UNPAGED, "intervention")
    finally:
        world.sims.pager.faults.clear()
        world.sims.mail.faults.clear()
    return case
