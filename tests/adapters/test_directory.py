"""The directory is what its file says this minute, or it is refused by the name of the entry."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from domain.outside import LiveDirectory
from domain.people import Role
from integrations.directory.file import DirectoryFile
from tests.adapters.conftest import says_nothing_of

EXAMPLE = Path(__file__).parents[2] / "integrations" / "directory" / "example.yaml"

GOOD = """\
people:
  - {id: les-ada, name: Ada Example, roles: [law-enforcement-specialist], slack: U01, country: US}
  - {id: leg-fay, name: Fay Example, roles: [legal-counsel], slack: U02, country: GB}
agencies:
  - {id: agency-one, name: One, country: US, domains: [one.example.org], mailbox: edr@one.example.org}
on_call:
  legal-counsel: [leg-fay]
"""


def write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "people.yaml"
    write(path, GOOD)
    return path


async def refusal(path: Path) -> str:
    with pytest.raises(HoldfastError) as caught:
        await DirectoryFile(path).current()
    assert caught.value.code is Code.BROKEN_CONFIGURATION
    assert says_nothing_of(caught.value, "SECRET", str(path.parent))
    return caught.value.detail


def test_the_file_is_the_directory_that_the_steps_ask_for(path: Path) -> None:
    file = DirectoryFile(path)
    live: LiveDirectory = file
    assert live is file


async def test_the_people_agencies_and_rotas_are_those_of_the_file(path: Path) -> None:
    directory = await DirectoryFile(path).current()
    assert [person.id for person in directory.people] == ["les-ada", "leg-fay"]
    assert directory.agencies[0].mailbox == "edr@one.example.org"
    assert directory.on_call == {Role.LEGAL: ("leg-fay",)}


async def test_a_suspension_is_seen_at_the_next_question(path: Path) -> None:
    file = DirectoryFile(path)
    before = await file.current()
    write(path, GOOD.replace("slack: U02,", "slack: U02, suspended: true,"))
    after = await file.current()
    assert [person.suspended for person in before.people] == [False, False]
    assert [person.suspended for person in after.people] == [False, True]
    assert before.revision != after.revision


async def test_an_edit_that_changes_neither_size_nor_time_is_seen(path: Path) -> None:
    file = DirectoryFile(path)
    await file.current()
    stamp = os.stat(path)
    write(path, GOOD.replace("U02", "U03"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert (await file.current()).by_slack("U03") is not None


async def test_an_unchanged_file_is_the_same_directory(path: Path) -> None:
    file = DirectoryFile(path)
    first = await file.current()
    os.utime(path)
    assert await file.current() is first


async def test_a_broken_edit_is_refused_until_it_is_mended(path: Path) -> None:
    file = DirectoryFile(path)
    good = await file.current()
    write(path, GOOD + "  duty-manager: [SECRET]\n")
    for _ in range(2):
        with pytest.raises(HoldfastError):
            await file.current()
    write(path, GOOD)
    assert (await file.current()).revision == good.revision


async def test_a_label_is_kept_and_cannot_hide_an_edit(path: Path) -> None:
    file = DirectoryFile(path)
    write(path, "revision: spring\n" + GOOD)
    first = await file.current()
    write(path, "revision: spring\n" + GOOD.replace("U02", "U03"))
    second = await file.current()
    assert first.revision.startswith("spring+")
    assert second.revision.startswith("spring+")
    assert first.revision != second.revision


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("roles: [legal-counsel]", "roles: [SECRET]", "people.yaml: people[1].roles[0] (enum)"),
        ("roles: [legal-counsel]", "roles: []", "people.yaml: people[1].roles (empty); on_call.legal-counsel[0]"),
        ("country: GB", "country: NO", "people.yaml: people[1].country (string_type)"),
        ("country: GB", "SECRET_field: 1", "people.yaml: people[1].? (extra_forbidden)"),
        ("name: Fay Example, ", "", "people.yaml: people[1].name (missing)"),
        ("id: leg-fay", "id: les-ada", "people.yaml: people[1].id (the same as people[0])"),
        ("U02", "U01", "people.yaml: people[1].slack (the same as people[0])"),
        ("country: GB", "screened_until: 2031-01-01", "people.yaml: people[1].screened_until (no zone)"),
        ("country: GB", "screened_until: 2031-02-31", "people.yaml: an unreadable value"),
        ("country: GB", "delegate_of: SECRET", "people.yaml: people[1].delegate_of (nobody else)"),
        ("country: GB", "delegate_of: leg-fay", "people.yaml: people[1].delegate_of (nobody else)"),
        ("[leg-fay]", "[SECRET]", "people.yaml: on_call.legal-counsel[0] (nobody with this role)"),
        ("[leg-fay]", "[les-ada]", "people.yaml: on_call.legal-counsel[0] (nobody with this role)"),
        ("[leg-fay]", "[leg-fay, leg-fay]", "people.yaml: on_call.legal-counsel[1] (the same as"),
        ("  legal-counsel:", "  SECRET:", "people.yaml: on_call.? (enum)"),
        ("[one.example.org]", "[One.example.org]", "people.yaml: agencies[0].domains[0] (not a plain"),
        ("[one.example.org]", "[one.example.org, one.example.org]", "people.yaml: agencies[0].domains[1] (has an"),
        ("edr@one.", "SECRET@0ne.", "people.yaml: agencies[0].mailbox (not at one of its domains)"),
        ("agencies:", "SECRET:", "people.yaml: ? (extra_forbidden)"),
        ("on_call:", "people:", "people.yaml: line 6, a key that stands there twice"),
        ("slack: U01,", "slack: U01, slack: SECRET,", "people.yaml: line 2, a key that stands there twice"),
        ("[leg-fay]", "[SECRET", "people.yaml: line 8, not readable as YAML"),
        ("Fay Example", "!!python/name:os.SECRET x", "people.yaml: line 3, not readable as YAML"),
    ],
)
async def test_a_mistake_is_named_by_its_entry_and_never_by_its_value(
    path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    write(path, GOOD.replace(old, new, 1))
    assert (await refusal(path)).startswith(said)


@pytest.mark.parametrize("content", [b"", b"SECRET", b"- SECRET", b"people: []", b"\xff\xfe\x00SECRET", b"{" * 5000])
async def test_what_is_no_directory_is_refused(path: Path, content: bytes) -> None:
    write(path, content)
    assert (await refusal(path)).startswith("people.yaml: ")


async def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    assert await refusal(tmp_path / "gone.yaml") == "gone.yaml: cannot be read: FileNotFoundError"


async def test_two_people_without_chat_are_no_duplicates(path: Path) -> None:
    write(path, GOOD.replace("slack: U01, ", "").replace("slack: U02, ", ""))
    assert len((await DirectoryFile(path).current()).people) == 2


@pytest.mark.parametrize(
    ("role", "count"),
    [
        (Role.LE_SPECIALIST, 3),
        (Role.ESCALATION_SPECIALIST, 2),
        (Role.LEGAL, 2),
        (Role.DUTY_MANAGER, 2),
        (Role.GENERAL_COUNSEL, 1),
        (Role.EXECUTIVE, 1),
        (Role.INCIDENT_COMMANDER, 2),
        (Role.ENGINEER, 1),
        (Role.POLICY, 1),
        (Role.AUDITOR, 1),
    ],
)
async def test_the_example_team_staffs_each_role_and_all_of_it_is_on_call(role: Role, count: int) -> None:
    directory = await DirectoryFile(EXAMPLE).current()
    rota = directory.rota((role,))
    assert len(rota) == count
    assert tuple(person.id for person in rota) == directory.on_call[role]


async def test_everything_in_the_example_is_visibly_invented() -> None:
    directory = await DirectoryFile(EXAMPLE).current()
    assert all(person.email.endswith("@example.com") and person.slack.startswith("U0") for person in directory.people)
    assert all(person.name.endswith(" Example") for person in directory.people)
    assert all("(synthetic)" in agency.name for agency in directory.agencies)
    assert all(domain.endswith(".example.org") for agency in directory.agencies for domain in agency.domains)
    assert {desk.country for desk in directory.agencies if desk.safety_desk} == {"US", "GB", "AU"}


async def test_a_look_alike_of_an_example_agency_is_nobodys() -> None:
    directory = await DirectoryFile(EXAMPLE).current()
    owner = directory.agency_of_domain("sheriff.marsh-mill.example.org")
    assert owner is not None
    assert owner.id == "agency-marsh-mill"
    for look_alike in ("sheriff.rnarsh-mill.example.org", "sheriff.marsh-mill.example.org.example.net"):
        assert directory.agency_of_domain(look_alike) is None
