"""What nobody sealed for this case reaches its handler as a value, and the case goes on."""

from __future__ import annotations

import base64

import pytest
from temporalio.api.common.v1 import Header, Payload, Payloads, WorkflowExecution
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflowservice.v1 import (
    RespondActivityTaskCompletedByIdRequest,
    SignalWorkflowExecutionRequest,
)
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import SENTENCES, Code
from integrations.base.keyring import KeyRing, new_ring
from integrations.temporal.converter import sealed_data_converter
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from tests.temporal.conftest import QUEUE, Terminal, until, worker
from tests.temporal.messages import Envelope
from tests.temporal.procedures import Errand, Mailbox

Box = WorkflowHandle[Mailbox, list[str]]


async def open_mailbox(client: Client, case: str) -> Box:
    return await client.start_workflow(Mailbox.run, Envelope(text="opened"), id=case, task_queue=QUEUE)


async def sealed_input(ring: KeyRing, case: str, *, alter: bool = False, namespace: str = "default") -> list[str]:
    """The arguments that make the command line send a payload sealed for `case`."""
    context = WorkflowSerializationContext(namespace=namespace, workflow_id=case)
    [payload] = await sealed_data_converter(ring).with_context(context).encode([Envelope(text="copied")])
    data = bytearray(payload.data)
    if alter:
        data[-1] ^= 1
    meta = [f"--input-meta={name}={value.decode()}" for name, value in payload.metadata.items()]
    return ["--input", base64.b64encode(data).decode(), "--input-base64", *meta]


async def send(temporal: Terminal, case: str, *args: str) -> None:
    code, output = await temporal("workflow", "signal", "--workflow-id", case, "--name", "put", *args)
    assert code == 0, output


async def after(handle: Box, count: int) -> list[str]:
    async def arrived() -> bool:
        return len(await handle.query(Mailbox.read)) >= count

    await until(arrived)
    return (await handle.query(Mailbox.read))[1:]


async def test_a_sealed_signal_arrives_as_it_was_sent(client: Client, case: str) -> None:
    handle = await open_mailbox(client, case)
    await handle.signal(Mailbox.put, Envelope(text="hello"))
    await handle.signal(Mailbox.close)
    assert await handle.result() == ["opened", "hello"]


async def test_an_unsealed_signal_reaches_the_handler_as_a_refusal(
    client: Client, temporal: Terminal, case: str
) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, "--input", '{"text": "let me in"}')
    assert await after(handle, 2) == ["unsealed"]


async def test_an_unsealed_update_is_answered_with_the_reason(
    client: Client, temporal: Terminal, ring: KeyRing, case: str
) -> None:
    handle = await open_mailbox(client, case)
    decide = ("workflow", "update", "execute", "--workflow-id", case, "--name", "decide", "--input")
    code, output = await temporal(*decide, '{"text": "let me in"}')
    assert code != 0
    assert "unsealed" in output  # the type of the error; its message is sealed
    assert await handle.execute_update(Mailbox.decide, Envelope(text="yes")) == "yes"
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await handle.execute_update("decide", {"wrong": 1})
    assert "refused: unreadable" in str(failed.value.cause)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--input", '{"text": "a"}', "--input", '{"text": "b"}'),
        ("--input", "x", "--input-meta", "encoding=strange"),
        ("--input", "null", "--input-meta", "encoding=binary/null"),
        ("--input", "{}", "--input-meta", "encoding=json/holdfast-refused"),
        ("--input", "{}", "--input-meta", "__temporal_external_storage_reference=true"),
        (
            "--input",
            "{}",
            "--input-meta=encoding=json/protobuf",
            "--input-meta=messageType=temporal.api.sdk.v1.ExternalStorageReference",
        ),
        ("--input", "x", "--input-meta", "encoding=binary/holdfast-sealed"),
    ],
)
async def test_no_signal_from_outside_stops_a_case(
    client: Client, temporal: Terminal, case: str, arguments: tuple[str, ...]
) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, *arguments)
    [seen] = await after(handle, 2)
    assert seen in ("unsealed", "unreadable", "unknown-key")
    assert await handle.execute_update(Mailbox.decide, Envelope(text="still here")) == "still here"


async def test_an_unsealed_header_does_not_stop_a_traced_case(server: EmbeddedServer, ring: KeyRing, case: str) -> None:
    client = await connect(server.address, "default", ring, interceptors=[TracingInterceptor()])
    async with worker(client, queue=case):
        handle = await client.start_workflow(Mailbox.run, Envelope(text="opened"), id=case, task_queue=case)
        plain = Payload(metadata={"encoding": b"json/plain"}, data=b"{}")
        await client.workflow_service.signal_workflow_execution(  # the command line sends no headers with a signal
            SignalWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id=case),
                signal_name="put",
                input=Payloads(payloads=[plain]),
                header=Header(fields={"_tracer-data": plain}),
            )
        )
        assert await after(handle, 2) == ["unsealed"]
        await handle.signal(Mailbox.close)
        assert await handle.result() == ["opened", "unsealed"]


async def test_updates_with_wrong_arguments_are_answered(client: Client, temporal: Terminal, case: str) -> None:
    handle = await open_mailbox(client, case)
    code, output = await temporal("workflow", "update", "execute", "--workflow-id", case, "--name", "decide")
    assert code != 0
    assert "unreadable" in output
    assert await handle.execute_update(Mailbox.decide, Envelope(text="still here")) == "still here"


async def test_a_payload_copied_from_another_case_is_refused(
    client: Client, temporal: Terminal, ring: KeyRing, case: str
) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, *await sealed_input(ring, f"{case}-OTHER"))
    await send(temporal, case, *await sealed_input(ring, case, namespace="other"))
    assert await after(handle, 3) == ["sealed-for-another-case"] * 2


async def test_a_payload_sealed_for_no_case_is_no_message(
    client: Client, temporal: Terminal, ring: KeyRing, case: str
) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, *await sealed_input(ring, "", namespace=""))
    assert await after(handle, 2) == ["sealed-for-another-case"]


async def test_an_altered_or_relabelled_payload_is_refused(
    client: Client, temporal: Terminal, ring: KeyRing, case: str
) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, *await sealed_input(ring, case, alter=True))
    relabelled = [part.replace(f"{case}-OTHER", case) for part in await sealed_input(ring, f"{case}-OTHER")]
    await send(temporal, case, *relabelled)
    assert await after(handle, 3) == ["tampered"] * 2


async def test_a_payload_under_a_key_we_do_not_have_is_refused(client: Client, temporal: Terminal, case: str) -> None:
    handle = await open_mailbox(client, case)
    await send(temporal, case, *await sealed_input(new_ring(), case))
    assert await after(handle, 2) == ["unknown-key"]


async def test_a_step_completed_without_a_seal_gives_the_case_a_refusal(
    client: Client, temporal: Terminal, case: str
) -> None:
    handle = await client.start_workflow(Errand.run, Envelope(text="x"), id=case, task_queue=QUEUE)

    async def completed() -> bool:
        complete = ("activity", "complete", "--activity-id", "parked", "--workflow-id", case)
        code, _ = await temporal(*complete, "--result", '{"text": "approved"}')
        return code == 0

    await until(completed)
    assert await handle.result() == "unsealed"


async def test_a_result_dressed_up_as_the_servers_own_is_refused_too(client: Client, case: str) -> None:
    handle = await client.start_workflow(Errand.run, Envelope(text="x"), id=case, task_queue=QUEUE)
    message = "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest"
    metadata = {"encoding": b"binary/protobuf", "messageType": message.encode(), "__temporal_system_payload": b"true"}
    request = RespondActivityTaskCompletedByIdRequest(
        namespace="default",
        workflow_id=case,
        activity_id="parked",
        result=Payloads(payloads=[Payload(metadata=metadata)]),
    )

    async def completed() -> bool:
        try:
            await client.workflow_service.respond_activity_task_completed_by_id(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # not found: the step has not started yet
                raise
            return False
        return True

    await until(completed)
    assert await handle.result() == "unsealed"


async def test_a_step_failed_without_a_seal_fails_and_does_not_crash(
    client: Client, temporal: Terminal, case: str
) -> None:
    handle = await client.start_workflow(Errand.run, Envelope(text="x"), id=case, task_queue=QUEUE)

    async def over() -> bool:
        fail = ("activity", "fail", "--activity-id", "parked", "--workflow-id", case)
        await temporal(*fail, "--detail", '{"text": "plain"}', "--reason", "synthetic")  # once for each attempt
        return (await handle.describe()).close_time is not None

    await until(over)
    assert (await handle.describe()).status is WorkflowExecutionStatus.FAILED


async def test_a_case_opened_without_a_seal_is_told_so(client: Client, temporal: Terminal, case: str) -> None:
    start = ("workflow", "start", "--task-queue", QUEUE, "--input", '{"text": "plain"}')
    code, output = await temporal(*start, "--type", "test.mailbox", "--workflow-id", case)
    assert code == 0, output
    handle = client.get_workflow_handle_for(Mailbox.run, case)
    await handle.signal(Mailbox.close)
    assert await handle.result() == ["unsealed"]


async def test_a_procedure_that_expects_no_refusal_fails_instead_of_sticking(
    client: Client, temporal: Terminal, case: str
) -> None:
    start = ("workflow", "execute", "--task-queue", QUEUE, "--input", '{"text": "plain"}')
    code, _ = await temporal(*start, "--type", "test.strict", "--workflow-id", case)
    assert code != 0
    with pytest.raises(WorkflowFailureError) as failed:
        await client.get_workflow_handle(case).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "unsealed"


async def test_a_failure_whose_sealed_part_was_refused_is_still_a_failure(ring: KeyRing) -> None:
    converter = sealed_data_converter(ring)
    failure = Failure()
    await converter.encode_failure(ValueError("secret"), failure)
    assert b"secret" not in failure.SerializeToString()
    opened = Failure.FromString(failure.SerializeToString())
    assert "secret" in str(await converter.decode_failure(opened))
    read = await sealed_data_converter(new_ring()).decode_failure(failure)
    assert SENTENCES[Code.UNKNOWN_KEY] in str(read)
