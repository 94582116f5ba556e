"""How soon the pictures follow a slider on the page Augment: python -m benchmarks.augment_page.

A server of its own shows 64 pictures of system 1's pipeline, and the angle of its rotation is changed: in a real
Chromium, timed from the event to the painted frame, and by clients that speak as the browser does, timed from
sending to the answer. The server's memory is read before and after many changes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
from dataclasses import astuple
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Browser

from benchmarks.augment_page import browser, client
from benchmarks.augment_page.crowd import crowd_of
from benchmarks.pages.browser import chromium as starting
from benchmarks.pages.figures import print_head, print_machine, print_times, print_trouble, print_versions, verdict
from benchmarks.pages.server import Memory, Server, serving

RECIPE, PICTURES = "strided-135k", "64"
VIEWS = ("One image", "Many images")
MOST_MEDIAN_MS, MOST_P95_MS = 100.0, 200.0
DRAG_SECONDS, LEAST_PICTURES_PER_SECOND = 5.0, 8.0
CROWD_SECONDS, MOST_CROWD_P95_MS = 30.0, 300.0
WARM_UP_CHANGES, MOST_GROWTH_MB, MEMORY_SAMPLES = 100, 20.0, 4
PACKAGES = ("streamlit", "albumentations", "opencv-python-headless", "numpy", "playwright", "websockets")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=50, help="changes of the slider in each view (default 50)")
    options.add_argument("--clients", type=int, default=30, help="clients, the browser among them (default 30)")
    options.add_argument("--seconds", type=float, default=CROWD_SECONDS, help="how long they go on (default 30)")
    options.add_argument("--changes", type=int, default=1000, help="changes over which memory may grow (default 1000)")
    options.add_argument("--images", type=Path, metavar="FOLDER", help="real images (default: drawn ones)")
    asyncio.run(measure(options.parse_args()))


async def measure(chosen: argparse.Namespace) -> None:
    with serving(chosen.images) as server:
        async with starting() as chromium:
            await print_surroundings(chromium, server)
            await print_changes(chromium, server, chosen.repeats)
            await print_memory(server, chosen.changes)
            await print_crowd(chromium, server, chosen.clients, chosen.seconds)
        print_trouble(server.trouble())


async def print_surroundings(chromium: Browser, server: Server) -> None:
    """What all of it runs on; the visit to Mistakes has the server import all that it ever will."""
    async with browser.visiting(chromium, server.address) as visitor:
        await visitor.open("mistakes")
        images = await visitor.images_in_use()
    print_machine()
    print_versions(chromium.version, PACKAGES)
    print(f"{RECIPE}, {PICTURES} pictures, {images}")


async def print_changes(chromium: Browser, server: Server, repeats: int) -> None:
    print_head("slider to painted picture, ms")
    async with browser.visiting(chromium, server.address) as visitor:
        for view in VIEWS:
            await visitor.open_augment(**query(view))
            print_times(view, await visitor.time_changes(repeats), MOST_MEDIAN_MS, MOST_P95_MS)
        for view in VIEWS:
            await visitor.open_augment(**query(view))
            print_drag(view, await visitor.time_drag(DRAG_SECONDS))


def print_drag(view: str, drag: browser.Drag) -> None:
    rate = len(drag.moments) / drag.seconds
    print(f"\n{view}, dragged for {drag.seconds:g} s, {drag.moves} moves: {rate:.1f} new pictures a second,", end=" ")
    print(f"at least {LEAST_PICTURES_PER_SECOND:g}: {verdict(rate >= LEAST_PICTURES_PER_SECOND)}")
    print_head("from one to the next, ms")
    print_times(view, drag.gaps)


async def print_memory(server: Server, changes: int) -> None:
    print(f"\nmemory of the server, MB, after {WARM_UP_CHANGES} changes and {changes} more, and its processor time")
    print(f"{'changes':>36}{'own':>10}{'PSS':>10}{'RSS':>10}{'ms a change':>14}", flush=True)
    parts = [changes // MEMORY_SAMPLES] * (MEMORY_SAMPLES - 1)
    samples, turns = [], itertools.count()
    async with client.visiting(server.address, urlencode(query(VIEWS[0]))) as visitor:
        for count in (WARM_UP_CHANGES, *parts, changes - sum(parts)):
            used = server.processor_seconds()
            for turn in itertools.islice(turns, count):
                await visitor.move(client.degrees(turn))
            samples.append(server.memory())
            print_memory_row(count, samples[-1], 1000 * (server.processor_seconds() - used) / max(count, 1))
    first, last = samples[0], samples[-1]
    if first and last:
        growth = last.own - first.own
        print(f"growth of its own: {growth:+.1f} MB, less than {MOST_GROWTH_MB:g}: {verdict(growth < MOST_GROWTH_MB)}")


def print_memory_row(count: int, memory: Memory | None, milliseconds: float) -> None:
    figures = "".join(f"{figure:>10.1f}" for figure in astuple(memory)) if memory else f"{'no /proc':>30}"
    print(f"{f'+{count}':>36}{figures}{milliseconds:>14.1f}", flush=True)


async def print_crowd(chromium: Browser, server: Server, clients: int, seconds: float) -> None:
    asked = query(VIEWS[0])
    async with (
        crowd_of(clients - 1, server.address, urlencode(asked)) as crowd,
        browser.visiting(chromium, server.address) as visitor,
    ):
        await visitor.open_augment(**asked)
        used = server.processor_seconds()
        painted, _ = await asyncio.gather(visitor.time_changes(round(seconds), every=1.0), crowd.move(seconds))
        used = server.processor_seconds() - used
    print_head(f"{clients} clients, a browser among them, a change a second each, ms")
    print_times("event to painted picture, browser", painted, most_p95=MOST_CROWD_P95_MS)
    if crowd.answers:
        print_times("sent to new picture", [answer.picture for answer in crowd.answers], most_p95=MOST_CROWD_P95_MS)
        print_times("sent to end of script", [answer.finished for answer in crowd.answers])
    changes = len(painted) + len(crowd.answers)
    print(f"processor time of the server: {1000 * used / changes:.1f} ms a change")
    print(f"errors: {len(crowd.errors)}, at most 0: {verdict(not crowd.errors)}", *crowd.errors[:5], sep="\n  ")


def query(view: str) -> dict[str, str]:
    return {"recipe": RECIPE, "augment.pictures": PICTURES, "augment.view": view}


if __name__ == "__main__":
    main()
