"""aiosmtpd on the running loop, without its thread, and with a way to hang up in mid-sentence."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP


class _Connection(SMTP):
    """Remembers its task, so that the end of the server leaves nothing running."""

    def __init__(self, handler: object, tasks: dict[asyncio.Task[None], _Connection]) -> None:
        # The name is fixed because looking the machine's own up can take seconds.
        super().__init__(handler, hostname="mail.example.org", ident="synthetic", loop=asyncio.get_running_loop())
        self._tasks = tasks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        task = self._handler_coroutine
        if task is not None:
            self._tasks[task] = self
            task.add_done_callback(lambda done: self._tasks.pop(done, None))


class SmtpServer:
    """`handler`: an object with aiosmtpd's hooks. `port` 0 takes a free one, seen in `port` once started."""

    def __init__(self, handler: object, *, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], _Connection] = {}

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        open_tasks = dict(self._tasks)
        for task, connection in open_tasks.items():
            _abort(connection)
            task.cancel()
        if open_tasks:
            await asyncio.wait(open_tasks)
        await self._server.wait_closed()
        self._server = None

    async def hang_up(self, connection: SMTP) -> None:
        """Cut the connection and never return: its own task ends here, before a reply could be written."""
        _abort(connection)
        await asyncio.get_running_loop().create_future()

    def _connection(self) -> _Connection:
        return _Connection(self._handler, self._tasks)


def _abort(connection: SMTP) -> None:
    transport = connection.transport
    if isinstance(transport, asyncio.Transport):
        transport.abort()
