"""What an augmentation costs on a visitor's training images, measured here and now, or remembered."""

from __future__ import annotations

import streamlit as st

from cifarlab.augment import Augmentation
from cifarlab.augment.report import Cost, measure_cost
from pages.parts.by_value import BY_VALUE
from pages.parts.session import Visit

IMAGES = 256


def measured(augmentation: Augmentation, visit: Visit) -> Cost:
    """The cost of a resolved augmentation now; it keeps a core busy for half a second."""
    return measure_cost(augmentation, visit.images("train").images[:IMAGES])


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_VALUE)
def measured_once(augmentation: Augmentation, _visit: Visit) -> Cost:
    """The cost of a resolved augmentation, as it was measured when somebody first asked for it."""
    return measured(augmentation, _visit)
