"""In a container as engines start it namespaces are forbidden: the filter alone must hold there."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from integrations.attachments import confinement
from integrations.attachments.frames import HEADER

HOSTILE = Path(__file__).with_name("hostile.py")
# Forbids `unshare` and `chroot`, as the default profile of container engines does, and then becomes the child.
ENGINE = """
    import ctypes, os, sys
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    lib.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = lib.seccomp_init(0x7FFF0000)
    for name in (b"unshare", b"chroot"):
        assert lib.seccomp_rule_add(rules, 0x00050001, lib.seccomp_syscall_resolve_name(name), 0) == 0
    assert lib.seccomp_load(rules) == 0
    os.execv(sys.executable, [sys.executable, "-I", "-B", *sys.argv[1:]])
"""


def inside(what: str) -> bytes:
    script = Path(confinement.__file__).with_name("confine.py")
    given = HEADER.pack(b"pdf ", len(what), 0, 0, 0, 0, 0) + what.encode()
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ENGINE), str(script), str(HOSTILE), str(1 << 30), "20"],
        input=given,
        capture_output=True,
        timeout=60,
        env={},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_without_namespaces_there_is_still_no_network_no_file_and_no_process() -> None:
    for what in ("connect 127.0.0.1:9", "datagram", "read /etc/hostname", "fork"):
        assert f"{what.partition(' ')[0]} failed: PermissionError".encode() in inside(what)
