"""What a text gives away; all texts are SYNTHETIC, all numbers from ranges that are kept for fiction."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attachments import LIMITS
from domain.document_checks import MEANS, WORRYING, Sign, Signal, read_document

US = "Request under 18 U.S.C. § 2702(c)(4)."


def signs(text: str, country: str = "US") -> set[Sign]:
    return {each.sign for each in read_document(text, country).signals}


def about(text: str, sign: Sign, country: str = "US") -> set[str]:
    return {each.about for each in read_document(text, country).signals if each.sign is sign}


def quoted(text: str) -> set[tuple[str, str]]:
    return {(each.kind, each.value) for each in read_document(text, "US").never_call}


def test_every_sign_has_a_sentence() -> None:
    assert set(MEANS) == set(Sign)
    assert set(Sign) > WORRYING


@pytest.mark.parametrize(
    ("text", "country", "sign"),
    [
        (US, "US", Sign.STATUTE_FITS),
        ("pursuant to 18 USC 2702(b)(8)", "us", Sign.STATUTE_FITS),
        ("Title 18, Section 2702", "US", Sign.STATUTE_FITS),
        ("18 U.S.C. 2703(d) order", "US", Sign.STATUTE_OTHER_PURPOSE),
        ("under the Data Protection Act 2018, Sch 2 para 2", "GB", Sign.STATUTE_FITS),
        ("under the Privacy Act 1988, s 16A", "AU", Sign.STATUTE_FITS),
        ("under the Data Protection Act 2018", "US", Sign.STATUTE_FOREIGN),
        (US, "GB", Sign.STATUTE_FOREIGN),
        ("under the law", "US", Sign.STATUTE_MISSING),
        (US, "FR", Sign.JURISDICTION_UNKNOWN),
        (US, "", Sign.JURISDICTION_UNKNOWN),
    ],
)
def test_the_statute_is_held_against_the_country(text: str, country: str, sign: Sign) -> None:
    found = signs(text, country) & {each for each in Sign if each.value.startswith(("statute", "juris"))}
    assert found == {sign}


def test_the_country_of_a_foreign_statute_is_named() -> None:
    assert about(US, Sign.STATUTE_FOREIGN, "AU") == {"US"}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Case No. 2026-004417", Sign.CASE_NUMBER),
        ("Incident number: 26/3381-B", Sign.CASE_NUMBER),
        ("CAD ref 4471/22NOV26", Sign.CASE_NUMBER),
        ("Case #: 000000", Sign.CASE_NUMBER_ODD),
        ("Case number 123456", Sign.CASE_NUMBER_ODD),
        ("Case number URGENT", Sign.CASE_NUMBER_ODD),
        ("in any case we need it", Sign.CASE_NUMBER_MISSING),
    ],
)
def test_the_form_of_the_case_number(text: str, sign: Sign) -> None:
    assert sign in signs(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call +1 202 555 0143 now", ("phone", "+1 202 555 0143")),
        ("call (202) 555-0143 ext. 7", ("phone", "(202) 555-0143 ext. 7")),
        ("call 020 7946 0018", ("phone", "020 7946 0018")),
        ("mail duty@police.example.org", ("mail", "duty@police.example.org")),
        ("mail duty [at] police [dot] example [dot] org", ("mail", "duty [at] police [dot] example [dot] org")),
        ("see hxxps://portal.example.com/a?b=1", ("link", "hxxps://portal.example.com/a?b=1")),
        ("see www.example.net/x", ("link", "www.example.net/x")),
        ("see portal.example.com today", ("link", "portal.example.com")),
        ("mail du\u200bty@police.example.org", ("mail", "duty@police.example.org")),
        ("call ＋１ ２０２ ５５５ ０１４３", ("phone", "+1 202 555 0143")),
    ],
)
def test_every_way_of_contact_is_listed_as_one_never_to_use(text: str, found: tuple[str, str]) -> None:
    assert found in quoted(text)
    assert found[0] in about(text, Sign.QUOTES_CONTACT)


def test_dates_and_statutes_are_no_numbers_to_call() -> None:
    assert not quoted("On 2026-11-22, 18 U.S.C. 2702(c)(4), the 22.11.2026 at 13:05")


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("The child will die if you keep checking.", "blame"),
        ("You will be held personally liable.", "blame"),
        ("We demand immediate disclosure.", "haste"),
        ("within the next 15 minutes", "haste"),
        ("Do not call the station.", "against-checking"),
        ("Verification is not required.", "against-checking"),
        ("Do not inform your supervisor.", "secrecy"),
        ("This is obstruction of justice.", "threat"),
        ("Send the data to my personal e-mail.", "other-address"),
    ],
)
def test_pressure_is_named_by_its_way(text: str, way: str) -> None:
    assert way in about(text, Sign.PRESSURE)


def test_a_plain_request_presses_nobody() -> None:
    text = f"{US} Case No. 26/3381-B. A child was taken this morning; her phone's last address would find her."
    assert signs(text) == {Sign.STATUTE_FITS, Sign.CASE_NUMBER}


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u0000"])
def test_where_there_is_no_text_that_is_all_that_is_said(text: str) -> None:
    assert read_document(text, "US").signals == (Signal(sign=Sign.NO_TEXT),)


@given(st.text(max_size=400), st.text(max_size=4))
def test_any_text_can_be_read_and_yields_the_same_signs_again(text: str, country: str) -> None:
    reading = read_document(text, country)
    assert reading == read_document(text, country)
    statutes = [each for each in reading.signals if each.sign.value.startswith(("statute", "juris"))]
    assert statutes or reading.signals == (Signal(sign=Sign.NO_TEXT),)
    assert len({(each.kind, each.value) for each in reading.never_call}) == len(reading.never_call)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=200),
    st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}", fullmatch=True),
)
def test_a_mail_address_is_found_wherever_it_stands(around: str, who: str) -> None:
    address = f"{who}@police.example.org"
    found = {value for kind, value in quoted(f"{around} | {address} | {around}") if kind == "mail"}
    assert address in found


@given(st.integers(100, 199), st.sampled_from([" ", "-", ".", ""]))
def test_a_number_is_found_however_it_is_written(last: int, between: str) -> None:
    number = between.join(("+1", "202", "555", f"0{last}"))
    assert ("phone", number) in quoted(f"Reach me on {number}, thanks")


@pytest.mark.parametrize("piece", ["1-", "a.", "http://", "case no. 1"])
def test_the_longest_text_that_is_kept_is_read_in_moments(piece: str) -> None:
    before = time.process_time()
    read_document(piece * (LIMITS.characters // len(piece)), "US")
    assert time.process_time() - before < 20  # four were seen on a busy machine; a slip to quadratic takes minutes
