"""What a mail proves of its sender: DKIM signatures and the domain's DMARC policy, noted as evidence for people.

SPF is not looked at: behind a relay of our own the address that connected is not the sender's.
"""

from __future__ import annotations

import email.policy
from collections.abc import Sequence
from email.errors import MessageError
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Protocol

from authheaders import dmarc_per_from
from authheaders.dmarc_lookup import DMARCException
from authres import DKIMAuthenticationResult
from dkim import DKIM, DKIMException

from domain.errors import HoldfastError
from domain.intake import MailEvidence, Proof

MOST_SIGNATURES = 5  # each costs a question to the DNS; RFC 6376 section 6.1 lets a verifier limit them
LEAST_BITS = 1024  # RFC 8301, section 3.2
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, UnicodeError)  # what is no signature


class TextRecords(Protocol):
    """The DNS."""

    def texts(self, name: str) -> Sequence[bytes]:
        """Every TXT record of a name. Raises HoldfastError (`transient`) if nobody answers."""
        ...


class _Unanswered(Exception):
    """The DNS was away: the mail proves nothing now, and is taken in all the same."""


class _Asking:
    """The questions of one mail, in the two spellings that the libraries use."""

    def __init__(self, records: TextRecords) -> None:
        self._records = records

    def _texts(self, name: str) -> Sequence[bytes]:
        try:
            return self._records.texts(name.rstrip("."))
        except HoldfastError:
            raise _Unanswered from None

    def key(self, name: bytes, timeout: float = 0) -> bytes | None:
        found = self._texts(name.decode("ascii", "replace"))
        return found[0] if found else None

    def policy(self, name: str) -> str:
        """The one DMARC record; RFC 7489 section 6.6.3 treats several as none."""
        found = [each for each in self._texts(name) if each.startswith(b"v=DMARC1")]
        return found[0].decode("utf-8", "replace") if len(found) == 1 else ""


def prove(raw: bytes, records: TextRecords) -> MailEvidence:
    """Never fails: what cannot be checked is noted as such. Blocks while the DNS is asked."""
    asking = _Asking(records)
    domain = from_domain(raw)
    proofs = tuple(_signatures(raw, asking))
    dmarc, policy = _dmarc(domain, proofs, asking)
    return MailEvidence(from_domain=domain, dkim=proofs, dmarc=dmarc, policy=policy)


def from_domain(raw: bytes) -> str:
    """The domain of the one address in From; "" for none and for several, by which a forged one could hide."""
    try:
        headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
    except (MessageError, ValueError):
        return ""
    said = getaddresses([str(each) for each in headers.get_all("From", [])])
    addresses = [address for _, address in said if address]
    if len(addresses) != 1 or addresses[0].count("@") != 1:
        return ""
    domain = addresses[0].rpartition("@")[2].strip().lower().rstrip(".")
    return domain if domain.isascii() and domain.isprintable() and " " not in domain else ""


def _signatures(raw: bytes, asking: _Asking) -> list[Proof]:
    proofs = []
    count = sum(line.lower().startswith(b"dkim-signature:") for line in _head(raw).splitlines())
    for index in range(min(count, MOST_SIGNATURES)):
        proofs.append(_signature(raw, index, asking))
    return proofs


def _signature(raw: bytes, index: int, asking: _Asking) -> Proof:
    signed = DKIM(raw, minkey=LEAST_BITS)
    try:
        result = "pass" if signed.verify(idx=index, dnsfunc=asking.key) else "fail"
    except _Unanswered:
        result = "temperror"
    except DKIMException:
        result = "fail"
    except _UNREADABLE:
        result = "permerror"
    fields: dict[bytes, bytes] = signed.signature_fields or {}
    if result == "pass" and b"l" in fields:
        result = "partial"  # whatever stands behind that length was signed by nobody
    named = (fields.get(name, b"").decode("ascii", "replace").strip() for name in (b"d", b"s"))
    domain, selector = named
    return Proof(domain=domain.lower()[:255], selector=selector[:255], result=result)


def _dmarc(domain: str, proofs: tuple[Proof, ...], asking: _Asking) -> tuple[str, str]:
    """The result and the policy of the domain in From."""
    if not domain:
        return "permerror", ""
    results: list[tuple[str, str]] = []
    try:
        for proof in (*proofs, Proof(domain="", selector="", result="fail")):
            signed = DKIMAuthenticationResult(result=proof.result, header_d=proof.domain)
            result, _, _, policy = dmarc_per_from(domain, dkim_result=signed, dnsfunc=asking.policy)
            results.append((result, policy))
            if result in ("pass", "none"):
                break
    except _Unanswered:
        return "temperror", ""
    except (DMARCException, *_UNREADABLE):
        return "permerror", ""
    return results[-1] if results[-1][0] in ("pass", "none") else results[0]


def _head(raw: bytes) -> bytes:
    """The header section."""
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return raw[: min(ends)] if ends else raw
