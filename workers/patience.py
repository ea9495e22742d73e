"""Starting before what we need: a process that died because its database was restarting would leave people alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import TypeVar

from domain.errors import Code, HoldfastError

T = TypeVar("T")
EVERY = 1.0  # seconds between two tries
_PASSING = (Code.TRANSIENT, Code.UNREACHABLE)


async def entered(
    stack: AsyncExitStack,
    make: Callable[[], AbstractAsyncContextManager[T]],
    stop: asyncio.Event,
    say: Callable[[str], None],
    every: float = EVERY,
) -> T | None:
    """What `make` opens, entered on `stack`; tried again while the other side is away. None when told to stop first.

    Raises:
        HoldfastError: whatever no patience mends, such as `broken-configuration`.
    """
    told = False
    while not stop.is_set():
        try:
            return await stack.enter_async_context(make())
        except HoldfastError as error:
            if error.code not in _PASSING:
                raise
            if not told:
                say(f"Waiting: {error.sentence}")
                told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)
    return None
