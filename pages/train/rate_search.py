"""Which learning rates suit the recipe: a range test behind the page, its curve, and a button for each suggestion."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from cifarlab.recipe import Recipe, Training, with_rate
from cifarlab.training import range_test_apart
from pages.parts.boundary import boundary
from pages.parts.plain import plain
from pages.parts.session import Visit
from pages.train import classes

if TYPE_CHECKING:
    from cifarlab.training.rates.range_test import RangeTest

log = logging.getLogger(__name__)

SEARCH = "train.rate_search"
POLL_SECONDS = 1.0
MOST_KNOWN = 32
NO_PART_OF_IT = {"epochs", "schedule", "ema", "test_time_flip"}
"""Fields of a training that change nothing of a range test."""

HELP = (
    "The learning rate range test: the network is trained from new weights for up to 100 steps while the rate rises "
    "from 0.00001 to 1, until the loss explodes (Smith, arXiv 1506.01186). Nothing is kept of it but the curve."
)
SUGGESTIONS = {
    "steepest": "where the loss falls most for a factor in the rate.",
    "valley": "halfway through the longest fall of the loss.",
}

Asked: TypeAlias = tuple[str, str, str, str, str]

_turn = threading.Lock()
"""Held by the one range test of this server that is at work: two at once would only be slower."""

_known: OrderedDict[Asked, RangeTest] = OrderedDict()
"""The latest curves, by what was asked: a class that opens one recipe waits for one test."""


@dataclass
class Search:
    """A range test in a thread of its own for one visitor; `test` is its curve, `outcome` says why there is none."""

    recipe: Recipe
    source: str
    device: str
    test: RangeTest | None = None
    outcome: str = ""
    began: float = 0.0
    _called_off: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def asked(self) -> Asked:
        """What the curve depends on."""
        training = self.recipe.training.model_dump_json(exclude=NO_PART_OF_IT)
        network, augmentation = self.recipe.network.model_dump_json(), self.recipe.augmentation.model_dump_json()
        return network, augmentation, training, self.source, self.device

    def start(self) -> None:
        """Begin, as soon as no other visitor's test is at work."""
        self.began = monotonic()
        self._thread = threading.Thread(target=self._run, name="rate search", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended, be it at work or waiting for its turn."""
        return self._thread is not None and self._thread.is_alive()

    def call_off(self) -> None:
        """End it without a curve."""
        self._called_off.set()

    def wait(self) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not _turn.acquire(timeout=0.2):
            if self._called_off.is_set():
                return
        try:
            self.test = _known.get(self.asked) or range_test_apart(
                self.recipe, data=self.source, device=self.device, is_called_off=self._called_off.is_set
            )
            if self.test is not None:
                _remember(self.asked, self.test)
        except ValueError as error:
            self.outcome = f"No learning rate was found. {error}"
        except Exception:
            log.exception("the range test failed")
            self.outcome = "The range test failed; the server's log has the details."
        finally:
            _turn.release()


def _remember(asked: Asked, test: RangeTest) -> None:
    _known[asked] = test
    _known.move_to_end(asked)
    if len(_known) > MOST_KNOWN:
        _known.popitem(last=False)


def draw(visit: Visit, device: str, edit: Callable[[Training], None]) -> None:
    """The button that starts a search; then how long it takes, and what it found, for as long as the recipe stays."""
    search: Search | None = st.session_state.get(SEARCH)
    wanted = Search(visit.recipe, visit.source, device)
    if search is not None and search.asked != wanted.asked:
        search.call_off()
        search = None
    if search is not None and search.running:
        st.fragment(_wait, run_every=POLL_SECONDS)(search)
    elif search is not None and search.test is not None:
        _suggest(search.test, visit.recipe.training, edit)
    else:
        _offer(visit, wanted, search.outcome if search else "")


def _offer(visit: Visit, wanted: Search, outcome: str) -> None:
    st.button(
        "Find learning rate",
        icon=":material/search:",
        type="tertiary",
        key="train.find_rate",
        on_click=_begin,
        args=(wanted,),
        disabled=bool(visit.table().diagnostics or classes.difference(visit)),
        help=HELP,
    )
    if outcome:
        st.warning(plain(outcome))


def _begin(search: Search) -> None:
    search.start()
    st.session_state[SEARCH] = search


@boundary()
def _wait(search: Search) -> None:
    if not search.running:
        st.rerun()  # the whole panel: it shows what was found, and stops asking
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Raising the rate for up to 100 steps … {monotonic() - search.began:.0f} s", width="content")
        st.button("Cancel", type="tertiary", key="train.find_rate.cancel", on_click=_cancel)


def _cancel() -> None:
    st.session_state.pop(SEARCH).call_off()


def _suggest(test: RangeTest, training: Training, edit: Callable[[Training], None]) -> None:
    found = {"steepest": test.steepest, "valley": test.valley}
    rates = {name: float(f"{rate:.2g}") for name, rate in found.items() if rate is not None}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train-rates"):
        for name, rate in rates.items():
            _use(name, rate, training, edit)
        with st.popover("Curve", type="tertiary", key="train-rate-curve"):
            _curve(test)
    if not rates:
        st.caption("The range test suggests no rate: the loss did not fall. The curve shows it.")


def _use(name: str, rate: float, training: Training, edit: Callable[[Training], None]) -> None:
    st.button(
        f"Take {rate:g}",
        type="tertiary",
        key=f"train.rate.{name}",
        on_click=lambda: edit(with_rate(training, rate)),
        help=f"{name.title()}: {SUGGESTIONS[name]} It becomes the highest rate of the schedule.",
    )


def _curve(test: RangeTest) -> None:
    from cifarlab.plots import range_test_curve

    st.plotly_chart(range_test_curve(test), key="train-rate-plot", config={"displayModeBar": False})
    ended = "the loss exploded there" if test.exploded else "the loss did not explode"
    st.caption(f"{len(test.losses)} steps of {test.batch_size} images; {ended}.")
