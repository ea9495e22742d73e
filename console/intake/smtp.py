"""Mail comes in: a message is acknowledged when it is durable, and kept by its sender when it cannot be."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiosmtpd.smtp import SMTP, Envelope, Session

from console.intake.mails import Mails
from console.intake.sources import Recipe, Source, Sources
from domain.errors import Code, HoldfastError

_LOG = logging.getLogger("holdfast.intake")
ACCEPTED = "250 2.0.0 received"
LATER = "451 4.3.0 cannot be kept right now, try again"
UNKNOWN = "550 5.1.1 no such address"
TOO_MANY = "452 4.5.3 one address at a time"
TOO_LARGE = "552 5.3.4 too large"
_IDLE = 60.0  # seconds that a connection may say nothing; RFC 5321 asks for minutes of a server with time to spare
_MOST_CONNECTIONS = 100  # at once; who comes then is asked to come again


class _Handler:
    def __init__(self, sources: Sources, mails: Mails) -> None:
        self._sources = sources
        self._mails = mails

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        source = self._sources.mailbox(address)
        if source is None or source.recipe is not Recipe.MAIL:
            return UNKNOWN
        if envelope.rcpt_tos:
            return TOO_MANY  # the sender comes again for the other: each has a receipt of its own
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        source = self._sources.mailbox(envelope.rcpt_tos[0])
        raw = envelope.original_content or b""
        if source is None:
            return UNKNOWN
        if len(raw) > source.largest:
            return TOO_LARGE
        return await self._kept(source, raw)

    async def _kept(self, source: Source, raw: bytes) -> str:
        try:
            taken = await self._mails.take(source, raw)
        except HoldfastError as error:
            if error.code is Code.DUPLICATE_KEY:
                return ACCEPTED  # kept as a line of its own
            _LOG.error("a mail cannot be kept: code=%s source=%s; its sender keeps it", error.code.value, source.name)
            return LATER
        except Exception as error:
            # The text could carry the mail. Whatever it was, the sender must not be told that we have it.
            _LOG.error("a mail cannot be kept: error=%s source=%s", type(error).__name__, source.name)
            return LATER
        return f"{ACCEPTED} as {taken.line.line}"


class _Connection(SMTP):
    """Remembers its task, so that the end of the listener leaves nothing running."""

    def __init__(self, handler: _Handler, open_: dict[asyncio.Task[None], _Connection], largest: int) -> None:
        super().__init__(
            handler,
            hostname="mail",  # looking the machine's own name up can take seconds, and would tell it
            ident="holdfast",
            loop=asyncio.get_running_loop(),
            data_size_limit=largest,
            timeout=_IDLE,
        )
        self._open = open_

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._open) >= _MOST_CONNECTIONS and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 too many connections, try again\r\n")
            transport.close()
            return
        super().connection_made(transport)
        task = self._handler_coroutine
        if task is not None:
            self._open[task] = self
            task.add_done_callback(lambda done: self._open.pop(done, None))

    def cut(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


@contextlib.asynccontextmanager
async def listening_for_mail(sources: Sources, mails: Mails, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """Take mail on this address until the context ends; gives where it listens (port 0 takes a free one).

    Raises:
        HoldfastError: `broken-configuration` if the port is taken.
    """
    boxes = [each for each in sources.by_name.values() if each.recipe is Recipe.MAIL]
    largest = max((each.largest for each in boxes), default=0)
    open_: dict[asyncio.Task[None], _Connection] = {}
    handler = _Handler(sources, mails)
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(handler, open_, largest), host, port
        )
    except OSError:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"port {port} is taken; HOLDFAST_INTAKE_SMTP") from None
    try:
        found = server.sockets[0].getsockname()
        yield str(found[0]), int(found[1])
    finally:
        server.close()
        running = dict(open_)
        for task, connection in running.items():
            connection.cut()
            task.cancel()
        if running:
            await asyncio.wait(running)
        await server.wait_closed()
