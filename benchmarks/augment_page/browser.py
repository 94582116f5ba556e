"""A visitor with a browser on the page Augment, one of whose sliders is moved and timed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from benchmarks.augment_page.client import FIELD, PICTURE, STEP, degrees
from benchmarks.pages import browser
from benchmarks.pages.browser import PATIENCE_MS

WARM_UP_CHANGES = 5
SCRIPT = Path(__file__).with_name("slider.js")


@dataclass(frozen=True)
class Drag:
    """When each new picture was painted, in seconds, while a slider was moved so often for so many seconds."""

    moments: tuple[float, ...]
    moves: int
    seconds: float

    @property
    def gaps(self) -> tuple[float, ...]:
        """Seconds from one new picture to the next."""
        return tuple(after - before for before, after in pairwise((0.0, *self.moments)))


@dataclass(frozen=True)
class Visitor(browser.Visitor):
    """One window of a browser, on the page Augment of one server."""

    async def open_augment(self, **query: str) -> None:
        """Go to the page, select the step, and move its slider until all of the page has been drawn anew."""
        await self.open("", **query)
        row = self.page.locator(f".st-key-augment-steps .row[data-id={STEP}]")
        await row.locator(".name").click(timeout=PATIENCE_MS)
        await self.page.locator(self._range).wait_for(timeout=PATIENCE_MS)
        await self.settle()
        await self.time_changes(WARM_UP_CHANGES)

    async def time_changes(self, count: int, every: float = 0.0) -> list[float]:
        """Seconds from each change of the slider to the painted picture, at most one change in `every` seconds."""
        given = {"values": [degrees(turn) for turn in range(1, count + 1)], "every": 1000 * every}
        taken: Sequence[float] = await self._evaluate("timeChanges", given)
        return [milliseconds / 1000 for milliseconds in taken]

    async def time_drag(self, seconds: float) -> Drag:
        """Move the slider at every frame for so long."""
        seen = await self._evaluate("timeDrag", {"duration": 1000 * seconds})
        return Drag(tuple(moment / 1000 for moment in seen["moments"]), seen["moves"], seconds)

    @property
    def _range(self) -> str:
        return f".st-key-augment-{STEP}-sliders [data-name={FIELD}] input[type=range]"

    async def _evaluate(self, function: str, given: dict[str, object]) -> Any:
        slider = await self.page.locator(self._range).element_handle()
        image = await self.page.locator(f".st-key-{PICTURE} img").element_handle()
        return await self.page.evaluate(f"given => {function}(given)", {"range": slider, "image": image, **given})


@asynccontextmanager
async def visiting(chromium: Browser, address: str) -> AsyncIterator[Visitor]:
    """A visitor with a profile of their own, who comes and goes."""
    async with browser.visiting(chromium, address, SCRIPT) as visitor:
        yield Visitor(visitor.page, visitor.address)
