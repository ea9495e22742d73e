"""What a child that was taken over can do: nothing, and not for long."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from domain.attachments import Drawn, Media, NotDrawn, Refusal
from domain.errors import Code, HoldfastError
from integrations.attachments import confinement
from integrations.attachments.confinement import Bounds, Ending
from integrations.attachments.hash_list import HashListFile
from integrations.attachments.reader import ConfinedReader
from tests.attachments.hostile import attack

HOSTILE = Path(__file__).with_name("hostile.py")
ROOT = Path(__file__).parents[2]


async def taken_over(what: str, known: HashListFile, bounds: Bounds | None = None) -> Drawn | NotDrawn:
    answer = await ConfinedReader(bounds=bounds, program=HOSTILE).draw(what.encode(), Media.PDF, known)
    assert isinstance(answer, Drawn | NotDrawn)
    return answer


async def said(what: str, known: HashListFile) -> str:
    answer = await taken_over(what, known)
    assert isinstance(answer, Drawn), answer
    return answer.text


async def test_a_connection_from_inside_fails_and_nobody_hears_of_it(known: HashListFile) -> None:
    heard = asyncio.Event()
    server = await asyncio.start_server(lambda _, writer: (heard.set(), writer.close()), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await said(f"connect 127.0.0.1:{port}", known) == "connect failed: PermissionError"
        assert not heard.is_set()
        # The attack itself is sound: from where we stand it works.
        assert await asyncio.to_thread(attack, f"connect 127.0.0.1:{port}") == "connect worked"
        async with asyncio.timeout(10):
            await heard.wait()


async def test_no_socket_of_any_kind_opens_and_no_name_is_looked_up(known: HashListFile) -> None:
    assert await said("datagram", known) == "datagram failed: PermissionError"
    assert await said("local-socket", known) == "local-socket failed: PermissionError"
    assert (await said("look-up collect.example.org", known)).startswith("look-up failed")


async def test_no_file_of_ours_can_be_read_listed_or_made(known: HashListFile, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("SYNTHETIC")
    tmp_path.chmod(0o755)
    secret.chmod(0o644)
    for what in (f"read {secret}", f"list {tmp_path}", "read /etc/hostname", "read /proc/self/environ", "list ."):
        assert await said(what, known) == f"{what.partition(' ')[0]} failed: PermissionError"
    assert await said(f"write {tmp_path / 'new'}", known) == "write failed: PermissionError"
    assert attack(f"read {secret}") == "read worked"


async def test_nothing_of_our_environment_is_inside(known: HashListFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PLATFORM_TOKEN", "SYNTHETIC")
    assert await said("environment", known) == "LC_ALL"
    assert "HOLDFAST_PLATFORM_TOKEN" in attack("environment")


async def test_it_starts_no_process_and_signals_none(known: HashListFile) -> None:
    assert await said("fork-bomb", known) == "fork failed: PermissionError"
    assert await said("exec", known) == "exec failed: PermissionError"
    for what in ("kill", "kill-thread"):
        assert await said(f"{what} {os.getpid()}", known) == f"{what} failed: PermissionError"
        assert attack(f"{what} {os.getpid()}") == f"{what} worked"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("spin", Refusal.TOOK_TOO_LONG),
        ("spin-on", Refusal.TOOK_TOO_LONG),
        ("sleep", Refusal.TOOK_TOO_LONG),
        ("swell", Refusal.TOO_MUCH_MEMORY),
        ("crash", Refusal.BROKE_THE_READER),
        ("vanish", Refusal.BROKE_THE_READER),
        ("digests-without-end", Refusal.TOO_MUCH_OUTPUT),
        ("pages-without-end", Refusal.TOO_MANY_PAGES),
        ("text-without-end", Refusal.TOO_MUCH_OUTPUT),
        ("page-of-a-square-mile", Refusal.PAGE_TOO_LARGE),
        ("no-page-at-all", Refusal.DAMAGED),
        ("own-code", Refusal.BROKE_THE_READER),
        ("babble", Refusal.BROKE_THE_READER),
    ],
)
async def test_whatever_it_does_it_is_ended_and_answered_with_a_stable_refusal(
    what: str, code: Refusal, known: HashListFile
) -> None:
    bounds = Bounds(memory=512 << 20, cpu=1 if what.startswith("spin") else 20, wall=1.5 if what == "sleep" else 30)
    assert await taken_over(what, known, bounds) == NotDrawn(code=code)
    assert not children()


async def test_one_that_somebody_else_ends_is_to_be_started_again_and_refuses_nothing(known: HashListFile) -> None:
    drawing = asyncio.create_task(taken_over("sleep", known))
    async with asyncio.timeout(20):
        while not (found := children()):
            await asyncio.sleep(0.01)
    os.kill(found[0], signal.SIGKILL)
    with pytest.raises(HoldfastError) as ended:
        await drawing
    assert ended.value.code is Code.TRANSIENT
    assert not children()


async def test_more_output_than_it_may_have_ends_it(known: HashListFile) -> None:
    answer = await taken_over("babble", known, Bounds(output=0))
    assert answer == NotDrawn(code=Refusal.TOO_MUCH_OUTPUT)


def test_every_way_to_end_has_a_refusal() -> None:
    from integrations.attachments.reader import _ENDINGS

    assert set(_ENDINGS) == set(Ending)


async def test_where_nothing_can_be_confined_nothing_is_handed_over(
    known: HashListFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system without the filter: our script with a library that is not there."""
    script = tmp_path / "confine.py"
    original = Path(confinement.__file__).with_name("confine.py").read_text()
    assert "libseccomp.so.2" in original
    script.write_text(original.replace("libseccomp.so.2", "libnowhere.so.2").replace("parents[2]", "parents[0]"))
    monkeypatch.setattr(confinement, "_SCRIPT", script)
    program = tmp_path / "program.py"
    program.write_text("def work(read, write):\n    write.write(b'X')\n")
    with pytest.raises(HoldfastError) as refused:
        await ConfinedReader(program=program).draw(b"SYNTHETIC", Media.PDF, known)
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert "libseccomp" in refused.value.sentence


async def test_a_child_dies_with_the_worker_that_started_it() -> None:
    script = f"""
        import asyncio, sys
        from pathlib import Path
        from integrations.attachments.confinement import Bounds, confined

        async def main():
            async with confined(Path({str(HOSTILE)!r}), Bounds()) as child:
                print(child.pid, flush=True)
                await asyncio.sleep(3600)

        asyncio.run(main())
    """
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(script), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    child = int(await worker.stdout.readline())
    assert alive(child)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    async with asyncio.timeout(10):
        while alive(child):
            await asyncio.sleep(0.02)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children() -> list[int]:
    """Confined children of this process that are still there."""
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(each) for each in mine if "confine.py" in Path(f"/proc/{each}/cmdline").read_text()]
