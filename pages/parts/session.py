"""The one owner of what a visitor has open: the current recipe, what it was opened as, and the source of images.

Pages read `current()` and change it through its methods; nothing else touches these parts of `st.session_state`. Two
visitors share images and statistics, which never change, and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from cifarlab.augment import Augmentation, Normalization, resolve
from cifarlab.data import (
    SPLITS,
    ImageSet,
    Split,
    Statistics,
    channel_statistics,
    default_source,
    load_images,
    source_name,
)
from cifarlab.network import NetworkTable, trace
from cifarlab.recipe import Recipe, from_share_text, load_recipe, read_recipe, recipe_names, to_share_text
from pages.parts.places import FIRST

FIRST_RECIPE = "dilated-69k"
PARTS = ("network", "augmentation", "training", "goals")
STATE_KEY = "visit"
LINKED: dict[str, type] = {
    "augment.opened": int,
    "augment.selected": str,
    "data.split": str,
    "mistakes.true": int,
    "mistakes.answer": int,
    "mistakes.order": str,
    "mistakes.map": str,
    "network.selected": str,
}
"""What a link to a page carries besides the recipe and what widgets keep in the address, with its type."""


@dataclass
class Visit:
    """What one visitor has open: `original` is the recipe as its file or link had it, `notice` what went wrong.

    `link` is what the address said of a recipe on arrival; nobody else can guess the `key`.
    """

    recipe: Recipe
    original: Recipe
    source: str
    notice: str = ""
    link: str = ""
    key: str = field(default_factory=token_urlsafe)

    def open(self, recipe: Recipe) -> None:
        """Make `recipe` the current one; changes are marked against it from now on."""
        self.recipe = self.original = recipe
        self.notice = ""

    def open_named(self, name: str) -> None:
        """Open a recipe that ships, by name."""
        self.open(load_recipe(name))

    def open_document(self, text: str, name: str) -> None:
        """Open a recipe from the text of a YAML file called `name`; raises SpecError when it cannot be read."""
        self.open(read_recipe(text, name))

    def edit(self, **parts: Any) -> None:
        """Replace parts of the current recipe, such as `edit(network=network)`."""
        self.recipe = self.recipe.model_copy(update=parts)
        self.notice = ""

    def go_on_from(self, before: Visit) -> None:
        """Open what another visit had open, edits included, unless this one was edited or came by a link of its own."""
        if self.edited or self.link not in ("", before.link):
            return
        self.original, self.recipe, self.notice = before.original, before.recipe, before.notice
        # Images that do not load any more are not missed: the present ones are there.
        with suppress(ValueError):
            self.use_source(before.source)

    def reset(self) -> None:
        """Take the current recipe back to what was opened."""
        self.recipe = self.original

    @property
    def edited(self) -> tuple[str, ...]:
        """The parts in which the current recipe differs from what was opened."""
        return differences(self.recipe, self.original)

    def use_source(self, source: str) -> None:
        """Show and train on other images; raises ValueError, and keeps the present ones, when a split does not load."""
        for split in SPLITS:
            load_images(source, split)
        self.source = source_name(source)

    def images(self, split: Split) -> ImageSet:
        """One split of the source in use; all visitors share it, so it is never changed."""
        return load_images(self.source, split)

    def statistics(self, split: Split = "train") -> Statistics:
        """Mean and standard deviation per channel over one split of the source in use."""
        return statistics_of(self.images(split))

    def augmentation(self) -> Augmentation:
        """The recipe's augmentation with its symbols resolved on the training images in use."""
        statistics = self.statistics()
        return resolve(self.recipe.augmentation, statistics.mean, statistics.std)

    def normalization(self) -> Normalization:
        """The numbers that all images are normalised by: the recipe's, or those of the training images in use."""
        if isinstance(stated := self.recipe.augmentation.normalize, Normalization):
            return stated
        statistics = self.statistics()
        return Normalization(mean=statistics.mean, std=statistics.std)

    def table(self) -> NetworkTable:
        """The recipe's network, traced."""
        return trace(self.recipe.network)


def differences(one: Recipe, other: Recipe) -> tuple[str, ...]:
    """The parts in which two recipes differ, of those that a visitor edits."""
    return tuple(part for part in PARTS if getattr(one, part) != getattr(other, part))


def current() -> Visit:
    """What this visitor has open; the first call of a visit reads the recipe from the link, if it carries one."""
    if STATE_KEY not in st.session_state:
        st.session_state[STATE_KEY] = _arrive(st.query_params.get("recipe", ""))
        _take_from_link()
    visit: Visit = st.session_state[STATE_KEY]
    return visit


def share_link(visit: Visit) -> str:
    """A link that opens the current recipe, edits included, on the page that is open now, as that page stands."""
    shipped = (
        not visit.edited and visit.recipe.name in recipe_names() and visit.recipe == load_recipe(visit.recipe.name)
    )
    view = {name: values for name, values in st.query_params.to_dict().items() if name != "recipe"}
    scheme, host, path, _, _ = urlsplit(st.context.url or "")
    page = path.rpartition("/")[2] or FIRST
    of_page = (name for name in LINKED if name.startswith(f"{page}."))
    view |= {name: st.session_state[name] for name in of_page if st.session_state.get(name) is not None}
    query = urlencode({"recipe": visit.recipe.name if shipped else to_share_text(visit.recipe), **view})
    return urlunsplit((scheme, host, path or "/", query, ""))


def _arrive(link: str) -> Visit:
    first = load_recipe(FIRST_RECIPE)
    visit = Visit(first, first, default_source(), link=link)
    if link:
        try:
            visit.open(load_recipe(link) if link in recipe_names() else from_share_text(link))
        except ValueError as error:
            visit.notice = f"This link does not hold a recipe that can be read, so {FIRST_RECIPE} is open. {error}"
    return visit


def _take_from_link() -> None:
    """Take over what the link says of the page; what cannot be read is as if it were not there."""
    for name, kind in LINKED.items():
        try:
            st.session_state[name] = kind(st.query_params[name])
        except (KeyError, ValueError):
            continue
        del st.query_params[name]


@lru_cache(maxsize=8)
def statistics_of(images: ImageSet) -> Statistics:
    """Mean and standard deviation per channel over all images of a split, computed once for all visitors."""
    return channel_statistics(images.images)
