"""What an entry of the list of agencies must satisfy: somebody will call its number, and write to its mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.people import Agency

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]+)*")
_LEAST_DIGITS = 7  # no switchboard has fewer with its area; emergency short codes cannot be called from abroad


def plain_number(text: str) -> str:
    """The digits of a telephone number, so that two spellings of one number are one number."""
    return "".join(each for each in text if each.isdigit()).lstrip("0")


def agency_faults(agency: Agency, others: Iterable[Agency]) -> Iterator[str]:
    """Why this entry may not stand beside the others, naming fields and never their values."""
    owned = {domain for each in others for domain in each.domains}
    if not _ID.fullmatch(agency.id):
        yield "id is small letters, digits and hyphens"
    if not agency.name.strip():
        yield "name is empty"
    if not re.fullmatch(r"[A-Z]{2}", agency.country):
        yield "country is two capital letters"
    if len(plain_number(agency.call_back)) < _LEAST_DIGITS:
        yield "call_back is no telephone number"
    second = plain_number(agency.second_number)
    if second and (len(second) < _LEAST_DIGITS or second == plain_number(agency.call_back)):
        yield "second_number is no second telephone number"
    if any(not _DOMAIN.fullmatch(each) for each in agency.domains):
        yield "domains are plain lower-case domains"
    if owned & set(agency.domains):
        yield "domains belong to another agency"
    if agency.mailbox and agency.mailbox.rpartition("@")[2].lower() not in agency.domains:
        yield "mailbox is not at one of its domains"
    if any(not _PLACE.fullmatch(each) or each[:2] != agency.country for each in agency.serves):
        yield "serves are places of its country"
    if agency.serves and not agency.desk:
        yield "serves is for desks"
