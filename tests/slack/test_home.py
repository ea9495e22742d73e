"""The Home tab: what waits for one person, drawn when they open it."""

from __future__ import annotations

from typing import Any

from domain.errors import SENTENCES, Code, HoldfastError
from integrations.simulator.slack.model import View
from integrations.slack.home import DECLARE_HERE, REFRESH
from tests.slack.conftest import DESK_URL, Played
from tests.slack.fake_desk import CASE, waiting
from tests.slack.test_forms import _settled
from tests.slack.test_room import projection


async def opened(app: Played, person: str = "U0ESC01") -> View:
    await app.slack.open_home(person)
    await app.slack.until(lambda: app.slack.home(person))
    shown = app.slack.home(person)
    assert shown is not None
    return shown


def headers(view: View) -> list[str]:
    return [each["text"]["text"] for each in view.content["blocks"] if each["type"] == "header"]


def waits(kind: str, key: str, **more: Any) -> Any:
    return waiting(kind, key).model_copy(update=more)


async def test_it_shows_what_waits_for_this_person_the_gravest_first(app: Played) -> None:
    app.desk.waits += [
        waits("gate", "notify/mild/1", severity=2),
        waits("gate", "notify/release/1"),
        waits("gate", "notify/not-mine/1", may=False),
        waits("task", "investigate/call-back/1"),
        waits("task", "review/action/1", case=f"{CASE}/review"),
        waits("intervention", "contain/snapshot/1!1", unpaged=True),
    ]
    app.desk.listed = [projection(owner="esc-dara"), projection(case="EDR-CCCCC-DDDDD", owner="dut-hana", severity=1)]
    view = await opened(app)
    assert headers(view) == [
        "Decisions that wait for you (2)",
        "Failed steps that wait for you (1)",
        "Your work (1)",
        "Actions of reviews (1)",
        "Your incidents (1)",
        "Other open incidents (1)",
    ]
    text = str(view.content["blocks"])
    assert text.index("release") < text.index("mild")
    assert "not-mine" not in text
    assert "nobody could be reached" in text
    assert f"{DESK_URL}/decide/{CASE}?key=notify%2Frelease%2F1" in text


async def test_a_long_evening_fits_into_one_tab(app: Played) -> None:
    for kind in ("gate", "task", "intervention", "hand-over"):
        app.desk.waits += [waits(kind, f"notify/{kind}-{n}/1") for n in range(40)]
    view = await opened(app)
    assert len(view.content["blocks"]) <= 100
    assert "… and 30 more at the desk" in str(view.content["blocks"])


async def test_it_is_drawn_anew_on_request(app: Played) -> None:
    view = await opened(app)
    assert "notify/release" not in str(view.content["blocks"])
    before = view.hash
    app.desk.waits.append(waits("gate", "notify/release/1"))
    assert (await app.slack.click_view("U0ESC01", view.id, REFRESH)).ok
    await app.slack.until(lambda: view.hash != before)
    assert "Decisions that wait for you (1)" in headers(view)


async def test_somebody_unknown_sees_the_reason_and_the_door(app: Played) -> None:
    view = await opened(app, "U0STRANGER")
    assert SENTENCES[Code.UNKNOWN_PERSON] in str(view.content["blocks"])
    assert "Tell the people on duty" in str(view.content["blocks"])
    assert (await app.slack.click_view("U0STRANGER", view.id, DECLARE_HERE)).ok
    await app.slack.until(lambda: _settled(app.slack.modal("U0STRANGER")))


async def test_a_desk_that_cannot_answer_is_said_and_not_an_empty_tab(app: Played) -> None:
    app.desk.error = HoldfastError(Code.UNREACHABLE, "Temporal")
    assert SENTENCES[Code.UNREACHABLE] in str((await opened(app)).content["blocks"])
