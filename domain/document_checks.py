"""What the text of a document gives away: signs for the people who verify and decide, never a decision.

Forged requests cite wrong statutes, press for haste and offer their own number to call back (FBI PIN, 4 Nov 2024).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from domain.base import Model


class Sign(StrEnum):
    """What was seen. A code never changes its meaning."""

    NO_TEXT = "no-text"
    STATUTE_FITS = "statute-fits"
    STATUTE_MISSING = "statute-missing"
    STATUTE_FOREIGN = "statute-of-another-country"
    STATUTE_OTHER_PURPOSE = "statute-for-another-purpose"
    JURISDICTION_UNKNOWN = "jurisdiction-unknown"
    CASE_NUMBER = "case-number"
    CASE_NUMBER_MISSING = "case-number-missing"
    CASE_NUMBER_ODD = "case-number-odd"
    QUOTES_CONTACT = "quotes-contact"
    PRESSURE = "pressure"


MEANS: dict[Sign, str] = {
    Sign.NO_TEXT: "There is no text in it, only pictures; a person must read the statute and the numbers.",
    Sign.STATUTE_FITS: "It cites a provision for emergencies of the requester's own country.",
    Sign.STATUTE_MISSING: "It cites no provision that we know.",
    Sign.STATUTE_FOREIGN: "It cites the law of another country and none of its own.",
    Sign.STATUTE_OTHER_PURPOSE: "It cites a provision of its country that is not for emergencies.",
    Sign.JURISDICTION_UNKNOWN: "We have no list of provisions for this country; counsel must read the citation.",
    Sign.CASE_NUMBER: "It bears a case number.",
    Sign.CASE_NUMBER_MISSING: "It bears no case number.",
    Sign.CASE_NUMBER_ODD: "What stands as its case number is none that an agency gives out.",
    Sign.QUOTES_CONTACT: "It quotes ways to reach somebody; never call, write to or open one of them.",
    Sign.PRESSURE: "It presses for haste or against checking.",
}
# What is worth a second look before anybody decides; the others are merely said.
WORRYING = frozenset(
    {
        Sign.STATUTE_MISSING,
        Sign.STATUTE_FOREIGN,
        Sign.STATUTE_OTHER_PURPOSE,
        Sign.CASE_NUMBER_MISSING,
        Sign.CASE_NUMBER_ODD,
        Sign.PRESSURE,
    }
)


class Signal(Model):
    """A sign and, where it has one, a code of what it rests on: a country, a kind of contact, a way of pressing."""

    sign: Sign
    about: str = ""


class Quoted(Model):
    """A way of contact in a document: `phone`, `mail` or `link`. It is evidence against calling, and nothing else."""

    kind: str
    value: str


class Reading(Model):
    """All that was seen in a text. It quotes the document, so it lies in the vault; history carries the signals."""

    signals: tuple[Signal, ...]
    never_call: tuple[Quoted, ...] = ()


def read_document(text: str, country: str) -> Reading:
    """Read a text for the country (ISO 3166 alpha-2) of the agency that is said to have sent it. Pure and total."""
    plain = _plain(text)
    if not plain.strip():
        return Reading(signals=(Signal(sign=Sign.NO_TEXT),))
    quoted = tuple(_quoted(plain))
    kinds = sorted({each.kind for each in quoted})
    signals = [
        *_statute(plain, country.strip().upper()),
        _case_number(plain),
        *(Signal(sign=Sign.QUOTES_CONTACT, about=kind) for kind in kinds),
        *(Signal(sign=Sign.PRESSURE, about=way) for way, words in _PRESSURE.items() if words.search(plain)),
    ]
    return Reading(signals=tuple(signals), never_call=quoted)


def _plain(text: str) -> str:
    """One form of letters, spaces and dashes; what cannot be seen is taken out, so that it hides nothing."""
    folded = unicodedata.normalize("NFKC", text)
    # A word divided at the end of a line is one word; U+0002 is what PDF readers put for such a hyphen.
    folded = re.sub(r"[\u0002\ufffe]\s{0,2}", "", folded)
    folded = re.sub("[\u2010-\u2015\u2212]", "-", folded)
    seen = (each for each in folded if each in "\n\t " or unicodedata.category(each) not in ("Cc", "Cf", "Co", "Cn"))
    return re.sub(r"\s+", " ", "".join(seen))


# -- statutes -------------------------------------------------------------------------------------------------

_US = r"\b18\s?u\.?\s?s\.?\s?c\.?\s?(?:a\.?\s?)?(?:§+|sec(?:tion|\.)?|s\.?)?\s?"
# For emergencies, per country; sources as in `domain.basis`, and for AU also TIA Act 1979 (Cth) s 180, for GB IPA 2016.
_FOR_EMERGENCIES: dict[str, re.Pattern[str]] = {
    "US": re.compile(_US + r"2702\b|\bsection 2702\b|\b2702\s?\((?:b|c)\)", re.I),
    "GB": re.compile(r"\binvestigatory powers act 2016\b|\bdata protection act 2018\b|\bdpa 2018\b|\buk gdpr\b", re.I),
    "AU": re.compile(
        r"\bprivacy act 1988\b|\bapp 6\.2\b|\btelecommunications \(interception and access\) act 1979\b|"
        r"\btelecommunications act 1997\b",
        re.I,
    ),
}
# Of the country, but for something else: process by a court, preservation, national security letters.
_FOR_OTHER_THINGS: dict[str, re.Pattern[str]] = {
    "US": re.compile(_US + r"(?:2703|2705|2709|3123|2518)\b", re.I),
    "GB": re.compile(
        r"\bregulation of investigatory powers act 2000\b|\bpolice and criminal evidence act 1984\b", re.I
    ),
    "AU": re.compile(r"\bcrimes act 1914\b|\bsurveillance devices act 2004\b", re.I),
}


def _statute(text: str, country: str) -> Iterator[Signal]:
    elsewhere = [
        each
        for each in _FOR_EMERGENCIES
        if each != country and (_FOR_EMERGENCIES[each].search(text) or _FOR_OTHER_THINGS[each].search(text))
    ]
    if country not in _FOR_EMERGENCIES:
        yield Signal(sign=Sign.JURISDICTION_UNKNOWN)
    elif _FOR_EMERGENCIES[country].search(text):
        yield Signal(sign=Sign.STATUTE_FITS, about=country)
    elif _FOR_OTHER_THINGS[country].search(text):
        yield Signal(sign=Sign.STATUTE_OTHER_PURPOSE, about=country)
    elif elsewhere:
        yield from (Signal(sign=Sign.STATUTE_FOREIGN, about=each) for each in elsewhere)
    else:
        yield Signal(sign=Sign.STATUTE_MISSING)


# -- case numbers ---------------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"\b(?:case|incident|crime|report|occurrence|file|reference|cad|event)\s?"
    r"(?:no\b\.?|nr\b\.?|num(?:ber)?\b\.?|ref(?:erence)?\b\.?|id\b|#|:)\s?[:#.]?\s?"
    r"(?P<number>[A-Z0-9][A-Z0-9/.-]{0,39})",
    re.I,
)
_PLAUSIBLE = re.compile(r"(?=(?:[^0-9]*[0-9]){4})[A-Z0-9]{1,12}(?:[/.-][A-Z0-9]{1,12}){0,4}", re.I)


def _case_number(text: str) -> Signal:
    numbers = [found["number"].rstrip("./-") for found in _LABEL.finditer(text)]
    if not numbers:
        return Signal(sign=Sign.CASE_NUMBER_MISSING)
    fine = any(_PLAUSIBLE.fullmatch(each) and not _invented(each) for each in numbers)
    return Signal(sign=Sign.CASE_NUMBER if fine else Sign.CASE_NUMBER_ODD)


def _invented(number: str) -> bool:
    """One digit over and over, or the digits in a row: what somebody types who has no number."""
    digits = re.sub(r"\D", "", number)
    return len(set(digits)) == 1 or digits in "01234567890123456789" or digits in "98765432109876543210"


# -- contacts -------------------------------------------------------------------------------------------------

_AT, _DOT = r"\s?(?:@|[\[(]\s?at\s?[\])])\s?", r"\s?(?:\.|[\[(]\s?dot\s?[\])])\s?"
_MAIL = re.compile(rf"\b[A-Z0-9][A-Z0-9._%+'-]{{0,63}}{_AT}[A-Z0-9-]{{1,63}}(?:{_DOT}[A-Z0-9-]{{1,63}}){{1,5}}", re.I)
_LINK = re.compile(r"\b(?:h(?:tt|xx)ps?://|www\.)[^\s<>\"')\]]{1,500}", re.I)
_BARE = re.compile(
    r"(?<![@\w.-])(?:[A-Z0-9-]{1,63}\.){1,4}(?:com|net|org|gov|mil|info|io|co|us|uk|au|eu|police|link|site|online)"
    r"(?:/[^\s<>\"')\]]{0,200})?(?![\w@-])",
    re.I,
)
_PHONE = re.compile(r"(?<![\w/.-])(?:\+|00|\()?\d[\d\s().-]{5,22}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w/-])", re.I)
_DATE = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\s?")


def _quoted(text: str) -> Iterator[Quoted]:
    """Every mail address, link and telephone number, in that order, each once; rather one too many than one missing."""
    rest, seen = text, set[tuple[str, str]]()
    for kind, pattern in (("mail", _MAIL), ("link", _LINK), ("link", _BARE), ("phone", _PHONE)):
        for found in pattern.finditer(rest):
            value = found[0].strip(" .,;:")
            if kind == "phone" and not _may_be_a_number(value):
                continue
            if (kind, value) not in seen:
                seen.add((kind, value))
                yield Quoted(kind=kind, value=value)
        if kind != "phone":
            rest = pattern.sub(" | ", rest)


def _may_be_a_number(value: str) -> bool:
    return 7 <= sum(each.isdigit() for each in value) <= 21 and not _DATE.fullmatch(value)


# -- pressure -------------------------------------------------------------------------------------------------

# Ways in which forged requests press; the first was used against providers in December 2023.
_PRESSURE: dict[str, re.Pattern[str]] = {
    "blame": re.compile(
        r"\b(?:people|someone|somebody|(?:the |a )?(?:child|victim|girl|boy)|(?:he|she|they)) "
        r"(?:will|is going to|are going to|may|could) die\b.{0,60}\b(?:if|unless|because)\b|"
        r"\bblood (?:is|will be) on your hands\b|"
        r"\b(?:held|hold you|you will be) (?:personally )?(?:responsible|liable|accountable)\b",
        re.I,
    ),
    "haste": re.compile(
        r"\bimmediate(?:ly)? (?:compliance|response|disclosure|release)\b|\bwithin (?:the next )?(?:\d{1,3}|five|ten|"
        r"fifteen|twenty|thirty) minutes\b|\bno time (?:to|for)\b|\bwithout (?:any )?(?:further )?delay or\b",
        re.I,
    ),
    "against-checking": re.compile(
        r"\b(?:do not|don't|no need to|refrain from|avoid) (?:call|calling|contact|contacting|verify|verifying|phone|"
        r"phoning|check|checking)\b|\bskip (?:the )?(?:verification|checks?|call-?back)\b|"
        r"\bverification (?:is )?(?:not required|unnecessary)\b",
        re.I,
    ),
    "secrecy": re.compile(
        r"\bdo not (?:tell|inform|discuss|share)\b.{0,40}\b(?:supervisor|colleague|legal|counsel|anyone|team)\b|"
        r"\bkeep this (?:strictly )?between us\b",
        re.I,
    ),
    "threat": re.compile(
        r"\b(?:obstruction of justice|contempt of court|criminal (?:charges|liability)|face (?:arrest|prosecution|"
        r"charges))\b",
        re.I,
    ),
    "other-address": re.compile(
        r"\b(?:send|reply|respond|forward|deliver)\b.{0,60}\b(?:personal|private|alternate|alternative|this) "
        r"(?:e-?mail|address|account|number)\b",
        re.I,
    ),
}
