"""What is loaded, from where, how many, checked how; and how to load something else."""

from __future__ import annotations

import streamlit as st

from pages.parts import sources
from pages.parts.plain import plain
from pages.parts.session import Visit


def draw(visit: Visit) -> None:
    """Draw the source in words, with the choice of another one behind a button."""
    about = sources.description_of(visit.source)
    with st.container(border=True, key="data-source"):
        st.markdown(f"**{plain(about.title)}**")
        if about.problem:
            st.error(plain(about.problem))
        else:
            st.caption(
                f"{about.train_images:,} training and {about.test_images:,} test images, 32 x 32 pixels. "
                f"From: {plain(about.origin)}. Checked: {about.check}."
            )
        with st.expander("Use other images"):
            sources.choose(visit, "data")
