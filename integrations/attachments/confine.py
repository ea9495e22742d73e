"""The first program of the child: it takes everything away from itself, says so, and only then reads a document.

Run as a script by `confinement.py`. Of ours it loads `frames.py` alone: no key or setting is ever in its memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

Work = Callable[[BinaryIO, BinaryIO], None]

READY = b"R"  # said when everything is taken away; the parent hands over nothing before
UNCONFINED, OUT_OF_MEMORY = 78, 77  # exit codes; 78 is EX_CONFIG of sysexits.h

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38  # linux/prctl.h
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000  # linux/sched.h
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM  # SCMP_ACT_ALLOW and SCMP_ACT_ERRNO(EPERM) of seccomp.h
_NOBODY = 65534

# All that drawing needs once everything is loaded: memory, the two pipes, time. Nothing that opens, connects, starts
# another process, or looks at one.
_CALLS = (
    "read readv write writev close fstat lseek "
    "mmap munmap mprotect mremap madvise brk "
    "futex sched_yield sched_getaffinity getcpu membarrier rseq set_robust_list restart_syscall "
    "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack gettid getpid exit exit_group "
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getrandom getrusage sysinfo poll ppoll"
)


class Unconfined(Exception):
    """Something could not be taken away."""


def main() -> None:
    """Arguments: the program to run, bytes of memory, seconds of CPU.

    The program is a file with `work(read, write)`, and with `load_everything()` if its libraries import late.
    """
    program, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        _bound(memory, seconds)
        seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        work = _loaded(program)  # before the door closes: afterwards no file can be opened, no library loaded
        _confine(seccomp)
    except (Unconfined, OSError, ImportError, ValueError):
        os._exit(UNCONFINED)
    out = sys.stdout.buffer
    out.write(READY)
    out.flush()
    code = 0
    try:
        work(sys.stdin.buffer, out)
        out.flush()
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException:
        code = 1
    os._exit(code)  # no clean-up: it would open files


def _loaded(program: str) -> Work:
    sys.path.insert(0, str(Path(__file__).parents[2]))  # this tree's `frames`, not that of another installation
    spec = importlib.util.spec_from_file_location("program", program)
    if spec is None or spec.loader is None:
        raise Unconfined
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if hasattr(module, "load_everything"):
        module.load_everything()
    work: Work = module.work
    return work


def _bound(memory: int, seconds: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    last = seconds + 1 if hard == resource.RLIM_INFINITY else min(seconds + 1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, last), last))  # SIGXCPU first: it tells time from a crash
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _confine(seccomp: ctypes.CDLL) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # Namespaces and another user where the system lets us; the filter below is what must hold everywhere.
    root = os.geteuid() == 0
    spaces = _NEWNET | _NEWNS | _NEWIPC | _NEWUTS
    if libc.unshare(spaces) != 0:
        libc.unshare(_NEWUSER | spaces)
    if root:
        _become_nobody()
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # here: the system forgets it when the user changes
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise Unconfined
    _filter(seccomp)
    _try_the_door()


def _become_nobody() -> None:
    """As far as a root without capabilities may; the filter closes every path and every process anyway."""
    empty = "."  # the directory that we were started in
    ways: tuple[Callable[[], None], ...] = (
        lambda: os.chroot(empty),
        lambda: os.chdir("/"),
        lambda: os.setgroups([]),
        lambda: os.setresgid(_NOBODY, _NOBODY, _NOBODY),
        lambda: os.setresuid(_NOBODY, _NOBODY, _NOBODY),
    )
    for give_up in ways:
        with contextlib.suppress(OSError):
            give_up()


def _filter(lib: ctypes.CDLL) -> None:
    """An allow-list of system calls by libseccomp, which knows their numbers on every architecture."""
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_init.argtypes = [ctypes.c_uint32]
    lib.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    lib.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = lib.seccomp_init(_DENY)
    if not rules:
        raise Unconfined
    for name in _CALLS.split():
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            continue  # this architecture has no such call: `time` and `poll` are missing on some
        if lib.seccomp_rule_add(rules, _ALLOW, number, 0) != 0:
            raise Unconfined
    if lib.seccomp_load(rules) != 0:
        raise Unconfined


def _try_the_door() -> None:
    """A lock that was never tried is no lock: neither a socket nor a file may open."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.socket(2, 1, 0) >= 0 or libc.open(b"/", os.O_RDONLY) >= 0:
        raise Unconfined


if __name__ == "__main__":
    main()
