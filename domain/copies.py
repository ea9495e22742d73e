"""A case's state, packed for the store: what a terminated, reset or lost run is restarted from."""

from __future__ import annotations

import base64
import zlib

from domain.errors import Code, HoldfastError
from domain.state import State


def packed(state: State) -> str:
    """The state as text that is small enough to travel with every write to the ledger."""
    return base64.b64encode(zlib.compress(state.model_dump_json(exclude_defaults=True).encode(), 6)).decode()


def unpacked(text: str | bytes) -> State:
    """The state again.

    Raises:
        HoldfastError: `unreadable` if this is no copy of a state.
    """
    try:
        return State.model_validate_json(zlib.decompress(base64.b64decode(text, validate=True)))
    except (ValueError, zlib.error):
        raise HoldfastError(Code.UNREADABLE, "the copy of the state") from None
