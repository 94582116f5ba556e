"""Which share of a run its logging, checkpoints and status take: python benchmarks/overhead.py.

The images are `sketch10`; a recipe trains for so many of its epochs, in a process of its own, and whatever the engine
calls to write to its run directory, or to look into it, is timed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from cifarlab.recipe import load_recipe, with_epochs
from cifarlab.training import devote_to_training

RECIPES = ("quick", "dilated-69k")
EPOCHS = {"quick": 6, "dilated-69k": 1}
JOURNAL = ("begin", "report", "add_epoch", "metrics_bytes", "secure_epochs", "end")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=3, help="runs of each recipe (default 3)")
    options.add_argument("--measure", metavar="RECIPE", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(measured_here(chosen.measure)))
        return
    print_surroundings()
    print(f"\nmedian of n={chosen.repeats} runs (lowest to highest)\n")
    print(f"{'recipe':14}{'epochs':>8}{'run s':>10}{'writes':>8}{'overhead s':>12}{'share of the run':>28}")
    for recipe in RECIPES:
        print_recipe(recipe, [measured_apart(recipe) for _ in range(chosen.repeats)])


def print_surroundings() -> None:
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"{platform.processor() or platform.machine()} ({torch.backends.cpu.get_cpu_capability()}), cores: {cores}, "
        f"{platform.platform()}, Python {platform.python_version()}, torch {torch.__version__}"
    )


def print_recipe(recipe: str, runs: list[dict[str, float]]) -> None:
    shares = [100 * run["overhead"] / run["run"] for run in runs]
    run, writes, overhead = (statistics.median(each[name] for each in runs) for name in ("run", "writes", "overhead"))
    spread = f"{statistics.median(shares):.2f} % ({min(shares):.2f} to {max(shares):.2f})"
    print(f"{recipe:14}{EPOCHS[recipe]:>8}{run:>10.1f}{writes:>8.0f}{overhead:>12.3f}{spread:>28}", flush=True)


def measured_apart(recipe: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", recipe]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return result


def measured_here(name: str) -> dict[str, float]:
    """Seconds of a run, seconds of it that went into its directory, and how often weights were written."""
    devote_to_training()  # before torch is imported
    from cifarlab.data import load_images
    from cifarlab.training import keeper
    from cifarlab.training.engine import train
    from cifarlab.training.runs import journal, stopping

    meter = Meter()
    for owner, methods in ((journal.Journal, JOURNAL), (keeper.Keeper, ("keep", "__exit__"))):
        for method in methods:
            setattr(owner, method, meter.timing(getattr(owner, method)))
    stopping.StopRequest.check_directory = meter.timing(stopping.StopRequest.check_directory)  # type: ignore[method-assign]
    keeper.write_state = meter.counting(keeper.write_state)
    for split in ("train", "test"):
        load_images("sketch10", split)  # drawn before the clock starts
    recipe = load_recipe(name)
    recipe = recipe.model_copy(update={"training": with_epochs(recipe.training, EPOCHS[name])})
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        status = train(recipe, Path(folder) / "run", data="sketch10", device="cpu")
        seconds = time.perf_counter() - started
    if status.state != "finished":
        raise SystemExit(status.message)
    return {"run": seconds, "overhead": meter.seconds, "writes": meter.count}


class Meter:
    """Seconds spent within the functions that it times, each second once however they call each other."""

    def __init__(self) -> None:
        self.seconds, self.count = 0.0, 0
        self._depth = 0

    def timing(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            self._depth += 1
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.seconds += time.perf_counter() - started

        return timed

    def counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def counted(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            return function(*arguments, **named)

        return counted


if __name__ == "__main__":
    main()
