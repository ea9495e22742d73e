"""Places as the law sees them: countries gathered into the few places that make a difference to a legal basis."""

from __future__ import annotations

from enum import StrEnum


class Location(StrEnum):
    """Where somebody is, as far as a legal basis asks. `unknown` opens nothing: a person finds out first."""

    US = "us"
    UK = "uk"
    EU = "eu"
    AU = "au"
    OTHER = "other"
    UNKNOWN = "unknown"


# ISO 3166-1 alpha-2. Territories are named one by one: what is not listed is `other`, never its mother country.
COUNTRIES: dict[Location, frozenset[str]] = {
    Location.US: frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM"}),
    Location.UK: frozenset({"GB"}),
    # The Union with its outermost regions, the rest of the European Economic Area, and Switzerland.
    Location.EU: frozenset(
        {
            *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT"),
            *("LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
            *("AX", "GF", "GP", "MF", "MQ", "RE", "YT"),
            *("IS", "LI", "NO", "CH"),
        }
    ),
    Location.AU: frozenset({"AU", "CC", "CX", "NF"}),
}
# Reserved by ISO 3166 for private use: programs write them where they do not know a country.
_PRIVATE = frozenset({"AA", "ZZ", *(f"Q{each}" for each in "MNOPQRSTUVWXYZ"), *(f"X{chr(n)}" for n in range(65, 91))})


def location_of(country: str) -> Location:
    """The place of a country (ISO 3166-1 alpha-2, any case). What is no country's code is `unknown`, not `other`."""
    code = country.strip().upper()
    found = next((place for place, codes in COUNTRIES.items() if code in codes), None)
    if found is not None:
        return found
    known = len(code) == 2 and code.isascii() and code.isalpha() and code not in _PRIVATE
    return Location.OTHER if known else Location.UNKNOWN
