"""Which images the gallery shows: their true class, the answer, and the order. Charts and widgets both set it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifarlab.analysis import ORDERS, Evaluation, Order, mistakes, rightly_classified
from pages.parts.choices import last_chosen
from pages.parts.plain import plain

O = TypeVar("O")

ANY = -1
TRUE, ANSWER, ORDER, AMONG = "mistakes.true", "mistakes.answer", "mistakes.order", "mistakes.among"
ORDER_TITLES: dict[Order, str] = {
    "confidence": "surest first",
    "loss": "largest loss first",
    "margin": "widest margin first",
    "position": "in their order",
}


def current(names: Sequence[str]) -> tuple[int | None, int | None]:
    """The true class and the answer that are chosen, each None for any; a choice among other classes is dropped."""
    chosen = [st.session_state.get(key) for key in (TRUE, ANSWER)]
    # A browser that was shown other classes may still send one of their labels; what a link says is of these.
    among = st.session_state.setdefault(AMONG, tuple(names))
    if among != tuple(names) or any(label not in range(ANY, len(names)) for label in chosen):
        st.session_state[AMONG] = tuple(names)
        choose()
    true, answer = st.session_state[TRUE], st.session_state[ANSWER]
    return (None if true == ANY else true), (None if answer == ANY else answer)


def choose(true: int = ANY, answer: int = ANY) -> None:
    """Show images of this true class and this answer."""
    st.session_state[TRUE], st.session_state[ANSWER] = true, answer


def draw(evaluation: Evaluation) -> NDArray[np.int64]:
    """The widgets of the choice; returns the indices of the images chosen, int64 (M,)."""
    names = evaluation.class_names
    true, answer = current(names)
    labels = (ANY, *range(len(names)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _select("True class", labels, TRUE, lambda label: "any true class" if label == ANY else f"is {names[label]}")
        _select("Answer", labels, ANSWER, lambda label: "any wrong answer" if label == ANY else f"says {names[label]}")
        order = _select("Order", ORDERS, ORDER, ORDER_TITLES.__getitem__)
        st.button("All mistakes", key="mistakes.all", on_click=choose, disabled=true is None and answer is None)
    if true is not None and true == answer:
        return rightly_classified(evaluation, true=true, order=order)
    return mistakes(evaluation, true=true, predicted=answer, order=order)


def page_key(network: Path) -> str:
    """A key for the page number: each choice of a network's images has one of its own, the first to begin with."""
    chosen = (str(st.session_state.get(key)) for key in (TRUE, ANSWER, ORDER))
    return ".".join(("mistakes.page", str(network), *chosen))


def describe(evaluation: Evaluation, count: int) -> str:
    """The images chosen, in words, with how many there are."""
    true, answer = current(evaluation.class_names)
    names = evaluation.class_names
    if true is not None and true == answer:
        return f"**{count:,}** images of {plain(names[true])} classified right"
    what = "images" if true is None else f"images of {plain(names[true])}"
    taken = "classified wrong" if answer is None else f"taken for {plain(names[answer])}"
    return f"**{count:,}** {what} {taken}"


def _select(label: str, options: Sequence[O], key: str, words: Callable[[O], str]) -> O:
    return st.selectbox(
        label,
        options,
        options.index(last_chosen(key, options)),
        key=key,
        format_func=words,
        label_visibility="collapsed",
        width=150,
        persist_state="session",
    )
