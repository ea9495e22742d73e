"""Ids that leave us: keyed hashes, so that an outsider can neither guess nor link them."""

from __future__ import annotations

import hashlib
import hmac
import re

from domain.errors import Code, HoldfastError

# Crockford's base 32: no I, L, O, U, so that an id can be read aloud on a bad line.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASE_BITS = 50
PREFIX = re.compile("[A-Z]{2,5}")
_CASE = re.compile(rf"^({PREFIX.pattern})-([{_ALPHABET}]{{5}})-([{_ALPHABET}]{{5}})$")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def case_id(key: bytes, prefix: str, declare_key: str) -> str:
    """`<prefix>-XXXXX-XXXXX`: 50 bits of HMAC-SHA256 over the declare key. The same request is the same case."""
    value = int.from_bytes(_mac(key, f"case\x00{prefix}\x00{declare_key}")[:8], "big") >> (64 - _CASE_BITS)
    symbols = "".join(_ALPHABET[(value >> shift) & 31] for shift in range(_CASE_BITS - 5, -1, -5))
    return f"{prefix}-{symbols[:5]}-{symbols[5:]}"


def parse_case_id(text: str) -> tuple[str, int]:
    """The inverse of the spelling: prefix and the 50-bit number. Lower case and I/L/O read as 1/1/0 are accepted.

    Raises:
        HoldfastError: `unknown-case` if the text cannot be a case id.
    """
    head, _, tail = text.strip().upper().partition("-")
    candidate = f"{head}-{tail.translate(str.maketrans('ILO', '110'))}"
    match = _CASE.match(candidate)
    if match is None:
        raise HoldfastError(Code.UNKNOWN_CASE)
    number = 0
    for symbol in match[2] + match[3]:
        number = number << 5 | _ALPHABET.index(symbol)
    return match[1], number


def spell_case_id(prefix: str, number: int) -> str:
    """The spelling of a parsed id; `spell_case_id(*parse_case_id(x))` is `x` in its one right form."""
    symbols = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(_CASE_BITS - 5, -1, -5))
    return f"{prefix}-{symbols[:5]}-{symbols[5:]}"


def outside_key(key: bytes, case: str, verb_key: str) -> str:
    """The idempotency key that an outside system sees for one act: 32 hexadecimal characters of HMAC-SHA256.

    `verb_key` is `<phase>/<step>/<n>`; n counts acts, never attempts, so every retry carries the same key.
    """
    return _mac(key, f"outside\x00{case}\x00{verb_key}").hex()[:32]


def hashed(key: bytes, *parts: str) -> str:
    """A keyed hash for ids built from outside ids (a Slack trigger, a message id): 24 hexadecimal characters."""
    return _mac(key, "\x00".join(("id", *parts))).hex()[:24]
