from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest

from cifarlab.data import ImageSet
from cifarlab.data.memory import Memory


def image_set(name: str = "x") -> ImageSet:
    return ImageSet(np.zeros((1, 32, 32, 3), np.uint8), np.zeros(1, np.int64), ("a",), name, "train")


def never() -> ImageSet:
    raise AssertionError("loaded again")


def test_threads_that_ask_together_load_once_and_share() -> None:
    memory, loads, together = Memory(2), [], Barrier(8)

    def load() -> ImageSet:
        loads.append(1)
        return image_set()

    def ask(_: int) -> ImageSet:
        together.wait(timeout=10)
        return memory.get("x", load)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(loads) == 1
    assert all(one is found[0] for one in found)


def test_what_is_loaded_can_be_had_while_something_else_loads() -> None:
    memory, started, proceed = Memory(2), Event(), Event()
    memory.get("ready", image_set)

    def slow() -> ImageSet:
        started.set()
        assert proceed.wait(timeout=10)
        return image_set("slow")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(memory.get, "slow", slow)
        assert started.wait(timeout=10)
        assert memory.get("ready", never).name == "x"
        proceed.set()
        assert waiting.result(timeout=10).name == "slow"


def test_the_set_that_was_not_asked_for_longest_is_forgotten() -> None:
    memory, loads = Memory(2), []

    def counted(name: str) -> Callable[[], ImageSet]:
        def load() -> ImageSet:
            loads.append(name)
            return image_set(name)

        return load

    for name in ("a", "b", "a", "c", "a", "b"):
        memory.get(name, counted(name))
    assert loads == ["a", "b", "c", "b"]


def test_a_failure_is_raised_and_not_kept() -> None:
    memory = Memory(1)

    def fail() -> ImageSet:
        raise ValueError("images: broken")

    with pytest.raises(ValueError, match="images: broken"):
        memory.get("x", fail)
    assert memory.get("x", image_set).name == "x"


def test_what_is_shared_cannot_be_written() -> None:
    shared = Memory(1).get("x", image_set)
    for array in (shared.images, shared.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
