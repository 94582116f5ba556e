"""A list that is put in order by hand: layers of a network, steps of an augmentation."""

from pages.parts.layer_list.component import Action, Item, layer_list

__all__ = ["Action", "Item", "layer_list"]
