"""The mail stand-in speaks real SMTP, keeps repeats, and counts what a careful sender would send once."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib
import pytest

from integrations.simulator.faults import Fault
from integrations.simulator.mail import MailSimulator
from tests.simulators.conftest import client


def message(message_id: str | None = "<one@example.org>", text: str = "Synthetic text.\n") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "holdfast@example.org"
    mail["To"] = "desk@example.net"
    mail["Subject"] = "Synthetic: réponse"
    if message_id is not None:
        mail["Message-ID"] = message_id
    mail.set_content(text)
    return mail


async def send(mail: MailSimulator, what: EmailMessage) -> None:
    await aiosmtplib.send(what, hostname=mail.smtp_host, port=mail.smtp_port, start_tls=False, timeout=5.0)


async def test_a_message_arrives_as_it_was_written(mail: MailSimulator) -> None:
    await send(mail, message(text="Première ligne.\n.\nA line after a lone dot.\n"))
    (got,) = mail.messages
    assert (got.sender, got.to) == ("holdfast@example.org", ["desk@example.net"])
    assert (got.subject, got.message_id) == ("Synthetic: réponse", "<one@example.org>")
    assert got.text.splitlines() == ["Première ligne.", ".", "A line after a lone dot."]


async def test_a_repeat_is_kept_and_counted_once(mail: MailSimulator) -> None:
    await send(mail, message())
    await send(mail, message())
    await send(mail, message("<two@example.org>"))
    assert len(mail.messages) == 3
    assert mail.stats() == {"requests": 3, "keys": 2, "applied": 2}


async def test_messages_without_an_id_show_up_as_applied_without_a_key(mail: MailSimulator) -> None:
    for _ in range(2):
        async with aiosmtplib.SMTP(hostname=mail.smtp_host, port=mail.smtp_port, start_tls=False) as smtp:
            await smtp.sendmail("a@example.org", ["b@example.org"], "Subject: synthetic\r\n\r\nbody\r\n")
    assert mail.stats() == {"requests": 2, "keys": 0, "applied": 2}


async def test_a_lost_reply_means_that_the_message_did_arrive(mail: MailSimulator) -> None:
    mail.faults.add(Fault(match="DATA", kind="reply_lost"))
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mail, message())
    assert len(mail.messages) == 1
    await send(mail, message())
    assert mail.stats() == {"requests": 2, "keys": 1, "applied": 1}


async def test_a_dropped_connection_means_that_it_did_not(mail: MailSimulator) -> None:
    mail.faults.add(Fault(kind="drop"))
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mail, message())
    assert mail.messages == []


@pytest.mark.parametrize("status", [451, 550])
async def test_a_refused_message_is_not_kept(mail: MailSimulator, status: int) -> None:
    mail.faults.add(Fault(match="DATA", kind="status", value=status))
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(mail, message())
    assert refused.value.code == status
    assert mail.messages == []
    await send(mail, message())
    assert len(mail.messages) == 1


async def test_a_recipient_can_be_refused_by_name_of_the_verb(mail: MailSimulator) -> None:
    mail.faults.add(Fault(match="RCPT", kind="status", value=550))
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(mail, message())
    assert mail.messages == []
    assert [line.method for line in mail.state.log] == ["RCPT"]


async def test_the_time_of_a_message_is_its_senders(mail: MailSimulator) -> None:
    what = message()
    what["X-Holdfast-Time"] = "2031-05-06T07:08:09Z"
    await send(mail, what)
    assert mail.messages[0].at.isoformat() == "2031-05-06T07:08:09+00:00"


async def test_a_client_that_stays_connected_does_not_hold_up_the_end() -> None:
    async with MailSimulator() as mail:
        smtp = aiosmtplib.SMTP(hostname=mail.smtp_host, port=mail.smtp_port, start_tls=False)
        await smtp.connect()
    assert mail._smtp._tasks == {}
    smtp.close()


async def test_the_page_shows_what_arrived_and_runs_none_of_it(mail: MailSimulator) -> None:
    await send(mail, message(text="<script>alert(1)</script>\n"))
    async with client(mail.url) as one:
        page = await one.get("/_sim")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
