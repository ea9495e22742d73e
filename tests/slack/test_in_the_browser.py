"""People side by side on the stand-in's page: one declares, others decide, the case closes. No Slack account."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from domain.acts import Done
from domain.incident import Outcome
from domain.people import Directory
from integrations.slack.words import room_name
from tests.desk.test_browser import signed_in
from tests.slack.deployed import Deployment, open_deployment
from tests.world import Case, Simulators

MAIL, WORDS = "desk.sergeant@police.northfield.example.org", "SYNTHETIC: a walker has not come home"
DARA, FAY = "U0ESC01", "U0LEG01"


@pytest.fixture(scope="module")
async def deployment(
    directory: Directory, simulators: Simulators, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    async with open_deployment(directory, simulators, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


async def opened(chromium: Browser, here: Deployment, *people: str, scheme: str = "light", width: int = 1440) -> Page:
    context = await chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    await page.goto(f"{here.slack.page_url}?{'&'.join(f'as={each}' for each in people)}")
    await expect(page.locator(".pane")).to_have_count(len(people))
    return page


def pane(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Pane of {name}")


async def type_in(where: Locator, text: str) -> None:
    await where.get_by_label("Message, or a command").fill(text)
    await where.get_by_role("button", name="Send").click()


async def decide(chromium: Browser, here: Deployment, case: Case, person: str, name: str, button: str) -> None:
    """At the desk, where the card's link leads."""
    waits = await case.open(name)
    page = await signed_in(chromium, here.desk_url, person)
    await page.goto(f"{here.desk_url}/decide/{case.id}?key={waits.key}")
    await page.get_by_role("button", name=re.compile(f"^{button}")).click()
    await expect(page.get_by_role("heading", name="Recorded")).to_be_visible()
    await page.context.close()


async def test_one_person_declares_others_decide_and_the_case_closes(
    deployment: Deployment, chromium: Browser, pictures: Path
) -> None:
    here = deployment
    page = await opened(chromium, here, DARA, FAY)
    dara, fay = pane(page, "esc-dara"), pane(page, "leg-fay")

    # Declared by a command in one pane; the answer is for that person alone.
    await type_in(dara, f"/incident edr {here.world.fresh_account()} {MAIL} US missing-person {WORDS}")
    answer = dara.locator("article.ephemeral").last
    await expect(answer).to_contain_text("is open")
    await expect(fay.locator("article.ephemeral")).to_have_count(0)
    found = re.search(r"EDR-\w{5}-\w{5}", await answer.inner_text())
    assert found is not None
    case = Case(here.world, found.group())
    room = room_name(case.id)

    # The room is there for whom it calls, and the case is taken by one press.
    await dara.get_by_role("button", name=room).click()
    await dara.get_by_role("button", name="Take this case").click()
    await expect(dara.locator(".log")).to_contain_text("Recorded: take the case.", timeout=15000)
    await case.until(lambda state: state.owner is not None and state.owner.person == "esc-dara")
    await page.screenshot(path=pictures / "slack-declared.png")

    # Work is done at the desk, where the links of the cards lead; then two others decide.
    record = await case.record()
    await case.act("les-ada", "call-back", Done(result={"answer": "confirmed"}, artefact=record))
    judged = {"real": False, "because": ("plausible-account",)}
    await case.act("esc-dara", "assess-emergency", Done(result=judged))
    await fay.get_by_role("button", name=room).click()
    card = fay.locator("article", has_text="A decision is needed").last
    link = card.get_by_role("link", name="Open and decide")
    await expect(link).to_have_attribute("href", re.compile(f"^{re.escape(here.desk_url)}/decide/{case.id}"))
    await card.get_by_role("button", name="I have seen this").click()
    await expect(fay.locator(".log")).to_contain_text("Recorded: I have seen this.")
    await page.screenshot(path=pictures / "slack-decide.png")
    async with page.context.expect_page() as led:
        await link.click()
    desk = await led.value
    await expect(desk).to_have_url(re.compile("/login"))
    await desk.get_by_label("Person").select_option("leg-fay")
    await desk.get_by_role("button", name="Sign in").click()
    await expect(desk.get_by_role("button", name=re.compile("^Send the refusal"))).to_be_visible()
    await desk.screenshot(path=pictures / "slack-desk.png")
    await desk.get_by_role("button", name=re.compile("^Send the refusal")).click()
    await expect(desk.get_by_role("heading", name="Recorded")).to_be_visible()
    await decide(chromium, here, case, "les-ben", "refuse", "Send the refusal")

    # It closes: the room says so, is sealed and put away.
    assert (await case.result()).outcome is Outcome.REFUSED
    await expect(dara.get_by_role("button", name=re.compile(rf"{room} \(archived\)"))).to_be_visible(timeout=15000)
    await expect(dara.locator(".log")).to_contain_text("closed, refused")
    await page.screenshot(path=pictures / "slack-closed.png")
    assert WORDS not in here.slack.workspace.state.model_dump_json()


async def test_forms_shortcuts_and_the_home_tab_work_by_keyboard_in_the_dark(
    deployment: Deployment, chromium: Browser, pictures: Path
) -> None:
    here = deployment
    page = await opened(chromium, here, DARA, FAY, scheme="dark")
    dara, fay = pane(page, "esc-dara"), pane(page, "leg-fay")
    await type_in(fay, "SYNTHETIC: somebody should look at this")
    message = dara.locator("article", has_text="somebody should look at this")
    await message.get_by_role("button", name="Escalate this message").focus()
    await page.keyboard.press("Enter")

    asks = dara.get_by_role("dialog", name="What has happened?")
    await expect(asks.get_by_label("In your own words")).to_have_value("SYNTHETIC: somebody should look at this")
    await expect(asks.get_by_label("What is it?")).to_be_focused()
    await asks.get_by_label("What is it?").select_option("emergency_data_request")
    await asks.get_by_role("button", name="Next").click()

    form = dara.get_by_role("dialog", name=re.compile("^Emergency"))
    await expect(form.get_by_label("Account")).to_be_focused()
    await form.get_by_role("button", name="Declare").click()
    assert not await form.get_by_label("Account").evaluate("each => each.validity.valid")
    await form.get_by_label("Account").fill(here.world.fresh_account())
    await form.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill(MAIL)
    for each in await form.locator("select[required]").all():
        await each.select_option(index=1)
    for each in await form.locator("input[required], textarea[required]").all():
        if not await each.input_value():
            await each.fill("US")
    await dara.locator(".over").evaluate("each => each.scrollTo(0, 0)")
    await page.screenshot(path=pictures / "slack-form-dark.png")
    await form.get_by_role("button", name="Declare").click()
    receipt = dara.get_by_role("dialog", name=re.compile("^Emergency"))
    await expect(receipt).to_contain_text("is open")
    await page.keyboard.press("Escape")
    await expect(dara.get_by_role("dialog")).to_have_count(0)
    await expect(dara.get_by_label("Message, or a command")).to_be_focused()

    await dara.get_by_role("button", name="Home of holdfast").click()
    await expect(dara.locator(".log")).to_contain_text("open incidents", ignore_case=True)
    await dara.get_by_role("button", name="Refresh").click()
    await fay.get_by_role("button", name="Report an incident").click()
    await expect(fay.get_by_role("dialog", name="What has happened?")).to_be_visible()
    await page.screenshot(path=pictures / "slack-home-dark.png")

    # On a telephone's width nothing hangs out at the side.
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_pane_is_whoever_is_chosen_and_slack_can_go_away_and_come_back(
    deployment: Deployment, chromium: Browser
) -> None:
    here = deployment
    page = await opened(chromium, here, DARA)
    await page.get_by_role("button", name="Add a person").click()
    await expect(page.locator(".pane")).to_have_count(2)
    await page.locator(".pane").last.get_by_label("This pane is").select_option("U0STRANGER")
    await expect(page).to_have_url(re.compile("as=U0ESC01&as=U0STRANGER"))
    stranger = pane(page, "a.stranger")
    await type_in(stranger, "/incident list")
    await expect(stranger.locator("article.ephemeral").last).to_contain_text("The directory does not know this person")

    away = page.get_by_role("button", name="Slack is away")
    await away.click()
    await expect(away).to_have_attribute("aria-pressed", "true")
    await type_in(pane(page, "esc-dara"), "/incident list")
    await expect(pane(page, "esc-dara").locator(".told")).to_contain_text("dispatch_failed")
    await expect(pane(page, "esc-dara").get_by_label("Message, or a command")).to_have_value("/incident list")
    await away.click()
    await expect(page.locator("#line")).to_have_text("The app is connected.", timeout=15000)
    await pane(page, "esc-dara").get_by_role("button", name="Send").click()
    await expect(pane(page, "esc-dara").locator("article.ephemeral").last).to_be_visible()
    assert await page.evaluate("document.title") == "Slack stand-in"


async def test_what_a_message_contains_never_becomes_markup(deployment: Deployment, chromium: Browser) -> None:
    here = deployment
    page = await opened(chromium, here, DARA)
    await here.slack.say("U0STRANGER", "incidents", "<img src=x onerror=alert(1)> <javascript:alert(1)|press> *bold*")
    shown = pane(page, "esc-dara").locator("article").last
    await expect(shown.locator("strong", has_text="bold")).to_be_visible()
    assert await shown.locator("img, a, script").count() == 0
