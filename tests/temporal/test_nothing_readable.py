"""A byte search of what the server stored, after a run that put one text into everything."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from domain.refusal import Refused
from integrations.base.keyring import KeyRing, new_ring
from integrations.temporal.plugin import holdfast_plugin
from integrations.temporal.server import EmbeddedServer
from tests.temporal.conftest import QUEUE, Terminal, until
from tests.temporal.messages import Envelope, Story
from tests.temporal.procedures import PROCEDURES, Everywhere, Mailbox, Stuck

PLAIN = {"encoding": b"binary/plain"}


class _Headers(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, text: str) -> None:
        super().__init__(next)
        self.headers = {"x-note": Payload(metadata=PLAIN, data=text.encode())}

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        return await super().start_workflow(dataclasses.replace(input, headers=self.headers))

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await super().signal_workflow(dataclasses.replace(input, headers=self.headers))


class WithHeader(Interceptor):
    def __init__(self, text: str) -> None:
        self.text = text

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Headers(next, self.text)


def stored(server: EmbeddedServer) -> bytes:
    files = sorted(server.database.parent.glob("temporal.db*"))
    return b"".join(file.read_bytes() for file in files)


async def run_everywhere(client: Client, case: str, story: Story) -> WorkflowHandle[Everywhere, Envelope]:
    config = client.config()
    config["interceptors"] = [WithHeader(story.text)]
    handle = await Client(**config).start_workflow(
        Everywhere.run,
        story,
        id=case,
        task_queue=QUEUE,
        memo={"note": story.text},
        static_summary=story.text,
        static_details=story.text,
        start_signal="hear",
        start_signal_args=[Envelope(text=story.text)],
    )
    envelope = Envelope(text=story.text)
    assert await handle.query(Everywhere.ask, envelope) == envelope
    assert await handle.query(Everywhere.header) == story.text.encode()
    assert await handle.execute_update(Everywhere.decide, envelope) == envelope
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await handle.execute_update(Everywhere.fail_to_decide, envelope)
    assert story.text in str(failed.value.cause)
    return handle


async def test_a_text_put_everywhere_is_nowhere_in_the_servers_files(
    client: Client, server: EmbeddedServer, temporal: Terminal, ring: KeyRing, case: str
) -> None:
    text, control = f"marker-{uuid.uuid4().hex}", f"control-{uuid.uuid4().hex}"
    handle = await run_everywhere(client, case, Story(text=text))
    assert await handle.result() == Envelope(text=text)
    assert await (await handle.describe()).memo() == {"note": text, "upserted": text}

    failing = await run_everywhere(client, f"{case}-F", Story(text=text, fail=True))
    with pytest.raises(WorkflowFailureError) as failed:
        await failing.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert text in failed.value.cause.message

    stuck = await client.start_workflow(Stuck.run, Envelope(text=text), id=f"{case}-S", task_queue=QUEUE)

    async def task_failed() -> bool:
        history = await stuck.fetch_history()
        return any(event.HasField("workflow_task_failed_event_attributes") for event in history.events)

    await until(task_failed)
    await stuck.terminate()

    other = await client.start_workflow(Mailbox.run, Envelope(text=text), id=f"{case}-M", task_queue=QUEUE)
    signal = ("workflow", "signal", "--workflow-id", other.id, "--name", "put", "--input", f'"{control}"')
    assert (await temporal(*signal))[0] == 0

    found = stored(server)
    assert control.encode() in found, "the search must find what was sent without a seal"
    assert text.encode() not in found

    replayer = Replayer(workflows=PROCEDURES, plugins=[holdfast_plugin(ring)])
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_listing_shows_memos_and_never_fails(client: Client, case: str) -> None:
    handle = await run_everywhere(client, case, Story(text="listed", child=True))
    await handle.result()

    async def listed() -> bool:
        rows = [row async for row in client.list_workflows(f"WorkflowId = '{case}'")]
        return [await row.memo() for row in rows] == [{"note": "listed", "upserted": "listed"}]

    await until(listed)


async def test_a_client_with_another_key_reads_refusals(
    client: Client, server: EmbeddedServer, ring: KeyRing, case: str
) -> None:
    handle = await run_everywhere(client, case, Story(text="private"))
    await handle.result()
    stranger = await Client.connect(server.address, plugins=[holdfast_plugin(new_ring())])
    answer = await stranger.get_workflow_handle_for(Everywhere.run, case).result()
    assert isinstance(answer, Refused)
    assert answer.code.value == "unknown-key"


async def test_after_a_rotation_old_payloads_still_open(
    server: EmbeddedServer, client: Client, ring: KeyRing, case: str
) -> None:
    handle = await run_everywhere(client, case, Story(text="old"))
    await handle.result()
    rotated = await Client.connect(server.address, plugins=[holdfast_plugin(ring.rotated())])
    assert await rotated.get_workflow_handle_for(Everywhere.run, case).result() == Envelope(text="old")
