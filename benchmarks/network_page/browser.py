"""A visitor with a browser on the page Network, who edits the selected layer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from benchmarks.pages import browser
from benchmarks.pages.browser import PATIENCE_MS

SCRIPT = Path(__file__).with_name("edits.js")
STEP_UP = ".st-key-network-conv1-out_channels [data-testid=stNumberInputStepUp]"
UNDO = ".st-key-network-undo button"
WARM_UP_EDITS = 3


@dataclass(frozen=True)
class Visitor(browser.Visitor):
    """One window of a browser, on the page Network of one server."""

    async def open_network(self, recipe: str) -> None:
        """Open a recipe, by its name or as a share text, and warm the page up; its first layer is the selected one."""
        await self.open("network", recipe=recipe)
        await self.page.locator(STEP_UP).wait_for(timeout=PATIENCE_MS)
        await self.settle()
        await self.time_edits(WARM_UP_EDITS)
        await self.time_undos(WARM_UP_EDITS)

    async def time_edits(self, count: int) -> list[float]:
        """Seconds from each step of the selected layer's channels to the painted table."""
        return await self._time(STEP_UP, count)

    async def time_undos(self, count: int) -> list[float]:
        """Seconds from each press of Undo to the painted table."""
        return await self._time(UNDO, count)

    async def _time(self, selector: str, count: int) -> list[float]:
        given = {"selector": selector, "count": count}
        taken: Sequence[float] = await self.page.evaluate("given => timeEdits(given)", given)
        return [milliseconds / 1000 for milliseconds in taken]


@asynccontextmanager
async def visiting(chromium: Browser, address: str) -> AsyncIterator[Visitor]:
    """A visitor with a profile of their own, who comes and goes."""
    async with browser.visiting(chromium, address, SCRIPT) as visitor:
        yield Visitor(visitor.page, visitor.address)
