"""A child's program that has been taken over: it does what the document's bytes say. Each attack tells what it got.

It is loaded by its path inside the confined child, and called in the tests' own process to see that it would work.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import time
from pathlib import Path
from typing import BinaryIO

from integrations.attachments.frames import (
    DIGESTS,
    HEADER,
    LENGTH,
    PAGE,
    SAYS_DIGESTS,
    SAYS_DONE,
    SAYS_INSPECTED,
    SAYS_PAGE,
    SAYS_REFUSED,
    SAYS_TEXT,
)

LIBC = ctypes.CDLL(None, use_errno=True)


def attack(what: str) -> str:
    """Try something that a reader of documents has no business with; returns what came of it."""
    verb, _, about = what.partition(" ")
    try:
        match verb:
            case "connect":
                host, _, port = about.rpartition(":")
                with socket.socket() as plug:
                    plug.connect((host, int(port)))
            case "look-up":
                socket.getaddrinfo(about, 443)
            case "datagram":
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            case "local-socket":
                socket.socket(socket.AF_UNIX)
            case "read":
                Path(about).read_bytes()
            case "list":
                os.listdir(about)
            case "write":
                Path(about).write_bytes(b"SYNTHETIC")
            case "fork":
                if os.fork() == 0:
                    os._exit(0)
            case "exec":
                os.execv("/bin/true", ["true"])
            case "kill":
                os.kill(int(about), 0)
            case "kill-thread":
                if LIBC.tgkill(int(about), int(about), 0) != 0:
                    raise OSError(ctypes.get_errno(), "tgkill")
            case "environment":
                return " ".join(sorted(os.environ))
            case _:
                return f"unknown {verb}"
    except (OSError, LookupError, ImportError) as error:
        return f"{verb} failed: {type(error).__name__}"
    return f"{verb} worked"


def work(read: BinaryIO, write: BinaryIO) -> None:
    _, size, *_ = HEADER.unpack(read.read(HEADER.size))
    what = read.read(size).decode()
    match what:
        case "spin":
            while True:
                pass
        case "spin-on":
            signal.signal(signal.SIGXCPU, signal.SIG_IGN)
            while True:
                pass
        case "sleep":
            time.sleep(3600)
        case "swell":
            keep = []
            while True:
                keep.append(bytearray(64 << 20))
        case "crash":
            os.abort()
        case "vanish":
            return
        case "fork-bomb":
            answers = {attack("fork") for _ in range(1000)}
            _answer(write, " ".join(sorted(answers)))
        case "digests-without-end":
            while True:
                write.write(SAYS_DIGESTS + DIGESTS.pack(b"", b"", b""))
        case "pages-without-end":
            write.write(SAYS_INSPECTED)
            while True:
                write.write(SAYS_PAGE + PAGE.pack(1, 1) + bytes(3))
        case "text-without-end":
            write.write(SAYS_INSPECTED)
            while True:
                write.write(SAYS_PAGE + PAGE.pack(1, 1) + bytes(3) + SAYS_TEXT + LENGTH.pack(100_000) + bytes(100_000))
        case "page-of-a-square-mile":
            write.write(SAYS_INSPECTED + SAYS_PAGE + PAGE.pack(2**32 - 1, 2**32 - 1))
        case "no-page-at-all":
            write.write(SAYS_INSPECTED + SAYS_DONE)
        case "own-code":
            write.write(SAYS_REFUSED + LENGTH.pack(8) + b"accepted")
        case "babble":
            write.write(b"\x00" * 100_000)
        case _:
            _answer(write, attack(what))


def _answer(write: BinaryIO, text: str) -> None:
    data = text.encode()
    write.write(SAYS_INSPECTED + SAYS_PAGE + PAGE.pack(1, 1) + bytes(3))
    write.write(SAYS_TEXT + LENGTH.pack(len(data)) + data + SAYS_DONE)
