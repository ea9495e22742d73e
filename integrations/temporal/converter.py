"""Between payloads and Python values: a refusal, or data that does not fit, is a value that the handler answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.errors import PydanticUserError
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadConverter,
)

from domain.errors import SENTENCES, Code
from domain.refusal import Refused
from integrations.base.keyring import KeyRing
from integrations.temporal.codec import LOOSE, REFUSED, SealingCodec

# A single payload (a step's result, a memo, a header) with this key never reaches the codec: the SDK takes it for an
# envelope of its own and opens only what is nested in it. We exchange none, so nobody sealed it.
_SYSTEM = "__temporal_system_payload"


class RefusingPayloadConverter(PydanticPayloadConverter):
    """Pydantic conversion that never raises on data.

    A refused payload becomes its `Refused` whatever type was asked for; one that does not fit the type becomes
    `Refused(code=unreadable)`. A type that pydantic cannot describe is our mistake and still raises. The type
    `RawValue` (dynamic handlers) keeps the payload, which reads as `Refused` when it is converted.
    """

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        hints = [*(type_hints or ()), *(None for _ in payloads)]
        return [self._read(payload, hint) for payload, hint in zip(payloads, hints, strict=False)]

    def _read(self, payload: Payload, hint: type | None) -> Any:
        if hint is RawValue:
            return RawValue(payload)
        try:
            if payload.metadata.get("encoding") == REFUSED:
                return Refused.model_validate_json(payload.data)
            if _SYSTEM in payload.metadata:
                return Refused(code=Code.UNSEALED)
            if LOOSE in payload.metadata:
                return Refused(code=Code.OTHER_CASE)
            [value] = super().from_payloads([payload], [hint] if hint is not None else None)
            if value is None and hint is not None:
                # The SDK hands out None for any type; a handler that did not ask for it would crash the case.
                return self.converters[b"json/plain"].from_payload(Payload(data=b"null"), hint)
            return value
        except (ValueError, LookupError, RuntimeError) as error:  # all that the SDK raises on unfit data
            if isinstance(error, PydanticUserError) or isinstance(error.__cause__, PydanticUserError):
                raise  # about the type, not about the data
            return Refused(code=Code.UNREADABLE)


class SealedFailureConverter(DefaultFailureConverterWithEncodedAttributes):
    """Message and stack trace travel sealed; a failure whose sealed part was refused says so and does not raise."""

    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        if failure.HasField("encoded_attributes"):
            [attributes] = payload_converter.from_payloads([failure.encoded_attributes])
            if isinstance(attributes, Refused):
                plain = Failure()
                plain.CopyFrom(failure)
                plain.ClearField("encoded_attributes")
                plain.message, plain.stack_trace = SENTENCES[attributes.code], ""
                failure = plain
        return super().from_failure(failure, payload_converter)


@dataclass(frozen=True)
class SealedDataConverter(DataConverter):
    """The SDK's converter without its external-storage checks.

    They run before the codec and raise on two metadata keys that anyone may set: one unsealed signal could freeze
    a case for ever. We keep no payload outside, so such a payload is simply unsealed. (Private methods of
    temporalio 1.35; the dependency is pinned to that minor version and a test sends such a signal.)
    """

    async def _decode_reference_payload_sequence(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def _external_retrieve_payload_sequence(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def _transform_inbound_payload(self, payload: Payload) -> Payload:
        [decoded] = await self._decode_payload_sequence([payload])
        return decoded

    async def _transform_inbound_payloads(self, payloads: Payloads) -> None:
        decoded = await self._decode_payload_sequence(payloads.payloads)
        del payloads.payloads[:]
        payloads.payloads.extend(decoded)


def sealed_data_converter(ring: KeyRing) -> DataConverter:
    """The one data converter of every client, worker and replayer."""
    return SealedDataConverter(
        payload_converter_class=RefusingPayloadConverter,
        payload_codec=SealingCodec(ring),
        failure_converter_class=SealedFailureConverter,
    )
