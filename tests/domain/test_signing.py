"""A signature covers exactly the text; nobody else's counts."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Approve, PublicKey, Signed
from domain.errors import Code
from domain.refusal import Refused
from domain.signing import Signer, open_statement, public_key
from tests.domain.parts import DESK, INTRUDER, TRUSTED, gate_record, say

SAID = say("ada", Approve(), gate_record())
SIGNED = DESK.sign(SAID)


def why(signed: Signed, trusted: tuple[PublicKey, ...] = TRUSTED) -> Code | None:
    found = open_statement(signed, trusted)
    return found.code if isinstance(found, Refused) else None


def test_what_the_desk_signed_is_read_back_as_it_was_said() -> None:
    assert open_statement(SIGNED, TRUSTED) == SAID


def test_any_of_several_trusted_keys_will_do() -> None:
    trusted = (INTRUDER.public, DESK.public)
    assert open_statement(SIGNED, trusted) == SAID
    assert open_statement(INTRUDER.sign(SAID), trusted) == SAID


@given(st.integers(0, len(SIGNED.body) - 1), st.characters(codec="utf-8"))
def test_one_altered_character_of_the_text_is_a_forgery(at: int, character: str) -> None:
    body = SIGNED.body[:at] + character + SIGNED.body[at + 1 :]
    expected = None if body == SIGNED.body else Code.FORGED
    assert why(SIGNED.model_copy(update={"body": body})) is expected


@given(st.integers(0, 63), st.integers(0, 7))
def test_one_altered_bit_of_the_signature_is_a_forgery(at: int, bit: int) -> None:
    raw = bytearray.fromhex(SIGNED.signature)
    raw[at] ^= 1 << bit
    assert why(SIGNED.model_copy(update={"signature": raw.hex()})) is Code.FORGED


@pytest.mark.parametrize("body", [json.dumps(json.loads(SIGNED.body)), f"{SIGNED.body}\n", f" {SIGNED.body}"])
def test_the_same_statement_written_otherwise_is_not_what_was_signed(body: str) -> None:
    assert why(SIGNED.model_copy(update={"body": body})) is Code.FORGED


@pytest.mark.parametrize("signature", ["", "zz", "00", "00" * 64, SIGNED.signature + "00", "é"])
def test_what_is_no_signature_is_a_forgery_and_no_crash(signature: str) -> None:
    assert why(SIGNED.model_copy(update={"signature": signature})) is Code.FORGED


def test_a_key_that_the_case_does_not_trust_is_a_forgery() -> None:
    assert why(INTRUDER.sign(SAID)) is Code.FORGED
    assert why(SIGNED, ()) is Code.FORGED


def test_naming_a_trusted_key_does_not_make_a_signature_its_own() -> None:
    assert why(INTRUDER.sign(SAID).model_copy(update={"key_id": DESK.public.id})) is Code.FORGED


def test_a_signature_made_for_something_else_is_no_decision() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    bare = private.sign(SIGNED.body.encode()).hex()
    assert why(SIGNED.model_copy(update={"signature": bare})) is Code.FORGED


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", SIGNED.body.replace('"approve"', '"approve-everything"')])
def test_what_the_desk_signed_but_nobody_can_read_is_unreadable(body: str) -> None:
    class Sloppy:
        def model_dump_json(self) -> str:
            return body

    assert why(DESK.sign(Sloppy())) is Code.UNREADABLE  # type: ignore[arg-type]  # as a desk of another version might


def test_a_field_that_a_later_version_adds_is_ignored() -> None:
    class Later:
        def model_dump_json(self) -> str:
            return json.dumps({**json.loads(SIGNED.body), "added_later": True})

    assert open_statement(DESK.sign(Later()), TRUSTED) == SAID  # type: ignore[arg-type]


def test_a_key_that_is_broken_in_the_configuration_opens_nothing() -> None:
    broken = PublicKey(id=DESK.public.id, ed25519="00")
    assert why(SIGNED, (broken,)) is Code.FORGED


def test_a_key_is_known_by_its_own_bytes() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert Signer(private).public == DESK.public == public_key(private.public_key().public_bytes_raw())
    assert DESK.public.id != INTRUDER.public.id
