"""Whatever procedure there is: its form opens in Slack and its file can be filled in, with no code of its own."""

from __future__ import annotations

import pytest
import yaml

from console.cli.forms import answers_of, template
from domain.policy import FieldKind, FormField
from integrations.slack.forms import VALUE, intake_form, order_of, words_of
from integrations.slack.forms import answers_of as answers_of_modal
from workers.catalogue import load_catalogue

PROCEDURES = load_catalogue().procedures


@pytest.mark.parametrize("slug", PROCEDURES)
def test_its_form_is_one_that_slack_takes(slug: str) -> None:
    procedure = PROCEDURES[slug]
    view = intake_form(procedure, drill=True).to_dict()  # the library refuses what Slack would
    assert [each["block_id"] for each in view["blocks"]] == [each.name for each in procedure.intake]
    assert len(view["blocks"]) <= 100
    assert [each["block_id"] for each in view["blocks"] if not each["optional"]] == [
        each.name for each in procedure.intake if each.required
    ]


@pytest.mark.parametrize("slug", PROCEDURES)
def test_its_words_on_one_line_fill_what_is_required(slug: str) -> None:
    procedure = PROCEDURES[slug]
    words = [f"word{number}" for number, _ in enumerate(order_of(procedure))]
    answers = words_of(procedure, [*words, "and", "free", "words"])
    assert {each.name for each in procedure.intake if each.required} <= set(answers)
    assert answers["narrative"] == "and free words"


@pytest.mark.parametrize("slug", PROCEDURES)
def test_its_template_is_a_file_that_can_be_filled_in(slug: str) -> None:
    procedure = PROCEDURES[slug]
    text = template(procedure.title, procedure.slug, procedure.intake)
    given = yaml.safe_load(text)
    assert set(given) == {each.name for each in procedure.intake if each.required}
    filled = {each.name: _value(each) for each in procedure.intake}
    assert answers_of(procedure.intake, filled).keys() == filled.keys()


def test_what_a_modal_sends_becomes_the_kinds_of_the_fields() -> None:
    state = {
        "live": {VALUE: {"selected_options": [{"value": "yes"}]}},
        "minutes_live": {VALUE: {"value": "12"}},
        "named": {VALUE: {"selected_options": [{"value": "plan"}, {"value": "time"}]}},
        "country": {VALUE: {"value": " us "}},
    }
    answers = answers_of_modal(PROCEDURES["imminent_self_harm"], state)
    assert answers["live"] is True
    assert answers["minutes_live"] == 12
    assert (answers["named"], answers["country"]) == (("plan", "time"), "us")


def _value(field: FormField) -> object:
    match field.kind:
        case FieldKind.BOOL:
            return "yes"
        case FieldKind.NUMBER:
            return "3"
        case FieldKind.LIST:
            return field.choices[:1] or ["one"]
        case FieldKind.CHOICE:
            return field.choices[0]
        case FieldKind.EMAIL:
            return "somebody@agency.example.org"
        case FieldKind.CODE:
            return "US"
        case _:
            return "synthetic"
