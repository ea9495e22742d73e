"""Two people decide a release in a real browser, with script switched off as the pages promise to need none."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from domain.people import Role
from domain.state import Status
from tests.attachments import documents
from tests.desk.test_papers import sent
from tests.world import Case, World

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on PATH; apt-get install -y chromium")
        pytest.skip("no chromium on PATH; apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: HOLDFAST_TEST_PICTURES to look at them, else a directory that is thrown away."""
    return Path(os.environ.get("HOLDFAST_TEST_PICTURES", tmp_path))


async def signed_in(browser: Browser, url: str, person: str, scheme: str = "light") -> Page:
    context = await browser.new_context(
        java_script_enabled=False,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 1100, "height": 900},
    )
    page = await context.new_page()
    await page.goto(url)
    await expect(page).to_have_url(re.compile("/login"))
    await page.get_by_label("Person").select_option(person)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="My desk")).to_be_visible()
    return page


async def open_card(page: Page, case: Case) -> None:
    await page.get_by_role("link", name="Holdfast").click()
    await page.locator(f'a.row[href*="{case.id}"]').first.click()


async def test_two_people_release_data_through_the_pages(
    world: World, chromium: Browser, desk_url: str, pictures: Path
) -> None:
    case = await world.declare()
    verifier, _ = await case.verified()
    key = (await case.open("release")).key
    legal, duty = await world.someone(Role.LEGAL), await world.someone(Role.DUTY_MANAGER)

    page = await signed_in(chromium, desk_url, legal)
    await page.screenshot(path=pictures / "home.png", full_page=True)
    await open_card(page, case)
    await expect(page.get_by_text("edr@police.northfield.example.org")).to_be_visible()
    await expect(page.get_by_text("18 USC 2702(c)(4)")).to_be_visible()
    await page.screenshot(path=pictures / "decide.png", full_page=True)
    await page.get_by_role("button", name=re.compile("^Release these . items to Northfield Police")).click()
    await expect(page.get_by_role("heading", name="Recorded")).to_be_visible()
    await expect(page.get_by_text("waiting for")).to_be_visible()
    await page.screenshot(path=pictures / "receipt.png", full_page=True)

    other = await signed_in(chromium, desk_url, verifier)
    await other.goto(f"{desk_url}/decide/{case.id}?key={key}")
    await expect(other.get_by_text("You cannot decide this.")).to_be_visible()
    await expect(other.get_by_role("button", name=re.compile("^Release"))).to_have_count(0)

    second = await signed_in(chromium, desk_url, duty, "dark")
    await open_card(second, case)
    await second.screenshot(path=pictures / "decide-dark.png", full_page=True)
    await second.get_by_text("Release less").click()
    await expect(second.get_by_role("button", name=re.compile("^Release these"))).to_be_hidden()
    await second.screenshot(path=pictures / "less-dark.png", full_page=True)
    await second.get_by_text("Release less").click()
    await second.get_by_role("button", name=re.compile("^Release these")).click()
    await expect(second.get_by_text("Every seat is filled.")).to_be_visible()
    await case.until(lambda state: state.gates[key].status is Status.APPROVED)

    await second.goto(f"{desk_url}/cases/{case.id}")
    await second.screenshot(path=pictures / "case-dark.png", full_page=True)
    await second.get_by_role("link", name="Full timeline").click()
    await expect(second.get_by_text("A decision was asked for").first).to_be_visible()
    await second.screenshot(path=pictures / "timeline-dark.png", full_page=True)


async def test_the_decision_page_fits_a_telephone(
    world: World, chromium: Browser, desk_url: str, pictures: Path
) -> None:
    case = await world.declare(drill=True)
    await case.verified()
    key = (await case.open("release")).key
    page = await signed_in(chromium, desk_url, await world.someone(Role.LEGAL))
    await page.set_viewport_size({"width": 390, "height": 844})
    for name, address in (("home", "/"), ("decide", f"/decide/{case.id}?key={key}"), ("case", f"/cases/{case.id}")):
        await page.goto(f"{desk_url}{address}")
        await page.screenshot(path=pictures / f"telephone-{name}.png", full_page=True)
        for each in await page.locator("main *:visible:not(.scroll *)").all():
            box = await each.bounding_box()
            assert box is None or box["x"] + box["width"] <= 390, f"{name}: {await each.inner_text()}"


async def test_a_call_back_is_recorded_through_its_script(
    world: World, chromium: Browser, desk_url: str, pictures: Path
) -> None:
    case = await world.declare()
    key = (await case.open("call-back")).key
    page = await signed_in(chromium, desk_url, await world.someone(Role.LE_SPECIALIST))
    await page.goto(f"{desk_url}/decide/{case.id}?key={key}")
    await expect(page.get_by_text("+1-202-555-0143")).to_be_visible()
    await expect(page.get_by_role("heading", name="Never say")).to_be_visible()
    await page.screenshot(path=pictures / "task.png", full_page=True)
    await page.get_by_label("confirmed").check()
    await page.get_by_label("Record").fill("SYNTHETIC: the duty officer answered.")
    await page.get_by_role("button", name="Record this as done").click()
    await expect(page.get_by_text("The work is recorded as done.")).to_be_visible()
    state = await case.until(lambda state: not state.tasks[key].open)
    assert state.tasks[key].artefact is not None


async def test_a_drawn_page_is_shown_by_a_real_browser_which_fetches_nothing_for_it(
    world: World, chromium: Browser, desk_url: str, pictures: Path
) -> None:
    case = await sent(world, documents.pdf(pages=2))
    await case.open("read-papers")
    page = await signed_in(chromium, desk_url, "les-ada")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{desk_url}/cases/{case.id}")
    await page.get_by_role("link", name="Attachment 1").click()
    await page.get_by_role("link", name="2", exact=True).click()
    shown = page.get_by_role("img", name="Page 2 as it was drawn")
    await expect(shown).to_be_visible()
    picture = Image.open(io.BytesIO(await shown.screenshot()))
    assert len(picture.convert("L").getcolors(256) or []) > 2, "letters, and not the sign of a picture that is missing"
    await page.screenshot(path=pictures / "attachment.png", full_page=True)
    assert {urlsplit(each).path for each in asked if not each.startswith("data:")} == {
        f"/cases/{case.id}",
        f"/attachments/{case.id}",
        "/static/desk.css",
    }
