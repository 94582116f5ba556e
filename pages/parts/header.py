"""The bar on every page: the current recipe, its network in figures, its goals, the images in use, the share link."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from cifarlab.network import NetworkTable
from cifarlab.network.goals import Verdict
from cifarlab.recipe import Recipe, judge, load_recipe, recipe_names, write_recipe
from cifarlab.spec import SpecError
from pages.parts import running, sources
from pages.parts.goals import goal_chips
from pages.parts.live_sliders import is_held
from pages.parts.plain import plain
from pages.parts.returning import come_back
from pages.parts.session import Visit, current, differences, share_link
from pages.parts.uploads import text_of

MENU_WIDTH = 86  # the same for both of its labels, so that nothing moves when the first edit is made
TOLD = "header.told"
FIGURES = "header.figures"
REFUSED = "recipe.refused"
STYLE = Path(__file__).parent / "style.css"


def draw() -> None:
    """Draw the bar for this visitor, and say what happened on arrival until they open or edit a recipe."""
    visit = current()
    st.session_state[TOLD] = visit.edited
    st.html(STYLE)
    with st.container(key="header", horizontal=True, vertical_alignment="center", gap="small"):
        _choose_recipe(visit)
        _recipe_menu(visit)
        st.session_state[FIGURES] = st.empty()
        _tell(visit)
        running.draw()
        _images_in_use(visit)
        _share(visit)
        come_back(visit)
    if visit.notice:
        st.warning(plain(visit.notice))


def keep_up(visit: Visit) -> None:
    """Tell the figures anew, and draw the whole page again if the menu tells something else by now.

    For a fragment that edits. While a slider is held the menu waits, so that the pictures follow.
    """
    if FIGURES not in st.session_state:
        return
    _tell(visit)
    if not is_held() and st.session_state[TOLD] != visit.edited:
        st.rerun()


def _tell(visit: Visit) -> None:
    """Show the network's figures and the goals in their place in the bar, from wherever the script is."""
    st.session_state[FIGURES].html(figures(visit.table(), judge(visit.recipe)), width="stretch")


def figures(table: NetworkTable, verdicts: tuple[Verdict, ...]) -> str:
    """What the network comes to and how its goals stand, as one line of HTML."""
    if table.diagnostics:
        first = table.diagnostics[0]
        where = f"{first.layer_id}: " if first.layer_id else ""
        return f'<div class="figures"><b class="missed">{escape(where + first.message)}</b></div>'
    field, after = table.receptive_field_before_pooling, table.receptive_field
    numbers = [
        f"<b>{table.parameters:,}</b> params",
        f"RF <b>{field}</b>" + (f" ({after} after GAP)" if after != field else ""),
        f"<b>{table.multiply_adds / 1e6:,.1f} M</b> MACs",
    ]
    return f'<div class="figures"><span>{" · ".join(numbers)}</span>{goal_chips(verdicts)}</div>'


def _choose_recipe(visit: Visit) -> None:
    names = list(recipe_names())
    opened = _title(visit.original)
    options = names if opened in names else [opened, *names]
    if st.session_state.get("recipe.name") != opened:
        st.session_state["recipe.name"] = opened
    st.selectbox(
        "Recipe",
        options,
        options.index(opened),  # besides the state, for the reason of `Field.hold`
        key="recipe.name",
        label_visibility="collapsed",
        width=170,
        help=plain(visit.recipe.description) or None,
        on_change=lambda: visit.open_named(st.session_state["recipe.name"]),
    )


def _title(opened: Recipe) -> str:
    """What the list of recipes calls one: apart from the one that ships, where it is another under the same name."""
    return f"{opened.name} (changed)" if _departures(opened) else opened.name


@lru_cache(maxsize=64)
def _departures(opened: Recipe) -> tuple[str, ...]:
    """The parts in which a recipe differs from the one that ships under its name, if one does."""
    if opened.name not in recipe_names():
        return ()
    return differences(opened, load_recipe(opened.name))


def _recipe_menu(visit: Visit) -> None:
    label = "edited" if visit.edited else "recipe"
    with st.popover(label, key="recipe-menu", type="secondary" if visit.edited else "tertiary", width=MENU_WIDTH):
        if visit.edited:
            st.markdown(f"Changed against **{plain(_title(visit.original))}**: {', '.join(visit.edited)}.")
        else:
            st.markdown(plain(visit.recipe.description) or f"**{plain(visit.recipe.name)}**, as it was opened.")
        if departures := _departures(visit.original):
            st.caption(
                f"This is not the {plain(visit.original.name)} that ships: it differs in {', '.join(departures)}."
            )
        with st.container(horizontal=True):
            st.button("Reset", key="recipe-reset", on_click=visit.reset, disabled=not visit.edited)
            st.download_button(
                "Save as YAML",
                lambda: write_recipe(visit.recipe),
                file_name=f"{visit.recipe.name}.yaml",
                mime="application/yaml",
                on_click="ignore",
                key="recipe-save",
            )
        st.file_uploader(
            "Open a recipe (YAML)",
            type=["yaml", "yml"],
            key="recipe-file",
            max_upload_size=1,
            on_change=_open_file,
            args=(visit,),
        )
        if refusal := _refusal(visit):
            st.error(plain(refusal))


def _refusal(visit: Visit) -> str:
    """Why the last file was refused, until a recipe is opened, from wherever."""
    opened, refusal = st.session_state.get(REFUSED, (visit.original, ""))
    if opened != visit.original:
        st.session_state.pop(REFUSED)
        return ""
    return str(refusal)


def _open_file(visit: Visit) -> None:
    st.session_state.pop(REFUSED, None)
    file = st.session_state["recipe-file"]
    if file is None:
        return
    try:
        visit.open_document(text_of(file), Path(file.name).stem)
    except SpecError as error:
        st.session_state[REFUSED] = visit.original, f"{file.name} was not opened. {error}"


def _images_in_use(visit: Visit) -> None:
    with st.popover(f"images: {plain(sources.title_of(visit.source))}", key="images-menu", type="tertiary"):
        sources.choose(visit, "header")


def _share(visit: Visit) -> None:
    popover = st.popover("Share", key="share-menu", icon=":material/link:", type="tertiary", on_change="rerun")
    # Asked for when it is opened: edits in a fragment do not draw the bar again.
    if not popover.open:
        return
    with popover:
        try:
            link = share_link(visit)
        except SpecError as error:
            st.error(plain(f"No link can hold this recipe. {error}"))
            return
        st.caption("This link opens the recipe as it is now, edits included.")
        st.code(link, language=None, wrap_lines=True)
