"""How soon the table on the page Network follows an edit: python -m benchmarks.network_page.

A server of its own shows a network in a real Chromium; the channels of its first layer are stepped up, and each edit is
taken back, timed from the click to the painted table. Without a browser: the trace, and the effective field of the unit
in the middle of the last map, through random weights, over images of noise.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable

import numpy as np

from benchmarks.network_page.browser import visiting
from benchmarks.network_page.networks import network_of, recipe_of
from benchmarks.pages.browser import chromium
from benchmarks.pages.figures import print_head, print_machine, print_times, print_trouble, print_versions
from benchmarks.pages.server import serving
from cifarlab.network import trace
from cifarlab.recipe import load_recipe, to_share_text

SYSTEMS = ("strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6")
EDITED, DEEP_LAYERS, TRACED_LAYERS = "resnet9-6m6", 100, 50
IMAGES = (1, 16)
MOST_REPAINT_MS, MOST_TRACE_MS, MOST_FIELD_MS = 150.0, 1.0, 2000.0
PACKAGES = ("streamlit", "torch", "numpy", "pydantic", "playwright")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=40, help="edits of each network (default 40)")
    options.add_argument("--traces", type=int, default=1000, help="traces (default 1000)")
    options.add_argument("--fields", type=int, default=5, help="effective fields of each system (default 5)")
    chosen = options.parse_args()
    print_machine()
    asyncio.run(print_edits(chosen.repeats))
    print_trace(chosen.traces)
    print_fields(chosen.fields)


async def print_edits(repeats: int) -> None:
    opened = {EDITED: EDITED, f"{DEEP_LAYERS} layers": to_share_text(recipe_of(DEEP_LAYERS))}
    with serving(None) as server:
        async with chromium() as browser:
            print_versions(browser.version, PACKAGES)
            # Whoever comes first has the server load its code and draw its images.
            async with visiting(browser, server.address) as first:
                await first.open_network(EDITED)
            print_head("click to painted table, ms")
            for name, recipe in opened.items():
                async with visiting(browser, server.address) as visitor:
                    await visitor.open_network(recipe)
                    print_times(f"{name}, an edit", await visitor.time_edits(repeats), MOST_REPAINT_MS)
                    print_times(f"{name}, undo", await visitor.time_undos(repeats), MOST_REPAINT_MS)
        print_trouble(server.trouble())


def print_trace(repeats: int) -> None:
    network = network_of(TRACED_LAYERS)
    print_head("trace, ms")
    print_times(f"{TRACED_LAYERS} layers", timed(lambda: trace(network), repeats), MOST_TRACE_MS)


def print_fields(repeats: int) -> None:
    import torch

    print_head(f"effective field on the CPU, {torch.get_num_threads()} threads, ms")
    for name in SYSTEMS:
        for count in IMAGES:
            print_times(f"{name}, images: {count}", timed(measuring(name, count), repeats), MOST_FIELD_MS)


def measuring(name: str, count: int) -> Callable[[], object]:
    """What measures the field of the unit in the middle of a recipe's last map that is wider than one unit."""
    from cifarlab.analysis import effective_field, untrained
    from cifarlab.augment import Normalization

    model = untrained(load_recipe(name).network, seed=0).eval()
    last = [row for row in trace(model.network).rows if row.n_out > 1][-1]
    images = np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    normalization = Normalization(mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    return lambda: effective_field(model, images, normalization, last.id, (last.n_out // 2, last.n_out // 2))


def timed(call: Callable[[], object], repeats: int) -> list[float]:
    """Seconds that each of so many calls takes, after one that does not count."""
    call()
    moments = [time.perf_counter()]
    for _ in range(repeats):
        call()
        moments.append(time.perf_counter())
    return [float(seconds) for seconds in np.diff(moments)]


if __name__ == "__main__":
    main()
