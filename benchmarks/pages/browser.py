"""A visitor with a browser: a real Chromium before a server, whose pages are timed by their own clock."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
PATIENCE_MS = 120_000
CLOCK = Path(__file__).with_name("painted.js")


@dataclass(frozen=True)
class Visitor:
    """One window of a browser, before one server."""

    page: Page
    address: str

    async def open(self, path: str, **query: str) -> None:
        """Go to a page and wait until it stands."""
        await self.page.goto(f"{self.address}/{path}?{urlencode(query)}")
        await self.settle()

    async def settle(self) -> None:
        """Wait until the script has run to its end."""
        await self.page.wait_for_selector(READY, timeout=PATIENCE_MS)

    async def images_in_use(self) -> str:
        """What the page says of the images that it shows."""
        return (await self.page.locator(".st-key-images-menu").inner_text()).strip().splitlines()[0]


def system_chromium() -> str | None:
    """Where this system's Chromium is, if it has one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser: the system's, or else playwright's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=system_chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, address: str, *scripts: Path) -> AsyncIterator[Visitor]:
    """A visitor with a profile of their own, who comes and goes; each of their pages has the clock and `scripts`."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    for script in (CLOCK, *scripts):
        await context.add_init_script(path=script)
    try:
        yield Visitor(await context.new_page(), address)
    finally:
        await context.close()
