"""What a mail proves of its sender: DKIM signatures and the domain's DMARC policy, noted as evidence for people.

SPF is not looked at: behind a relay of our own the address that connected is not the sender's.
"""

from __future__ import annotations

import email.policy
import re
from collections.abc import Sequence
from email.errors import MessageError
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from functools import cache
from typing import Protocol

from dkim import DKIM, DKIMException
from publicsuffixlist import PublicSuffixList

from domain.errors import HoldfastError
from domain.intake import MailEvidence, Proof

MOST_SIGNATURES = 5  # each costs a question to the DNS; RFC 6376 section 6.1 lets a verifier limit them
LEAST_BITS = 1024  # RFC 8301, section 3.2
_DMARC = re.compile(rb"v\s*=\s*DMARC1\s*(;|$)")
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

    def policy(self, domain: str) -> dict[str, str]:
        """The tags of a domain's DMARC record. RFC 7489 section 6.6.3: several records are as good as none."""
        found = [each for each in self._texts(f"_dmarc.{domain}") if _DMARC.match(each)]
        pairs = (
            (tag.partition("=") for tag in found[0].decode("ascii", "replace").split(";")) if len(found) == 1 else ()
        )
        return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


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
    """The result for the domain in From, by its DKIM signatures alone, and what that domain asks to be done."""
    if not domain:
        return "permerror", ""
    above = organization(domain)
    try:
        own = asking.policy(domain)
        tags = own or (asking.policy(above) if above not in ("", domain) else {})
    except _Unanswered:
        return "temperror", ""
    policy = tags.get("p", "") if own else tags.get("sp", tags.get("p", ""))
    if not policy:
        return "none", ""
    strict = tags.get("adkim") == "s"
    signers = [each.domain for each in proofs if each.result == "pass"]
    aligned = any(each == domain or (not strict and above != "" and organization(each) == above) for each in signers)
    waits = any(each.result == "temperror" for each in proofs)
    return "pass" if aligned else "temperror" if waits else "fail", policy[:20]


def organization(domain: str) -> str:
    """The domain that somebody registered: one label below a public suffix. "" for a suffix itself, and for none."""
    return _suffixes().privatesuffix(domain) or ""


@cache
def _suffixes() -> PublicSuffixList:
    """Read once: reading it for each mail would let a sender spend our time."""
    return PublicSuffixList(accept_unknown=False)


def _head(raw: bytes) -> bytes:
    """The header section."""
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return raw[: min(ends)] if ends else raw
