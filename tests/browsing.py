"""A real browser for tests, and where its pictures go."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. Where there is none the test is skipped, and fails on CI."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on PATH; apt-get install -y chromium")
        pytest.skip("no chromium on PATH; apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield browser
        await browser.close()


def pictures_in(directory: Path) -> Path:
    """Where screenshots go: HOLDFAST_TEST_PICTURES to look at them, else a directory that is thrown away."""
    return Path(os.environ.get("HOLDFAST_TEST_PICTURES", directory))
