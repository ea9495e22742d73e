"""A port for somebody who will listen there in a moment, in a process that has not begun yet."""

from __future__ import annotations

import secrets
import socket

# Below what systems hand out by themselves (RFC 6335 begins at 49152, Linux at 32768): between our look and the moment
# at which the process listens, no outgoing connection of anybody can take the port.
_LEAST, _MOST = 10_240, 32_000
_TRIES = 200


def free_port(host: str = "127.0.0.1", *, besides: frozenset[int] = frozenset()) -> int:
    """A port that nobody listens on now, and none of `besides`.

    Raises:
        OSError: where none is to be found.
    """
    for _ in range(_TRIES):
        port = _LEAST + secrets.randbelow(_MOST - _LEAST)
        if port in besides:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port on {host}")
