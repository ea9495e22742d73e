"""A case from its file to its audit, as people drive it: the real command, a real desk over HTTP, the real server."""

from __future__ import annotations

import asyncio
import itertools
import os
import pty
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.inputs import kept_input
from domain.people import Role
from domain.state import Status
from tests.cli.shell import COMMAND, Shell
from tests.world import Case, World

_numbers = itertools.count(1)
ANSWERS = """
account: acct-synthetic-001
requester_email: desk.sergeant@police.northfield.example.org
category: missing-person
country: US
narrative: "SYNTHETIC {number}: a walker has not come home."
"""
RECORD = "SYNTHETIC record: the duty officer confirmed the request."
AtDesk = Callable[[str], Shell]


@pytest.fixture
async def case(world: World, at_desk: AtDesk) -> Case:
    """A case that was just declared by a file."""
    shell = at_desk("esc-dara")
    path = shell.file("case.yaml", ANSWERS.format(number=f"{next(_numbers)} {id(shell)}"))
    declared = await shell.ok("declare", "edr", "--file", path, "-o", "json")
    case = Case(world, declared.data["case"])
    await case.open("call-back")
    await case.open("assess-emergency")
    return case


@pytest.fixture
async def verified(case: Case, at_desk: AtDesk) -> Case:
    """That case with both legs of its investigation done, waiting for its release."""
    ada, dara = at_desk("les-ada"), at_desk("esc-dara")
    record = ada.file("record.txt", RECORD)
    await ada.ok("done", case.id.lower(), "call-back", "--set", "answer=confirmed", "--record", record)
    await dara.ok("done", case.id, "assess", "--set", "real=yes", "--set", "because=plausible-account")
    await case.open("release")
    return case


async def test_the_same_file_is_the_same_case_and_a_drill_of_it_is_another(world: World, at_desk: AtDesk) -> None:
    shell = at_desk("esc-dara")
    path = shell.file("case.yaml", ANSWERS.format(number=f"{next(_numbers)} {id(shell)}"))
    first = await shell.ok("declare", "edr", "--file", path)
    again = await shell.ok("declare", "EDR", "--file", "-", stdin=(shell.directory / "case.yaml").read_text())
    drill = await shell.ok("declare", "edr", "--file", path, "--drill", "--drill-factor", "0.5")
    assert [ended.lines[0][1:] for ended in (first, again)] == [["new", "running"], ["known", "running"]]
    assert first.lines[0][0] == again.lines[0][0] != drill.lines[0][0]
    assert (await Case(world, drill.lines[0][0]).state()).drill


async def test_files_are_attached_to_a_case_and_lie_sealed_with_it_under_no_name_of_theirs(
    world: World, at_desk: AtDesk
) -> None:
    shell = at_desk("esc-dara")
    path = shell.file("case.yaml", ANSWERS.format(number=f"{next(_numbers)} {id(shell)}"))
    letter, scan = shell.file("letter.pdf", "SYNTHETIC letter"), shell.file("scan.png", "SYNTHETIC scan")
    declared = await shell.ok("declare", "edr", "--file", path, "--attach", letter, "--attach", scan, "-o", "json")
    case = declared.data["case"]
    given = await kept_input(world.ports.vault, case)
    assert given is not None
    found = [await world.ports.vault.get(case, each) for each in given.attachments]
    assert found == [b"SYNTHETIC letter", b"SYNTHETIC scan"]
    assert "letter.pdf" not in given.model_dump_json()
    assert "duplicate-key" in await shell.refused(1, "declare", "edr", "--file", path, "--attach", letter, "-o", "json")
    large = shell.directory / "large.pdf"
    large.write_bytes(bytes((10 << 20) + 1))
    assert "10 MiB" in await shell.refused(2, "declare", "edr", "--file", path, "--attach", str(large))


async def test_a_case_goes_from_its_file_to_its_release_and_its_audit(verified: Case, at_desk: AtDesk) -> None:
    fay, hana = at_desk("leg-fay"), at_desk("dut-hana")
    [gate] = (await fay.ok("gates", verified.id, "-o", "json")).data
    assert gate["may"]
    decided = await fay.ok("decide", verified.id, "release", "--approve", "--yes", "-o", "json")
    assert decided.data["status"] == "open"
    assert "Northfield Police Department (synthetic) <edr@police.northfield.example.org>" in decided.err
    assert gate["digest"] in decided.err
    assert "18 USC 2702(c)(4); counsel: unconfirmed" in decided.err
    for item in gate["card"]["items"]:
        assert item["id"] in decided.err
    last = await hana.ok("decide", verified.id, gate["key"], "--approve", "--yes")
    assert dict(last.lines)["status"] == "approved"
    await verified.until(lambda state: any(key.startswith("notify/deliver") for key in state.journal))
    seen = (await hana.ok("timeline", verified.id, "-o", "json")).data
    kinds = [each["entry"]["kind"] for each in seen]
    assert kinds[0] == "declared"
    assert kinds.count("decision") == 2
    assert [each["sequence"] for each in seen] == list(range(1, len(seen) + 1))
    shown = {line[0]: line[1] for line in (await hana.ok("show", verified.id)).lines}
    assert (shown["case"], shown["phase"], shown[f"gate {gate['key']}"]) == (verified.id, "notify", "approved")
    assert verified.id in [line[0] for line in (await hana.ok("list", "--open")).lines]
    audit = await at_desk("aud-pia").ok("audit", "verify", "-o", "json")
    assert (audit.data["ok"], audit.data["read"]) == (True, "by the desk")


async def test_an_auditor_takes_a_case_out_and_anybody_can_check_it(
    verified: Case, at_desk: AtDesk, tmp_path: Path
) -> None:
    pia = at_desk("aud-pia")
    assert "[not-allowed]" in await at_desk("leg-fay").refused(4, "audit", "export", verified.id)
    taken = dict((await pia.ok("audit", "export", verified.id, "--to", "case.zip")).lines)
    file = tmp_path / "case.zip"
    assert (taken["file"], file.stat().st_mode & 0o777) == ("case.zip", 0o600)
    assert "is there already" in await pia.refused(2, "audit", "export", verified.id, "--to", "case.zip")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / verified.id
    process = await asyncio.create_subprocess_exec(sys.executable, str(folder / "verify.py"))
    assert await process.wait() == 0
    exported = [each for each in await verified.timeline() if each.kind.value == "exported"]
    assert [each.who for each in exported] == ["aud-pia"]


async def test_less_is_shown_as_less_and_nothing_else_can_be_slipped_in(verified: Case, at_desk: AtDesk) -> None:
    fay = at_desk("leg-fay")
    [gate] = (await fay.ok("gates", verified.id, "-o", "json")).data
    first, *others = [each["id"] for each in gate["card"]["items"]]
    assert "[not-a-subset]" in await fay.refused(2, "decide", verified.id, "release", "--only", "password", "--yes")
    ended = await fay.ok("decide", verified.id, "release", "--only", first, "--yes")
    assert re.search(rf"What leaves\s+{re.escape(first)} ", ended.err)
    assert "Release these 1 items" in ended.err
    assert [item for item in others if f" {item} " in ended.err] == []
    state = await verified.state()
    assert [vote.items for vote in state.gates[gate["key"]].votes] == [(first,)]


async def test_a_question_a_withdrawal_and_a_denial_are_decisions_too(verified: Case, at_desk: AtDesk) -> None:
    fay, hana = at_desk("leg-fay"), at_desk("dut-hana")
    await fay.ok("decide", verified.id, "release", "--approve", "--yes")
    await fay.ok("decide", verified.id, "release", "--withdraw", "--yes")
    role = Role.ESCALATION_SPECIALIST.value
    await fay.ok("decide", verified.id, "release", "--ask", "SYNTHETIC: is it plausible?", "--of", role, "--yes")
    assert "[reason-required]" in await hana.refused(2, "decide", verified.id, "release", "--deny", "mood", "--yes")
    await hana.ok("decide", verified.id, "release", "--deny", "no-legal-basis", "--yes")
    await verified.open("refuse")


async def test_nothing_is_decided_without_a_person_who_says_yes(verified: Case, at_desk: AtDesk) -> None:
    ended = await at_desk("leg-fay").run("decide", verified.id, "release", "--approve")
    assert ended.status == 2
    assert "add --yes" in ended.err
    assert await _typed(at_desk("leg-fay"), b"n\n", "decide", verified.id, "release", "--approve") == 1
    assert not (await verified.state()).gates["notify/release/1"].votes
    assert await _typed(at_desk("leg-fay"), b"y\n", "decide", verified.id, "release", "--approve") == 0
    assert len((await verified.state()).gates["notify/release/1"].votes) == 1


async def _typed(shell: Shell, keys: bytes, *arguments: str) -> int:
    """Run at a terminal where somebody types these keys."""
    ours, theirs = pty.openpty()
    os.write(ours, keys)
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=shell.directory,
        env=shell.environment(),
        stdin=theirs,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    os.close(ours)
    os.close(theirs)
    assert b"Release these" in err
    return process.returncode or 0


async def test_who_may_not_is_denied_and_the_refusal_is_kept(verified: Case, at_desk: AtDesk) -> None:
    before = await verified.state()
    decide = ("decide", verified.id, "release", "--approve", "--yes")
    for person, code in (("les-ada", "excluded"), ("esc-eli", "not-seated")):
        ended = await at_desk(person).run(*decide, "-o", "json")
        assert ended.status == 4
        assert f'"{code}"' in ended.err
    assert "[unknown-person]" in await at_desk("nobody").refused(4, "list")
    assert "[unknown-case]" in await at_desk("aud-pia").refused(3, "own", verified.id)
    assert "[not-allowed]" in await at_desk("leg-fay").refused(4, "audit", "verify")
    assert (await verified.state()).gates == before.gates
    kept = [each.code for each in await verified.timeline() if each.kind.value == "refusal"]
    assert sorted(kept) == ["excluded", "not-seated"]


async def test_a_task_needs_its_form_and_its_record_before_anything_is_sent(case: Case, at_desk: AtDesk) -> None:
    ada = at_desk("les-ada")
    done, key = ("done", case.id, "call-back"), (await case.open("call-back")).key
    assert "[artefact-required]" in await ada.refused(2, *done, "--set", "answer=confirmed")
    assert "answer must be one of" in await ada.refused(2, *done, "--set", "answer=maybe")
    assert "[reason-required]" in await ada.refused(2, *done, "--cannot", "mood")
    assert "[no-such-subject]" in await ada.refused(3, "done", case.id, "sign-off")
    assert "[no-such-subject]" in await ada.refused(3, "intervene", case.id, "deliver", "--retry")
    assert (await case.state()).tasks[key].open
    listed = await ada.ok("tasks", case.id)
    assert {line[5] for line in listed.lines} == {"yours", "not-seated"}
    script = await ada.ok("tasks", case.id, "-o", "table")
    assert "Never say" in script.out
    await ada.ok(*done, "--cannot", "nobody-answered")
    assert (await case.state()).tasks[key].status is Status.CANNOT


async def test_a_case_as_a_whole_is_owned_amended_noted_and_asked_to_stand_down(case: Case, at_desk: AtDesk) -> None:
    dara = at_desk("esc-dara")
    await dara.ok("own", case.id)
    await dara.ok("note", case.id, "-", stdin="SYNTHETIC: the family called.\n")
    await dara.ok("amend", case.id, "--set", "content_wanted=yes", "--set", "country=GB", "--reason", "corrected")
    assert "[invalid]" in await dara.refused(2, "amend", case.id, "--set", "officer=SYNTHETIC")
    assert "add --yes" in await dara.refused(2, "stand-down", case.id, "--reason", "false-alarm")
    await dara.ok("stand-down", case.id, "--reason", "false-alarm", "--yes")
    state = await case.state()
    assert state.owner is not None
    assert (state.owner.person, state.facts["country"], state.facts["content_wanted"]) == ("esc-dara", "GB", True)
    assert state.stand_down_asked == "false-alarm"
    assert "SYNTHETIC" not in (await dara.ok("timeline", case.id)).out


async def test_following_a_timeline_ends_when_the_case_is_closed(case: Case, at_desk: AtDesk) -> None:
    following = asyncio.create_task(at_desk("inc-lena").ok("timeline", case.id, "--follow"))
    await at_desk("esc-dara").ok("stand-down", case.id, "--reason", "false-alarm", "--yes")
    await case.open("stand-down")
    await at_desk("dut-hana").ok("decide", case.id, "stand-down", "--approve", "--yes")
    await at_desk("leg-fay").ok("decide", case.id, "stand-down", "--approve", "--yes")
    ended = await following
    assert " closed " in ended.out.splitlines()[-1]
