"""Crisis lines by country, and the one message in which we show them. Data, so that whoever checks a line can date it.

These lines are real on purpose: a message with an invented number could reach somebody who needs one.
"""

from __future__ import annotations

from domain.base import Model
from domain.canonical import digest

INTERNATIONAL = "international"


class CrisisLine(Model):
    """One public crisis line. `source` is who runs it. An unverified line is never shown: it waits in this table for
    somebody who calls it, reads its owner's page, and changes `verified` with a date in the change's description."""

    countries: tuple[str, ...]
    name: str
    contact: str
    source: str
    for_children: bool = False
    verified: bool = True


LINES: tuple[CrisisLine, ...] = (
    CrisisLine(countries=("US",), name="988 Suicide & Crisis Lifeline", contact="988", source="988lifeline.org"),
    CrisisLine(countries=("GB", "IE"), name="Samaritans", contact="116 123", source="samaritans.org"),
    CrisisLine(countries=("AU",), name="Lifeline", contact="13 11 14", source="lifeline.org.au"),
    CrisisLine(
        countries=("GB",),
        name="Childline",
        contact="0800 1111",
        source="childline.org.uk",
        for_children=True,
        verified=False,
    ),
    CrisisLine(
        countries=("AU",),
        name="Kids Helpline",
        contact="1800 55 1800",
        source="kidshelpline.com.au",
        for_children=True,
        verified=False,
    ),
)

# Nothing here names a reporter, promises confidence, gives advice, or repeats what anybody wrote.
_OPENING = (
    "It looks as if things may be very hard right now. You do not have to get through this alone, "
    "and there are people who would like to listen."
)
_CALL = "You can talk to someone now:"
_EVERYWHERE = (
    "There are crisis lines in most countries. The International Association for Suicide Prevention "
    "lists them by country: iasp.info."
)
_DANGER = "If you may be in danger now, please call the emergency number where you are."


class Resources(Model):
    """The message as it is shown: which version of the words, for which place, and the words themselves."""

    template: str
    place: str
    language: str
    text: str


def resources(country: str, *, minor: bool, language: str = "") -> Resources:
    """What to show to a user in this country. Nothing that a person typed gets into the words: a country without a
    line of ours, or no country at all, gets the international text.

    `language` is passed on for a platform that has translations of the template; our own words are English.
    """
    place = country.strip().upper()
    lines = [each for each in LINES if place in each.countries and each.verified and (minor or not each.for_children)]
    lines.sort(key=lambda each: not each.for_children)
    listed = [f"{each.name}: {each.contact}" for each in lines]
    said = [_CALL, *listed] if listed else [_EVERYWHERE]
    spoken = language.strip().lower()
    return Resources(
        template=TEMPLATE,
        place=place if listed else INTERNATIONAL,
        language=spoken if len(spoken) == 2 and spoken.isascii() and spoken.isalpha() else "en",
        text="\n".join((_OPENING, *said, _DANGER)),
    )


TEMPLATE = f"crisis-resources-{digest([_OPENING, _CALL, _EVERYWHERE, _DANGER])[:8]}"
"""The name of these words: other words have another name, so that a platform never shows a translation of old ones."""
