"""In and out: pasted albumentations code, code that runs as it stands, YAML, a PNG of the pictures."""

from __future__ import annotations

from functools import reduce
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cifarlab.augment import Augmentation, encode_png
from cifarlab.recipe import write_section
from pages.augment import step_list, views
from pages.augment.images import Choice
from pages.parts.boundary import boundary
from pages.parts.plain import plain
from pages.parts.session import Visit

if TYPE_CHECKING:
    from cifarlab.augment.code import PastedCode

PASTED = "augment.pasted"
ENLARGED = 4
EXAMPLE = """A.Compose([
    A.HorizontalFlip(p=0.5),
    A.CoarseDropout(max_holes=1, max_height=16, max_width=16, min_holes=1,
                    min_height=16, min_width=16, fill_value=(0.4914, 0.4822, 0.4465)),
])"""
ONE_OR_NONE = {0: "none", 1: "this one"}
MARKS = {"used": "", "ignored": "ignored: ", "refused": "refused: ", "different": "means something else: "}


def choose(visit: Visit, choice: Choice, view: str) -> None:
    """The button that opens it."""
    if st.button("Code", icon=":material/code:", key="augment-code", help="Paste albumentations code, or take it out."):
        _dialog(visit, choice, view)


@st.dialog("Augmentation as code", width="large")
@boundary()
def _dialog(visit: Visit, choice: Choice, view: str) -> None:
    into, code, text, picture = st.tabs(["Paste code", "Code", "YAML", "Picture"], key="augment-carry")
    with into:
        paste(visit)
    with code:
        _code(visit.augmentation())
    with text:
        st.code(write_section(visit.recipe, "augmentation"), language="yaml")
    with picture:
        _picture(visit, choice, view)


def paste(visit: Visit) -> None:
    """A box for code, and what became of each of its arguments; it is read, never run."""
    from cifarlab.augment.code import read_code

    text = st.text_area(
        "Albumentations code, 1.x or 2.x; it is read as text and never run",
        key=PASTED,
        height=160,
        placeholder=EXAMPLE,
    )
    if not text or not text.strip():
        st.caption("A whole file may be pasted, or a single line such as the one of your assignment.")
        return
    try:
        pasted = read_code(text)
    except ValueError as error:
        st.error(plain(str(error)))
        return
    _use(visit, pasted)
    for note in pasted.notes:
        st.caption(plain(note))
    rows = "".join(
        _row(row.step, row.argument, row.written, row.outcome, row.library, row.recipe) for row in pasted.rows
    )
    st.html(
        '<table class="words"><tr><th>step</th><th>argument</th><th>as written</th>'
        f"<th>what albumentations 2.0.8 does</th><th>what the recipe uses</th></tr>{rows}</table>"
    )


def _use(visit: Visit, pasted: PastedCode) -> None:
    """The buttons that take the steps over: in place of the recipe's, or behind them."""
    before, new = visit.recipe.augmentation, pasted.augmentation
    with st.container(horizontal=True, gap="small"):
        if st.button(_replacing(len(new.steps)), type="primary", key="augment-use"):
            _take(visit, new if pasted.has_normalize else new.model_copy(update={"normalize": before.normalize}))
        if new.steps and st.button("Add to the steps", key="augment-append"):
            _take(visit, reduce(step_list.add, new.steps, before))
    said = "Replacing takes over the code's normalisation, adding keeps the recipe's."
    st.caption(said if pasted.has_normalize else "The recipe keeps its normalisation.")


def _replacing(count: int) -> str:
    return f"Replace all steps by {ONE_OR_NONE.get(count, f'these {count}')}"


def _take(visit: Visit, augmentation: Augmentation) -> None:
    visit.edit(augmentation=augmentation)
    st.rerun()


def _row(step: str, argument: str, written: str, outcome: str, library: str, recipe: str) -> str:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in (step, argument, written))
    what = f"<td><b>{MARKS[outcome]}</b>{escape(library.removeprefix('ignored '))}</td>"
    return f'<tr class="{outcome}">{cells}{what}<td>{escape(recipe)}</td></tr>'


def _code(augmentation: Augmentation) -> None:
    from cifarlab.augment.code import write_code

    code = write_code(augmentation)
    st.code(code, language="python")
    st.download_button("Save as .py", code, "augmentation.py", "text/x-python", on_click="ignore", key="augment-py")


def _picture(visit: Visit, choice: Choice, view: str) -> None:
    """The pictures of the view that is open, each pixel enlarged, for slides."""
    picture = views.picture_of(view, choice, visit.augmentation())
    enlarged = picture.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
    st.download_button(
        f"Save as PNG ({enlarged.shape[1]} x {enlarged.shape[0]} pixels)",
        encode_png(enlarged),
        f"{visit.recipe.name}-{view.lower().replace(' ', '-')}-seed-{choice.seed}.png",
        "image/png",
        on_click="ignore",
        key="augment-png",
    )
    st.caption(f"The view {view}, with seed {choice.seed}: every pixel of an image is {ENLARGED} x {ENLARGED} pixels.")
