"""A procedure's document comes from its code: the same code, the same text; a changed policy, another text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from console.cli.outline import Move, outline
from console.cli.picture import mermaid
from console.cli.spans import span
from console.document import document_of, markdown
from domain.gates import Family
from tests.cli.shell import Ended
from tests.procedures import containment
from workers.catalogue import load_catalogue
from workflows.parts.releasing import RELEASE
from workflows.sops import emergency_data_request as edr
from workflows.sops import emergency_data_request_1 as first

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("slug", sorted(CATALOGUE.procedures))
def test_the_document_names_everything_that_the_policy_holds(slug: str) -> None:
    procedure = CATALOGUE.procedures[slug]
    text = markdown(document_of(procedure, CATALOGUE.modules[slug]))
    names = [each.name for each in procedure.intake] + [each.name for each in procedure.gates]
    names += [each.name for each in (*procedure.tasks, *(later.task for later in procedure.follow_ups))]
    assert [name for name in names if f"`{name}`" not in text] == []
    scripts = [line for task in procedure.tasks for line in (*task.script.say, *task.script.never_say)]
    assert [line for line in scripts if line not in text] == []


@pytest.mark.parametrize("slug", sorted(CATALOGUE.procedures))
def test_the_document_is_the_same_every_time(slug: str) -> None:
    procedure, module = CATALOGUE.procedures[slug], CATALOGUE.modules[slug]
    assert markdown(document_of(procedure, module)) == markdown(document_of(procedure, module))


def test_a_changed_ladder_changes_the_document() -> None:
    wider = RELEASE.ladder.model_copy(update={"again": timedelta(minutes=7)})
    gates = (RELEASE.model_copy(update={"ladder": wider}), *edr.POLICY.gates[1:])
    changed = edr.POLICY.model_copy(update={"gates": gates})
    assert "then again every 7 min" in markdown(document_of(changed, edr))
    assert "then again every 7 min" not in markdown(document_of(edr.POLICY, edr))


def test_silence_at_a_disclosure_is_said_to_release_nothing() -> None:
    gates = document_of(edr.POLICY, edr).gates
    found = {each.silence for each in gates if each.family == Family.DISCLOSE.value}
    assert found == {"Nothing leaves, and paging never stops."}


def _all(moves: tuple[Move, ...]) -> list[Move]:
    return [move for each in moves for move in (each, *_all(each.moves))]


def test_the_outline_shows_every_decision_and_all_work_of_the_procedure() -> None:
    found = {text for each in _all(outline(edr.EmergencyDataRequest)) for text in each.text.split(" or: ")}
    assert {each.title for each in edr.POLICY.gates} | {each.title for each in edr.POLICY.tasks} <= found


def test_the_picture_leads_from_the_declaration_to_every_box_and_past_no_close() -> None:
    text = mermaid(outline(edr.EmergencyDataRequest))
    boxes = set(re.findall(r"^\s+(n\d+)[\[{(>]", text, re.MULTILINE))
    arrows = re.findall(r"^\s+(\w+) -->(?:\|\"[^\"]*\"\|)? (n\d+)$", text, re.MULTILINE)
    assert boxes
    reached, todo = {"start"}, ["start"]
    while todo:
        here = todo.pop()
        fresh = [to for start, to in arrows if start == here and to not in reached]
        reached |= set(fresh)
        todo += fresh
    assert boxes <= reached
    closes = set(re.findall(r"(n\d+)\(\[\"closed", text))
    assert closes
    assert not closes & {start for start, _ in arrows}


def test_no_way_through_the_picture_delivers_and_then_refuses() -> None:
    text = mermaid(outline(first.EmergencyDataRequest))
    delivers = set(re.findall(r"(n\d+)\[\"deliver ", text))
    refuses = set(re.findall(r"(n\d+)\{\{\"Refuse this", text))
    arrows = re.findall(r"^\s+(\w+) -->(?:\|\"[^\"]*\"\|)? (n\d+)$", text, re.MULTILINE)
    assert delivers
    assert not [pair for pair in arrows if pair[0] in delivers and pair[1] in refuses]


def test_the_only_ways_on_from_the_release_are_its_answers() -> None:
    text = mermaid(outline(first.EmergencyDataRequest))
    gates = set(re.findall(rf"(n\d+)\{{\{{\"(?:keep calling: )?{re.escape(first.RELEASE.title)}", text))
    says = [
        re.search(r"\|\"(.*)\"\|", line) for line in text.splitlines() if line.split()[0] in gates and "-->" in line
    ]
    assert len(gates) == 2
    assert {each.group(1) if each else "" for each in says} == {"approval", "denied", "silence"}


def test_what_is_done_at_once_is_shown_with_the_decision_that_ratifies_it() -> None:
    moves = [(each.kind, each.text) for each in _all(outline(containment.RehearsedContainment))]
    assert moves.index(("ratify", containment.RATIFY.title)) == moves.index(("act", "hide")) + 1
    assert ("task", containment.TELL_POLICY.title) in moves
    assert ("brief", "looking") in moves
    text = markdown(document_of(containment.POLICY, containment))
    assert "done at once, then **decided:** Keep this account hidden?" in text
    assert "ratified within 1 h" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(0), "at once"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(hours=26), "1 day 2 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(milliseconds=250), "0.25 s"),
    ],
)
def test_durations_are_said_in_the_largest_units_that_say_them_exactly(value: timedelta, words: str) -> None:
    assert span(value) == words


def test_the_command_prints_it_as_text_and_as_json(here: Callable[..., Ended]) -> None:
    text = here("sop", "EDR")
    assert text.out == markdown(document_of(edr.POLICY, edr))
    data = json.loads(here("sop", "emergency-data-request", "-o", "json").out)
    assert data["slug"] == edr.POLICY.slug
    assert data["diagram"].startswith("flowchart TD")


def test_the_list_of_procedures_is_lines_in_a_pipe_and_json_for_a_program(here: Callable[..., Ended]) -> None:
    assert [edr.POLICY.slug, "EDR", "2", edr.POLICY.title] in here("sops").lines
    assert {each["slug"] for each in here("sops", "-o", "json").data} == set(CATALOGUE.procedures)


def test_the_template_is_accepted_by_the_form_once_it_is_filled_in(here: Callable[..., Ended]) -> None:
    from console.cli import files, forms

    text = here("declare", "edr", "--template").out
    for name, value in (("account", "a"), ("requester_email", "a@example.org"), ("category", "violence")):
        text = text.replace(f'\n{name}: ""', f'\n{name}: "{value}"')
    text = text.replace('\ncountry: ""', "\ncountry: NO")
    answers = forms.answers_of(edr.POLICY.intake, files.parse_answers("t", text.encode()))
    assert answers["country"] == "NO"
    assert set(answers) == {each.name for each in edr.POLICY.intake if each.required}
