"""A stand-in for a mail relay: real SMTP on one port, the page of what arrived on another."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.faults import Fault
from integrations.simulator.page import Table
from integrations.simulator.smtp import SmtpServer
from integrations.simulator.state import LogLine, SimState, time_of

ACCEPTED = "250 2.0.0 accepted"


class Mail(BaseModel):
    """One message as it arrived. `sender` and `to` are of the envelope; `message_id` is "" if it had none."""

    sender: str
    to: list[str]
    subject: str
    message_id: str
    text: str
    at: AwareDatetime


class MailState(SimState):
    """Every message ever accepted, repeats included."""

    messages: list[Mail] = Field(default_factory=list)


class MailSimulator(Simulator[MailState]):
    """Repeats are kept in `messages`, as a relay would deliver them; `keys` and `applied` of the stats count
    distinct Message-IDs, and each message without one counts as applied once more.

    Faults: verb `DATA` (also "*") for messages, verb `RCPT` for recipients. `status` takes an SMTP code such
    as 451 or 550; `reply_lost` stores the message and hangs up before the 250; `drop` stores nothing.
    """

    title = "Mail stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        page_port: int = 0,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(MailState(), host=host, port=page_port, state_path=state_path)
        self._smtp = SmtpServer(self, host=host, port=port)

    @property
    def smtp_host(self) -> str:
        """Where to send mail."""
        return self._smtp.host

    @property
    def smtp_port(self) -> int:
        """Where to send mail, once started."""
        return self._smtp.port

    @property
    def messages(self) -> list[Mail]:
        """Everything accepted, oldest first, repeats included."""
        return list(self.state.messages)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self._smtp.start()
        except BaseException:
            await super().__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._smtp.stop()
        await super().__aexit__(kind, error, trace)

    def tables(self) -> Sequence[Table]:
        rows = [
            (mail.at.isoformat(), mail.sender, ", ".join(mail.to), mail.subject, mail.message_id, mail.text)
            for mail in reversed(self.state.messages)
        ]
        return (Table("Messages, newest first", ("At", "From", "To", "Subject", "Message-ID", "Text"), rows),)

    def add_controls(self, app: web.Application) -> None:
        app.router.add_get("/_sim/mailboxes", self._mailbox)
        app.router.add_get("/_sim/mailboxes/{address}", self._mailbox)

    async def _mailbox(self, request: web.Request) -> web.Response:
        """What came to one address, or to all, oldest first, repeats included."""
        address = request.match_info.get("address", "")
        mine = [each for each in self.messages if not address or address in each.to]
        return web.json_response([each.model_dump(mode="json") for each in mine])

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.faults.take(verb="RCPT", only=("RCPT",))
        status = await self._suffer(fault)
        if fault is not None and fault.kind != "latency":
            self._note_mail("RCPT", None, status, fault)
        if fault is not None and fault.kind in ("drop", "reply_lost"):
            await self._smtp.hang_up(server)
        if status is not None:
            return f"{status} injected"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self.faults.take(verb="DATA")
        status = await self._suffer(fault)
        kind = fault.kind if fault is not None else None
        message = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        message_id = str(message.get("Message-ID", "")).strip()
        if kind not in ("drop", "status"):
            self._keep(message, message_id, envelope)
        lost = kind in ("drop", "reply_lost")
        self._note_mail("DATA", message_id or None, None if lost else (status or 250), fault)
        if lost:
            await self._smtp.hang_up(server)
        return ACCEPTED if status is None else f"{status} injected"

    async def _suffer(self, fault: Fault | None) -> int | None:
        """Wait if told to; the status code to answer if told one."""
        if fault is not None and fault.kind == "latency":
            await asyncio.sleep(fault.value or 0.0)
        return fault.status if fault is not None and fault.kind == "status" else None

    def _keep(self, message: EmailMessage, message_id: str, envelope: Envelope) -> None:
        body = message.get_body(preferencelist=("plain", "html"))
        if message_id not in self.state.keys:
            self.state.applied += 1
        if message_id:
            self.state.keys.add(message_id)
        mail = Mail(
            sender=envelope.mail_from or "",
            to=list(envelope.rcpt_tos),
            subject=str(message.get("Subject", "")),
            message_id=message_id,
            text=str(body.get_content()) if body is not None else "",
            at=_time_of(message),
        )
        self.state.messages.append(mail)
        self.touch()

    def _note_mail(self, method: str, key: str | None, status: int | None, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else None
        self.note(LogLine(at=time_of({}), method=method, path="", key=key, status=status, fault=kind))


def _time_of(message: EmailMessage) -> AwareDatetime:
    """The caller's time from the message's own header; one that cannot be read is as good as none."""
    try:
        return time_of({name: str(value) for name, value in message.items()})
    except ValueError:
        return time_of({})
