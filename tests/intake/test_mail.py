"""Mail over real SMTP: acknowledged when durable, evidence kept, and never believed for its From alone."""

from __future__ import annotations

import asyncio
import base64
import smtplib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from console.intake.mails import Mails
from console.intake.smtp import listening_for_mail
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceRef
from domain.intake import RequesterTrust, SourceTrust
from domain.triage import LineQuery, LineView
from integrations.mail.authenticity import prove
from tests.intake.conftest import Ways
from tests.intake.parts import MAILBOX

AGENCY = "police.northfield.example.org"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
PUBLIC = _KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class Records:
    """The DNS of these tests: synthetic domains that publish a key and a policy; fails on command."""

    def __init__(self) -> None:
        key = b"v=DKIM1; k=rsa; p=" + base64.b64encode(PUBLIC)
        self.away = False
        self.texts_of: dict[str, list[bytes]] = {
            f"s1._domainkey.{AGENCY}": [key],
            "s1._domainkey.forger.example.net": [key],
            "s1._domainkey.unlisted.example.com": [key],
            f"_dmarc.{AGENCY}": [b"v=DMARC1; p=reject"],
            "_dmarc.forger.example.net": [b"v=DMARC1; p=none"],
        }

    def texts(self, name: str) -> Sequence[bytes]:
        if self.away:
            raise HoldfastError(Code.TRANSIENT, "dns")
        return self.texts_of.get(name, ())


def mail(sender: str = f"SYNTHETIC desk <desk@{AGENCY}>", text: str = "", **more: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, MAILBOX, "SYNTHETIC: a walker is missing"
    message["Date"] = "Sun, 01 Mar 2026 03:00:00 +0000"
    message.set_content(text or "SYNTHETIC: he has not come home.\nAccount: acct-synthetic-001\n")
    for name, data in more.items():
        message.add_attachment(data, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


def signed(raw: bytes, domain: str = AGENCY, *, length: bool = False) -> bytes:
    signature = dkim.sign(raw, b"s1", domain.encode(), PEM, include_headers=[b"from", b"to", b"subject"], length=length)
    return bytes(signature) + raw


@asynccontextmanager
async def mailbox(ways: Ways, records: Records) -> AsyncIterator[tuple[str, int]]:
    mails = Mails(ways.intake, ways.vault, records)
    async with listening_for_mail(ways.sources, mails, "127.0.0.1", 0) as address:
        yield address


async def deliver(address: tuple[str, int], raw: bytes, to: str = MAILBOX) -> tuple[int, bytes]:
    """What the relay is told about the message."""

    def work() -> tuple[int, bytes]:
        with smtplib.SMTP(*address, timeout=20) as relay:
            relay.ehlo("relay.example.org")
            relay.mail("bounce@relay.example.org")
            code, said = relay.rcpt(to)
            return relay.data(raw) if code == 250 else (code, said)

    return await asyncio.to_thread(work)


async def lines(ways: Ways) -> list[LineView]:
    return [await ways.intake.read(each.line) for each in await ways.store.lines.find(LineQuery())]


async def test_a_mail_that_its_agency_signed_starts_a_case_in_the_agencys_own_lane(ways: Ways) -> None:
    raw = signed(mail(letter=b"%PDF SYNTHETIC letter"))
    async with mailbox(ways, Records()) as address:
        code, said = await deliver(address, raw)
        again = await deliver(address, raw)
    assert (code, again[0]) == (250, 250)
    [view] = await lines(ways)
    assert view.line.line in said.decode()
    assert (view.line.source_trust, view.line.requester_trust) == (SourceTrust.AUTHENTICATED, RequesterTrust.CONFIRMED)
    assert view.line.lane.startswith("agency:")
    told = view.told
    assert (told.identifier, told.agency) == ("acct-synthetic-001", "agency-northfield")
    assert told.mail is not None
    assert (told.mail.dmarc, told.mail.policy, told.mail.dkim[0].result) == ("pass", "reject", "pass")
    [(_, declared)] = ways.starting.declared
    assert declared.answers["requester_email"] == f"desk@{AGENCY}"
    assert "country" in view.missing
    scope = f"LINE-{view.line.line}"
    assert isinstance(told.mail.original, EvidenceRef)
    assert (await ways.vault.get(scope, told.mail.original)).replace(b"\r\n", b"\n") == raw.replace(b"\r\n", b"\n")
    assert await ways.vault.get(scope, told.attachments[0]) == b"%PDF SYNTHETIC letter"


@pytest.mark.parametrize(
    ("raw", "trust", "requester", "dmarc"),
    [
        (mail(), SourceTrust.OPEN, RequesterTrust.LISTED, "fail"),
        (signed(mail(), "forger.example.net"), SourceTrust.OPEN, RequesterTrust.LISTED, "fail"),
        (
            signed(mail("a@forger.example.net"), "forger.example.net"),
            SourceTrust.AUTHENTICATED,
            RequesterTrust.CLAIMED,
            "pass",
        ),
        (
            signed(mail("a@unlisted.example.com"), "unlisted.example.com"),
            SourceTrust.AUTHENTICATED,
            RequesterTrust.CLAIMED,
            "none",
        ),
        (signed(mail()).replace(b"not come", b"now come"), SourceTrust.OPEN, RequesterTrust.LISTED, "fail"),
        (signed(mail(), length=True) + b"and more\r\n", SourceTrust.OPEN, RequesterTrust.LISTED, "fail"),
        (
            signed(mail()).replace(b"To:", b"From: a@forger.example.net\r\nTo:", 1),
            SourceTrust.OPEN,
            RequesterTrust.UNKNOWN,
            "permerror",
        ),
        (b"From: a, b\r\n\r\n", SourceTrust.OPEN, RequesterTrust.UNKNOWN, "permerror"),
        (
            b"DKIM-Signature: nonsense\r\nFrom: a@x.example.org\r\n\r\n",
            SourceTrust.OPEN,
            RequesterTrust.CLAIMED,
            "none",
        ),
        (b"\xff\x00 no mail at all", SourceTrust.OPEN, RequesterTrust.UNKNOWN, "permerror"),
    ],
    ids=[
        "unsigned",
        "signed by another domain",
        "signed by a forger's own domain",
        "signed, without a policy",
        "altered",
        "lengthened",
        "two senders",
        "no sender",
        "no signature",
        "no mail",
    ],
)
async def test_what_a_mail_proves_is_kept_and_only_its_own_domains_signature_counts(
    ways: Ways, raw: bytes, trust: SourceTrust, requester: RequesterTrust, dmarc: str
) -> None:
    taken = await Mails(ways.intake, ways.vault, Records()).take(ways.sources.by_name["edr-mail"], raw)
    view = await ways.intake.read(taken.line.line)
    assert view.told.mail is not None
    assert (view.line.source_trust, view.line.requester_trust, view.told.mail.dmarc) == (trust, requester, dmarc)
    assert not view.line.lane.startswith("agency:")


async def test_while_the_dns_is_away_mail_comes_in_and_proves_nothing(ways: Ways) -> None:
    records = Records()
    records.away = True
    async with mailbox(ways, records) as address:
        assert (await deliver(address, signed(mail())))[0] == 250
    [view] = await lines(ways)
    assert view.told.mail is not None
    assert (view.told.mail.dmarc, view.told.mail.dkim[0].result) == ("temperror", "temperror")
    assert view.line.source_trust is SourceTrust.OPEN


async def test_no_mail_is_acknowledged_before_it_is_durable(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, take = signed(mail()), ways.store.lines.take
    failing: list[BaseException] = [HoldfastError(Code.TRANSIENT, "store"), RuntimeError("SECRET-VALUE")]

    async def away(new: object) -> object:
        if failing:
            raise failing.pop()
        return await take(new)  # type: ignore[arg-type]

    monkeypatch.setattr(ways.store.lines, "take", away)
    async with mailbox(ways, Records()) as address:
        assert [(await deliver(address, raw))[0] for _ in range(3)] == [451, 451, 250]
    assert len(await lines(ways)) == 1
    assert len(ways.starting.declared) == 1


async def test_a_mail_that_names_no_account_waits_for_a_person_with_everything_kept(ways: Ways) -> None:
    async with mailbox(ways, Records()) as address:
        assert (await deliver(address, mail(text="SYNTHETIC: help us find her.\n")))[0] == 250
    [view] = await lines(ways)
    assert (view.line.verdict.value, view.line.why) == ("triage", "no-identifier")
    assert "help us find her" in view.told.text
    assert not ways.starting.declared


async def test_mail_for_others_and_mail_that_is_too_large_is_refused_for_good(ways: Ways) -> None:
    async with mailbox(ways, Records()) as address:
        assert (await deliver(address, mail(), "somebody@intake.example.org"))[0] == 550
        assert (await deliver(address, mail(scan=b"x" * 100_000)))[0] == 552
    assert await lines(ways) == []


@pytest.mark.parametrize(
    ("sender", "signer", "record", "result"),
    [
        (AGENCY, "mail.northfield.example.org", b"v=DMARC1; p=reject", "pass"),
        (AGENCY, "mail.northfield.example.org", b"v=DMARC1; p=reject; adkim=s", "fail"),
        ("sub.unlisted.example.com", "unlisted.example.com", b"", "none"),
        (AGENCY, AGENCY, b"v=DMARC1; rua=mailto:x@example.org", "none"),
        (AGENCY, AGENCY, b"v=DMARC10; p=reject", "none"),
    ],
)
def test_alignment_is_by_the_registered_domain_unless_the_record_is_strict(
    sender: str, signer: str, record: bytes, result: str
) -> None:
    records = Records()
    records.texts_of |= {f"s1._domainkey.{signer}": records.texts_of[f"s1._domainkey.{AGENCY}"]}
    records.texts_of[f"_dmarc.{AGENCY}"] = [record]
    assert prove(signed(mail(f"a@{sender}"), signer), records).dmarc == result


def test_a_proof_never_fails_whatever_it_is_given() -> None:
    records = Records()
    for raw in (b"", b"\r\n\r\n", b"From: @\r\n\r\n", signed(mail())[:200], b"DKIM-Signature: v=1;" * 50 + b"\r\n\r\n"):
        assert not prove(raw, records).authenticated
