"""The seal itself, without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from domain.errors import Code
from domain.refusal import Refused
from integrations.base.keyring import KeyRing, new_ring
from integrations.temporal.codec import REFUSED, SEALED, SealingCodec
from integrations.temporal.converter import RefusingPayloadConverter
from tests.temporal.messages import Envelope

RING = new_ring()
HERE = WorkflowSerializationContext(namespace="default", workflow_id="T-HERE")
STEP = ActivitySerializationContext("default", "1", "step", "queue", "T-HERE", "test", False)
METADATA = st.dictionaries(
    st.sampled_from(["encoding", "key-id", "workflow-id", "namespace", "messageType", "x"]),
    st.sampled_from([SEALED, REFUSED, RING.active.encode(), b"T-HERE", b"default", b"", b"\xff"])
    | st.binary(max_size=20),
)


def plain(text: str = "synthetic") -> Payload:
    return RefusingPayloadConverter().to_payload(Envelope(text=text))


def code_of(payload: Payload) -> Code:
    assert payload.metadata["encoding"] == REFUSED
    return Refused.model_validate_json(payload.data).code


async def test_a_step_opens_what_its_case_sealed() -> None:
    [sealed] = await SealingCodec(RING).with_context(HERE).encode([plain()])
    assert sealed.metadata["workflow-id"] == b"T-HERE"
    assert b"synthetic" not in sealed.SerializeToString()
    assert await SealingCodec(RING).with_context(STEP).decode([sealed]) == [plain()]


async def test_who_names_no_case_opens_what_was_sealed_for_one() -> None:
    sealed = await SealingCodec(RING).with_context(HERE).encode([plain()])
    assert await SealingCodec(RING).decode(sealed) == [plain()]


async def test_two_seals_of_the_same_text_differ() -> None:
    first, second = await SealingCodec(RING).encode([plain(), plain()])
    assert first.data != second.data


@given(at=st.integers(min_value=0), name=st.sampled_from(["data", "workflow-id", "namespace", "key-id"]))
@settings(max_examples=80, deadline=None)
async def test_no_single_altered_byte_goes_unnoticed(at: int, name: str) -> None:
    [sealed] = await SealingCodec(RING).with_context(HERE).encode([plain()])
    value = bytearray(sealed.data if name == "data" else sealed.metadata[name])
    value[at % len(value)] ^= 1
    if name == "data":
        sealed.data = bytes(value)
    else:
        sealed.metadata[name] = bytes(value)
    for codec in (SealingCodec(RING), SealingCodec(RING).with_context(HERE)):
        [opened] = await codec.decode([sealed])
        assert code_of(opened) in (Code.TAMPERED, Code.OTHER_CASE, Code.UNKNOWN_KEY)


@given(metadata=METADATA, data=st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
async def test_opening_never_raises_and_accepts_nothing_unsealed(metadata: dict[str, bytes], data: bytes) -> None:
    [opened] = await SealingCodec(RING).with_context(HERE).decode([Payload(metadata=metadata, data=data)])
    assert isinstance(code_of(opened), Code)


@given(metadata=METADATA, data=st.binary(max_size=60), hint=st.sampled_from([None, Envelope, Envelope | Refused, str]))
@settings(max_examples=200, deadline=None)
def test_converting_never_raises(metadata: dict[str, bytes], data: bytes, hint: Any) -> None:
    RefusingPayloadConverter().from_payload(Payload(metadata=metadata, data=data), hint)


def test_what_does_not_fit_the_type_is_unreadable() -> None:
    converter = RefusingPayloadConverter()
    unreadable: Any = Refused(code=Code.UNREADABLE)
    assert converter.from_payload(converter.to_payload({"other": 1}), Envelope) == unreadable
    assert converter.from_payload(converter.to_payload(None), Envelope) == unreadable
    assert converter.from_payload(converter.to_payload(None)) is None


def test_a_type_that_cannot_be_described_is_our_mistake_and_raises() -> None:
    class Opaque:
        pass

    converter = RefusingPayloadConverter()
    with pytest.raises(RuntimeError):
        converter.from_payload(converter.to_payload({"other": 1}), Opaque)


async def test_a_ring_opens_with_old_keys_and_seals_with_the_active_one() -> None:
    old = await SealingCodec(RING).encode([plain()])
    rotated: KeyRing = RING.rotated()
    assert await SealingCodec(rotated).decode(old) == [plain()]
    new = await SealingCodec(rotated).encode([plain()])
    assert code_of((await SealingCodec(RING).decode(new))[0]) is Code.UNKNOWN_KEY
    forgetful = replace(rotated, keys={rotated.active: rotated.keys[rotated.active]})
    assert code_of((await SealingCodec(forgetful).decode(old))[0]) is Code.UNKNOWN_KEY
