"""What a signed request says: one schema per recipe, and what of it becomes the line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationError

from console.intake.sources import Recipe, Source, at_path
from domain.base import Model, Strict
from domain.errors import Code, HoldfastError
from domain.intake import LONGEST_TEXT, Requester
from domain.uploads import Upload, unfit


class Malformed(HoldfastError):
    """`invalid` for bytes that are not even of the right kind."""


class Offered(Model):
    """What somebody brought, before we say what it is worth. `key` is theirs; `stands` False for news of something
    that is running already: it is acknowledged, and starts nothing."""

    key: str
    text: str = ""
    identifier: str = ""
    answers: dict[str, Any] = {}
    requester: Requester = Requester.SYSTEM
    email: str = ""
    uploads: tuple[Upload, ...] = ()
    stands: bool = True


class GenericAlert(Strict):
    """Our own format. `key` names the request; the same key with another body is refused."""

    key: str = Field(min_length=1, max_length=200)
    line: str = Field(min_length=1, max_length=LONGEST_TEXT)
    identifier: str = Field("", max_length=500)
    answers: dict[str, str | int | bool | list[str]] = Field({}, max_length=50)
    requester: Requester = Requester.SYSTEM
    email: str = Field("", max_length=320)
    attachments: tuple[Upload, ...] = ()


class _Item(Model):
    id: str = Field(min_length=1, max_length=500)
    typeId: str = ""


class _Named(Model):
    id: str = ""
    name: str = ""


class CoopAction(Model):
    """The body of an Action's callback. Fields that we do not use are ignored: Coop adds some over time."""

    item: _Item
    action: _Named
    policies: tuple[_Named, ...] = ()
    rules: tuple[_Named, ...] = ()
    creator: _Item | None = None


class _PagerDutyEvent(Model):
    id: str = Field(min_length=1, max_length=200)
    event_type: str = Field(min_length=1, max_length=100)
    data: dict[str, Any] = {}


class PagerDutyWebhook(Model):
    """A V3 webhook: one event."""

    event: _PagerDutyEvent


class IncidentIoWebhook(Model):
    """An event, which lies under its own type's name. Of a private incident only the id is sent."""

    event_type: str = Field(min_length=1, max_length=200)


def read(source: Source, headers: Mapping[str, str], body: bytes, now: datetime) -> Offered:
    """What a proven request brings.

    Raises:
        HoldfastError: `invalid`, naming the wrong fields and never a value; `Malformed` if it is no JSON object.
    """
    try:
        plain = json.loads(body)
        # Half a character, as an escape may leave it, cannot be written down again.
        json.dumps(plain, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Malformed(Code.INVALID, "not JSON") from None
    if not isinstance(plain, dict):
        raise Malformed(Code.INVALID, "not a JSON object")
    try:
        offered = _READERS[source.recipe](plain, headers, body, now)
    except ValidationError as error:
        wrong = HoldfastError(Code.INVALID, ", ".join(_places(error)))
    else:
        own = at_path(plain, source.identifier) if source.identifier else offered.identifier
        return offered.model_copy(update={"identifier": own[:500], "text": offered.text[:LONGEST_TEXT]})
    raise wrong  # outside the handler, so that no context carries the values


def _places(error: ValidationError) -> list[str]:
    """Where the faults lie. The name of a field that we do not know was chosen by the sender: it is not repeated."""
    places = []
    for each in error.errors(include_input=False, include_context=False, include_url=False):
        known = each["loc"][:1] if each["type"] != "extra_forbidden" else ("an unknown field",)
        places.append(str(known[0]) if known else "the body")
    return sorted(set(places))


def _generic(plain: dict[str, Any], headers: Mapping[str, str], body: bytes, now: datetime) -> Offered:
    said = GenericAlert.model_validate(plain)
    if reason := unfit(said.attachments):
        raise HoldfastError(Code.INVALID, reason)
    return Offered(
        key=said.key,
        text=said.line,
        identifier=said.identifier,
        answers=dict(said.answers),
        requester=said.requester,
        email=said.email,
        uploads=said.attachments,
    )


def _coop(plain: dict[str, Any], headers: Mapping[str, str], body: bytes, now: datetime) -> Offered:
    """Coop names neither the request nor its time: the same bytes on the same day are the same request. About whom it
    is: the user who made the item, where Coop knows them."""
    said = CoopAction.model_validate(plain)
    about = said.creator or said.item
    named = ", ".join(each.name or each.id for each in said.policies) or "no policy named"
    return Offered(
        key=f"{now:%Y-%m-%d}/{hashlib.sha256(body).hexdigest()}",
        text=f"Coop action {said.action.id} on item {said.item.id}: {named}",
        identifier=about.id,
    )


def _pagerduty(plain: dict[str, Any], headers: Mapping[str, str], body: bytes, now: datetime) -> Offered:
    """Only an incident that begins opens a case. `incident_key` is what the alert called itself: put the account
    there, or name another path in the source."""
    event = PagerDutyWebhook.model_validate(plain).event
    return Offered(
        key=event.id,
        text=at_path(event.data, "title"),
        identifier=at_path(event.data, "incident_key"),
        stands=event.event_type == "incident.triggered",
    )


def _incident_io(plain: dict[str, Any], headers: Mapping[str, str], body: bytes, now: datetime) -> Offered:
    """Only an incident that was created opens a case. There is no account in it by itself: name a path in the source,
    or the line waits in triage."""
    kind = IncidentIoWebhook.model_validate(plain).event_type
    about = plain.get(kind)
    about = about if isinstance(about, dict) else {}
    return Offered(
        key=headers["webhook-id"],  # the same for every delivery of one message, and part of what was signed
        text=at_path(about, "name") or kind,
        stands=kind.partition(".")[2].startswith("incident_created"),
    )


_READERS: dict[Recipe, Callable[[dict[str, Any], Mapping[str, str], bytes, datetime], Offered]] = {
    Recipe.GENERIC: _generic,
    Recipe.GENERIC_ED25519: _generic,
    Recipe.COOP: _coop,
    Recipe.PAGERDUTY: _pagerduty,
    Recipe.INCIDENT_IO: _incident_io,
}
