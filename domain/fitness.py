"""Whether somebody may decide this now, beyond holding a seat: training, screening, employer and place."""

from __future__ import annotations

from datetime import datetime

from domain.base import Model
from domain.people import Person


class Fitness(Model):
    """What a procedure asks of the people whom it calls to its gates. Empty tuples ask nothing.

    `trained` asks for the procedure's slug in the person's training; `screened` for a screening that is valid.
    """

    trained: bool = False
    screened: bool = False
    entities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


def unfit(person: Person, asked: Fitness, slug: str, at: datetime) -> str:
    """Why this person is not called, as a code; empty if they are. A screening that ran out always bars."""
    if person.suspended:
        return "suspended"
    if person.screened_until is not None and person.screened_until <= at:
        return "screening-ran-out"
    if asked.screened and person.screened_until is None:
        return "not-screened"
    if asked.trained and slug not in person.trained_for:
        return "not-trained"
    if asked.entities and person.entity not in asked.entities:
        return "other-entity"
    if asked.countries and person.country not in asked.countries:
        return "other-place"
    return ""
