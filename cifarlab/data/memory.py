"""The splits in use stay in memory, shared by all threads of a process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock

from cifarlab.data.images import ImageSet


class Memory:
    """The last few image sets, each loaded once however many threads ask for it at the same time.

    A thread that asks for a loaded set never waits for another that is loading something else. The arrays handed out
    are read-only, because everybody shares them.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = Lock()
        self._futures: OrderedDict[Hashable, Future[ImageSet]] = OrderedDict()

    def get(self, key: Hashable, load: Callable[[], ImageSet]) -> ImageSet:
        """The set under `key`, loaded by `load` if it is not there. What `load` raises is raised, and not kept."""
        future, is_new = self._claim(key)
        if is_new:
            self._fill(key, future, load)
        return future.result()

    def _claim(self, key: Hashable) -> tuple[Future[ImageSet], bool]:
        with self._lock:
            if key in self._futures:
                self._futures.move_to_end(key)
                return self._futures[key], False
            future = self._futures[key] = Future()
            while len(self._futures) > self._capacity:
                self._futures.popitem(last=False)
            return future, True

    def _fill(self, key: Hashable, future: Future[ImageSet], load: Callable[[], ImageSet]) -> None:
        try:
            image_set = load()
        except BaseException as error:
            with self._lock:
                if self._futures.get(key) is future:
                    del self._futures[key]
            future.set_exception(error)
        else:
            image_set.images.setflags(write=False)
            image_set.labels.setflags(write=False)
            future.set_result(image_set)
