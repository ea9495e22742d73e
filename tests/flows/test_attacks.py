"""What somebody with Temporal's own tools, or with a worker's keys, can do to a case: be refused, noted and paged."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RawValue
from temporalio.converter import DataConverter, WorkflowSerializationContext

from activities.disclosure import Deliver
from activities.step import Place
from domain.acts import Approve, Done, Retry, Signed, Statement
from domain.errors import Code
from domain.gates import Seat
from domain.incident import OpenIncident, Outcome
from domain.people import Authority, Role
from domain.signing import Signer
from domain.timeline import Kind
from domain.voting import Approval, approval
from integrations.simulator.faults import Fault
from integrations.temporal.server import EmbeddedServer, find_binary
from tests.flows.scenarios import RELEASED, effects_of
from tests.world import Case, World
from workers.keys import trusted_keys


async def temporal(server: EmbeddedServer, *words: str) -> None:
    """The vendor's own command line, as an operator or an intruder would use it."""
    run = await asyncio.create_subprocess_exec(
        str(find_binary()), *words, "--address", server.address,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(run.communicate(), 20)
    assert run.returncode == 0, said.decode()[-400:]


async def ends_well(case: Case) -> None:
    """The incident runs to its end as if nothing had been tried."""
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED
    assert effects_of(case) == RELEASED


async def in_progress(case: Case, step: str) -> str:
    """Wait until this step of the case is being worked on; its activity id."""
    async with asyncio.timeout(40):
        while True:
            pending = (await case.handle.describe()).raw_description.pending_activities
            for each in pending:
                if each.activity_type.name == step:
                    return each.activity_id
            await asyncio.sleep(0.02)


async def was_paged(case: Case, kind: str) -> None:
    await case.world.sims.pager.until(
        lambda: any(page.case == case.id and page.kind == kind for page in case.world.sims.pager.pages)
    )


async def test_a_plain_signal_is_refused_noted_paged_and_harms_nothing(
    world: World, temporal_server: EmbeddedServer
) -> None:
    case = await world.declare()
    await case.open("call-back")
    plain = json.dumps({"body": "{}", "key_id": "x", "signature": "00"})
    await temporal(temporal_server, "workflow", "signal", "-w", case.id, "--name", "envelope", "-i", plain)
    await case.noted(Kind.REFUSAL, Code.UNSEALED.value)
    await was_paged(case, "refusal")
    await ends_well(case)


async def test_a_plain_update_is_answered_with_the_refusal_noted_and_paged(
    world: World, temporal_server: EmbeddedServer
) -> None:
    case = await world.declare()
    await case.open("call-back")
    await temporal(
        temporal_server, "workflow", "update", "start", "--wait-for-stage", "accepted",
        "-w", case.id, "--name", "decide", "-i", '"approve"',
    )  # fmt: skip
    await case.noted(Kind.REFUSAL, Code.UNSEALED.value)
    await was_paged(case, "refusal")
    await ends_well(case)


async def test_a_step_completed_by_hand_from_the_command_line_opens_an_intervention(
    world: World, temporal_server: EmbeddedServer
) -> None:
    account = world.fresh_account()
    world.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="latency", value=2.0))
    case = await world.declare(account=account)
    running = await in_progress(case, "snapshot_account")
    await temporal(
        temporal_server, "activity", "complete", "--workflow-id", case.id,
        "--activity-id", running, "--result", '{"receipt_id": "forged"}',
    )  # fmt: skip
    opened = await case.open("snapshot_account/1!")
    assert opened.card["fault"] == Code.UNSEALED.value
    await case.noted(Kind.REFUSAL, Code.UNSEALED.value)
    await was_paged(case, "intervention")
    await case.act(Role.ENGINEER, "snapshot_account/1!", Retry())
    await ends_well(case)


async def test_a_sealed_decision_copied_from_another_case_is_refused_noted_and_paged(world: World) -> None:
    other, case = await world.declare(), await world.declare()
    await case.open("call-back")
    said = await other.open("call-back")
    envelope = Signed(body="{}", key_id=said.digest[:16], signature="00")
    sealed = (await _encoded(world, other.id, envelope))[0]
    raw = Client(**{**world.client.config(), "data_converter": DataConverter.default, "plugins": []})
    await raw.get_workflow_handle(case.id).signal("envelope", RawValue(sealed))
    await case.noted(Kind.REFUSAL, Code.OTHER_CASE.value)
    await was_paged(case, "refusal")
    await ends_well(case)


async def _encoded(world: World, case: str, value: object) -> list:
    context = WorkflowSerializationContext(namespace="default", workflow_id=case)
    return list(await world.client.data_converter.with_context(context).encode([value]))


async def forged(case: Case, signer: Signer, person: str, role: Role) -> Signed:
    """A decision as the desk would sign it, by somebody who is not the desk."""
    gate = (await case.state()).gates["notify/release/1"]
    statement = Statement(
        id=f"forged-{person}",
        case=case.id,
        subject=gate.key,
        nonce=gate.nonce,
        digest=gate.card.digest,
        act=Approve(),
        person=person,
        authority=Authority(roles=(role,)),
        at=datetime.now(UTC),
    )
    return signer.sign(statement)


async def test_a_decision_sealed_with_the_ring_but_signed_by_another_key_is_refused_both_ways(world: World) -> None:
    case = await world.declare()
    await case.verified()
    await case.open("release")
    thief = Signer(Ed25519PrivateKey.generate())
    for person, role in (("leg-fay", Role.LEGAL), ("dm-hana", Role.DUTY_MANAGER)):
        envelope = await forged(case, thief, person, role)
        await case.handle.signal("envelope", envelope)
        answer = await case.handle.execute_update("decide", envelope)
        assert answer.code is Code.FORGED if hasattr(answer, "code") else answer["code"] == Code.FORGED.value
        # The name of the genuine key does not help either.
        genuine = trusted_keys(world.settings)[0].id
        await case.handle.signal("envelope", envelope.model_copy(update={"key_id": genuine}))
    state = await case.state()
    assert state.refusals == 6
    assert not state.gates["notify/release/1"].votes
    assert not world.packages(case.id)
    await was_paged(case, "refusal")
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED


async def test_a_forged_case_that_trusts_the_thiefs_key_still_releases_nothing(world: World) -> None:
    """With the ring one can start any workflow; the disclosing worker believes its own keys, not the case's."""
    honest = await world.declare()
    await honest.verified()
    await honest.open("release")
    thief = Signer(Ed25519PrivateKey.generate())
    procedure = world.catalogue.procedure("edr")
    account = world.fresh_account()
    given = OpenIncident(
        case="EDR-00000-00000",
        slug=procedure.slug,
        procedure=procedure,
        trusted=(thief.public,),
        declared_by="esc-dara",
        declared_at=datetime.now(UTC),
        severity=0,
        facts={
            "account": account,
            "requester_domain": "police.northfield.example.org",
            "category": "violence",
            "country": "US",
        },
    )
    await world.client.start_workflow(f"sop.{procedure.slug}", given, id=given.case, task_queue="sop")
    case = Case(world, given.case, account)

    async def say(person: str, role: Role, name: str, act: object) -> None:
        waiting = await case.open(name)
        statement = Statement(
            id=f"{person}-{name}", case=case.id, subject=waiting.key, nonce=waiting.nonce, digest=waiting.digest,
            act=act, person=person, authority=Authority(roles=(role,)), at=datetime.now(UTC),
        )  # fmt: skip
        await case.handle.execute_update("decide", thief.sign(statement))

    # It was not declared at the desk, which hears of it from its books.
    await case.until(lambda state: bool(state.tasks))
    record = await case.record()
    await say("les-ada", Role.LE_SPECIALIST, "call-back", Done(result={"answer": "confirmed"}, artefact=record))
    await say("esc-dara", Role.ESCALATION_SPECIALIST, "assess-emergency", Done(result={"real": True}))
    await say("leg-fay", Role.LEGAL, "release", Approve())
    await say("dm-hana", Role.DUTY_MANAGER, "release", Approve())
    stopped = await case.open("deliver/1!")
    assert stopped.card["fault"] == Code.FORGED.value
    assert not world.packages(case.id)
    assert not world.letters(case.id)
    await was_paged(case, "intervention")


@pytest.mark.parametrize("weaken", ["one signature", "one seat", "wider seats", "other recipient", "more items"])
async def test_the_disclosing_step_refuses_a_genuine_approval_that_was_bent(world: World, weaken: str) -> None:
    """Started directly on its queue, with the ring, around the whole procedure."""
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    gate = (await case.state()).gates["notify/release/1"]
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.until(lambda state: "notify/deliver/1" in state.journal)
    whole = approval(case.id, (await case.state()).gates["notify/release/1"])
    one = tuple(each.signed for each in gate.votes)
    bent: dict[str, Approval] = {
        "one signature": whole.model_copy(update={"signed": one}),
        "one seat": whole.model_copy(
            update={"signed": one, "gate": whole.gate.model_copy(update={"seats": whole.gate.seats[:1]})}
        ),
        # Two genuine signatures, and a gate bent so that the second of them has a seat.
        "wider seats": whole.model_copy(
            update={
                "gate": whole.gate.model_copy(
                    update={"seats": (Seat(name="anybody", roles=tuple(Role)), *whole.gate.seats[1:])}
                )
            }
        ),
        "other recipient": whole.model_copy(
            update={"card": whole.card.model_copy(update={"recipient": "agency-lowmoor"})}
        ),
        "more items": whole.model_copy(
            update={
                "card": whole.card.model_copy(
                    update={
                        "items": (*whole.card.items, whole.card.items[0].model_copy(update={"id": "direct_messages"}))
                    }
                )
            }
        ),
    }
    before = world.packages(case.id)
    receipt = await world.records.ledger.head(case.id)
    place = Place(case=case.id, key="notify/deliver/2", at=datetime.now(UTC), receipt=receipt)
    step = Deliver(account=case.account, approval=bent[weaken], place=place)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the SDK's wrapper; its cause is what counts
        await world.client.execute_activity(
            "deliver", step, id=f"direct-{case.id}", task_queue="disclosure",
            start_to_close_timeout=timedelta(seconds=20),
        )  # fmt: skip
    assert _codes(caught.value) & {Code.QUORUM.value, Code.NO_APPROVAL.value, Code.STALE.value, Code.OTHER_CASE.value}
    assert world.packages(case.id) == before


def _codes(error: BaseException | None) -> set[str]:
    found = set()
    while error is not None:
        found.add(str(getattr(error, "type", "")))
        error = error.__cause__
    return found


async def test_a_case_started_with_an_unsealed_input_fails_at_once_with_the_code(
    world: World, temporal_server: EmbeddedServer
) -> None:
    name = "EDR-UNSEA-LED00"
    await temporal(
        temporal_server, "workflow", "start", "--type", "sop.emergency_data_request", "-w", name,
        "--task-queue", "sop", "-i", "{}",
    )  # fmt: skip
    with pytest.raises(WorkflowFailureError) as caught:
        await world.client.get_workflow_handle(name).result()
    assert _codes(caught.value) & {Code.UNSEALED.value}
