"""Outgoing mail by SMTP: one recipient, plain words, and a Message-ID by which a repeat is recognised."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from aiosmtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from domain.errors import Code, HoldfastError, Passing
from integrations.base.client import instant

PATIENCE = 5.0  # seconds for one reply of the relay: a relay that needs longer is not well
DEADLINE = 10.0  # seconds for one mail; it is the second channel of a step that has 20
CREDENTIAL_CODES = frozenset({530, 534, 535, 538})  # RFC 4954, section 6

Encryption = Literal["if-offered", "starttls", "tls"]

# One address and nothing else: a header takes lists and display names, and a letter must reach one mailbox.
_ADDRESS = re.compile(r'[^\s@<>(),;:"\\\[\]]+@[^\s@<>(),;:"\\\[\]]+')
_KEY = re.compile(r"[0-9A-Za-z._/+=-]{1,64}")  # the dot-atom of RFC 5322, short enough for one line


class Mailer:
    """`domain.outside.Mail`. `sender` is our address; its domain ends every Message-ID.

    `encryption`: `if-offered` suits a relay on the same host; across a network require `starttls` or `tls`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        encryption: Encryption = "if-offered",
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._domain = sender.rpartition("@")[2]
        self._encryption = encryption
        self._username = username
        self._password = password

    async def send(self, to: str, subject: str, text: str, *, key: str, at: datetime) -> str:
        """Returns the Message-ID, `<{key}@{sender's domain}>`, the same for every try under this key.

        Raises:
            HoldfastError: `transient` (a `Passing`) for 4xx and a lost connection; `needs-a-person` if our
                credentials are refused; `permanent` for other 5xx and for what cannot be a mail.
        """
        message = self._message(to, subject, text, key, at)
        relay = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            local_hostname=self._domain,  # the machine's own name takes a look-up and is nobody's business
            timeout=PATIENCE,
            use_tls=self._encryption == "tls",
            start_tls={"if-offered": None, "starttls": True, "tls": False}[self._encryption],
        )
        try:
            async with relay, asyncio.timeout(DEADLINE):
                await relay.send_message(message, sender=self._sender, recipients=[to])
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            failure = _failure(error)
        else:
            return str(message["Message-ID"])
        raise failure  # outside the handler, so that no context carries the address and the relay's words

    def _message(self, to: str, subject: str, text: str, key: str, at: datetime) -> EmailMessage:
        if _ADDRESS.fullmatch(to) is None or _sendable(to) != to:
            raise HoldfastError(Code.PERMANENT, "mail recipient")
        if _KEY.fullmatch(key) is None:
            raise HoldfastError(Code.PERMANENT, "mail key")
        message = EmailMessage()
        message["X-Holdfast-Time"] = instant(at)
        message["Date"] = at.astimezone(UTC)
        message["Message-ID"] = f"<{key}@{self._domain}>"
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = " ".join(_sendable(subject).split())  # a line break would start another header
        message.set_content(_sendable(text), charset="utf-8")
        return message


def _sendable(text: str) -> str:
    """Lone surrogates, which no encoding can carry, become question marks; a letter is not lost for them."""
    return text.encode("utf-8", "replace").decode()


def _failure(error: Exception) -> HoldfastError:
    """Which code, with the SMTP status alone: the relay's words repeat addresses."""
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, SMTPResponseException):
        return _refused(error.code)
    if isinstance(error, (SMTPServerDisconnected, SMTPConnectError, SMTPTimeoutError, OSError, TimeoutError)):
        return Passing(f"mail {type(error).__name__}")
    return HoldfastError(Code.PERMANENT, f"mail {type(error).__name__}")


def _refused(code: int) -> HoldfastError:
    if 400 <= code <= 499:
        return Passing(f"mail {code}")
    return HoldfastError(Code.NEEDS_HUMAN if code in CREDENTIAL_CODES else Code.PERMANENT, f"mail {code}")
