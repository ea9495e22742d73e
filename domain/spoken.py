"""The one-time code of a package: short enough to be read out on a bad line, and hashed so that guessing is dear."""

from __future__ import annotations

import hashlib
import hmac

from domain.base import Model

# Crockford's base 32, as in case ids: no I, L, O, U. 32 divides 256, so a byte modulo 32 favours no symbol.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 8  # 40 bits: three tries hit with 1 in 3.7e11
SALT_BYTES = 16  # what NIST SP 800-132 asks for at least
# RFC 7914. 16 MiB and some 60 ms for one try on a slow machine: all 2^40 codes would take two thousand years.
_N, _R, _P = 2**14, 8, 1


class CodeHash(Model):
    """What a portal is given of a code: scrypt with its parameters; `salt` and `hash` in hexadecimal."""

    n: int
    r: int
    p: int
    salt: str
    hash: str


def spelled(raw: bytes) -> str:
    """`XXXX-XXXX` from at least 8 random bytes."""
    symbols = "".join(_ALPHABET[each % 32] for each in raw[:SYMBOLS])
    if len(symbols) < SYMBOLS:
        raise ValueError("a code needs eight random bytes")
    return f"{symbols[:4]}-{symbols[4:]}"


def heard(text: str) -> str:
    """What was typed, as it is hashed: capitals without spaces and hyphens; I and L are 1, O is 0."""
    return "".join(text.upper().replace("-", "").split()).translate(str.maketrans("ILO", "110"))


def hashed_code(code: str, salt: bytes, *, n: int = _N, r: int = _R, p: int = _P) -> CodeHash:
    """The slow hash of a code."""
    made = hashlib.scrypt(heard(code).encode(), salt=salt, n=n, r=r, p=p, dklen=32)
    return CodeHash(n=n, r=r, p=p, salt=salt.hex(), hash=made.hex())


def fits(code: str, known: CodeHash) -> bool:
    """Whether this is the code that was hashed; compared in constant time."""
    made = hashed_code(code, bytes.fromhex(known.salt), n=known.n, r=known.r, p=known.p)
    return hmac.compare_digest(made.hash, known.hash)
