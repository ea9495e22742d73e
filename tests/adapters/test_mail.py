"""A mail reaches one mailbox, carries its key, and fails without repeating anybody's address."""

from __future__ import annotations

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.errors import Code, HoldfastError, Passing
from domain.outside import Mail
from integrations.mail.mailer import Mailer
from integrations.simulator.faults import Fault
from integrations.simulator.mail import MailSimulator
from integrations.simulator.smtp import SmtpServer
from tests.adapters.conftest import AT, says_nothing_of

TO = "edr@police.northfield.example.org"
TEXT = "Grüße,\n.\n..a line of dots\nand “quotes” – " + "x" * 1200 + "\n"
SECRETS = (TO, "northfield", "Grüße", "injected", "127.0.0.1")


async def send(mailer: Mailer, *, to: str = TO, subject: str = "About your request", key: str = "k1") -> str:
    return await mailer.send(to, subject, TEXT, key=key, at=AT)


def test_the_mailer_is_the_mail_that_the_steps_ask_for(mailer: Mailer) -> None:
    mail: Mail = mailer
    assert mail is mailer


async def test_a_mail_arrives_as_it_was_written(relay: MailSimulator, mailer: Mailer) -> None:
    message_id = await send(mailer, subject="Über Ihre Anfrage")
    [mail] = relay.messages
    assert message_id == mail.message_id == "<k1@example.com>"
    assert (mail.sender, mail.to, mail.subject) == ("holdfast@example.com", [TO], "Über Ihre Anfrage")
    assert mail.text.replace("\r\n", "\n") == TEXT
    assert mail.at == AT


async def test_the_longest_key_and_a_long_domain_stay_one_message_id(relay: MailSimulator) -> None:
    domain = f"{'a' * 60}.{'b' * 60}.example.com"
    key = "0123456789abcdef" * 4
    message_id = await send(Mailer(relay.smtp_host, relay.smtp_port, f"holdfast@{domain}"), key=key)
    assert relay.messages[0].message_id == message_id == f"<{key}@{domain}>"


async def test_a_mail_whose_reply_was_lost_is_recognised_as_the_same(relay: MailSimulator, mailer: Mailer) -> None:
    relay.faults.add(Fault(match="DATA", kind="reply_lost"))
    with pytest.raises(Passing) as caught:
        await send(mailer)
    assert says_nothing_of(caught.value, *SECRETS)
    await send(mailer)
    assert [mail.message_id for mail in relay.messages] == ["<k1@example.com>"] * 2
    assert relay.messages[0] == relay.messages[1]
    assert relay.stats()["applied"] == 1


class _Raw:
    """Keeps every mail as its bytes."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.append(envelope.original_content or b"")
        return "250 accepted"


async def test_two_tries_are_the_same_mail_to_the_last_byte_dated_in_the_time_of_the_case() -> None:
    raw = _Raw()
    server = SmtpServer(raw, host="127.0.0.1", port=0)
    await server.start()
    try:
        for _ in range(2):
            await send(Mailer(server.host, server.port, "holdfast@example.com"))
    finally:
        await server.stop()
    first, second = raw.received
    assert first == second
    assert b"\r\nDate: Wed, 01 Jan 2031 12:00:00 +0000\r\n" in first


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (421, Code.TRANSIENT),
        (451, Code.TRANSIENT),
        (530, Code.NEEDS_HUMAN),
        (550, Code.PERMANENT),
        (554, Code.PERMANENT),
    ],
)
async def test_a_refused_mail_is_named_by_its_code_and_by_nothing_else(
    relay: MailSimulator, mailer: Mailer, verb: str, status: int, code: Code
) -> None:
    relay.faults.add(Fault(match=verb, kind="status", value=status))
    with pytest.raises(HoldfastError) as caught:
        await send(mailer)
    assert (caught.value.code, caught.value.detail) == (code, f"mail {status}")
    assert says_nothing_of(caught.value, *SECRETS)
    assert relay.messages == []


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
async def test_a_lost_connection_is_tried_again(relay: MailSimulator, mailer: Mailer, verb: str) -> None:
    relay.faults.add(Fault(match=verb, kind="drop"))
    with pytest.raises(Passing) as caught:
        await send(mailer)
    assert says_nothing_of(caught.value, *SECRETS)
    await send(mailer)
    assert len(relay.messages) == 1


async def test_a_relay_that_is_not_there_is_tried_again() -> None:
    async with MailSimulator() as gone:
        mailer = Mailer(gone.smtp_host, gone.smtp_port, "holdfast@example.com")
    with pytest.raises(Passing) as caught:
        await send(mailer)
    assert says_nothing_of(caught.value, *SECRETS)


async def test_a_relay_that_says_nothing_is_given_up(
    relay: MailSimulator, mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.mail.mailer.PATIENCE", 0.2)
    relay.faults.add(Fault(match="DATA", kind="latency", value=30))
    with pytest.raises(Passing) as caught:
        await send(mailer)
    assert caught.value.detail == "mail SMTPReadTimeoutError"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "Name <a@example.org>",
        "a@example.org b@example.org",
        '"a b"@example.org',
        "a@b@example.org",
        "a\ud800@example.org",
        "ü@example.org",
    ],
)
async def test_what_is_not_one_plain_address_is_never_sent(relay: MailSimulator, mailer: Mailer, to: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        await send(mailer, to=to)
    assert caught.value.code is Code.PERMANENT
    assert says_nothing_of(caught.value, "example.org", "nobody")
    assert relay.messages == []


@pytest.mark.parametrize("key", ["", "a>b", "a\r\nBcc: b@example.org", "a b", "k" * 65])
async def test_a_key_that_is_no_message_id_is_never_sent(relay: MailSimulator, mailer: Mailer, key: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        await send(mailer, key=key)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "mail key")
    assert relay.messages == []


async def test_a_subject_cannot_start_another_header(relay: MailSimulator, mailer: Mailer) -> None:
    await send(mailer, subject="One\r\nBcc: other@example.org\n\ud800")
    [mail] = relay.messages
    assert mail.subject == "One Bcc: other@example.org ?"
    assert mail.to == [TO]


async def test_encryption_that_is_required_is_not_given_up_silently(relay: MailSimulator) -> None:
    careful = Mailer(relay.smtp_host, relay.smtp_port, "holdfast@example.com", encryption="starttls")
    with pytest.raises(HoldfastError) as caught:
        await send(careful)
    assert caught.value.code is Code.PERMANENT
    assert relay.messages == []
