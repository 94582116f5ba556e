from __future__ import annotations

from cifarlab.recipe.concise import to_concise
from cifarlab.recipe.document import Recipe
from cifarlab.recipe.files import load_recipe
from cifarlab.spec import read_spec


def recipe_with(layers, steps=()):
    document = {"name": "a", "network": {"layers": layers}, "augmentation": {"steps": list(steps)}}
    return read_spec(Recipe, document | {"training": {"epochs": 10}})


def ids(layers):
    return [layer.get("id") for layer in layers]


def test_ids_that_numbering_gives_again_are_left_out():
    concise = to_concise(load_recipe("resnet9-6m6"))
    assert set(ids(concise["network"]["layers"])) == {None}
    assert set(ids(concise["network"]["layers"][2]["body"])) == {None}
    assert set(ids(concise["augmentation"]["steps"])) == {None}


def test_an_id_that_was_chosen_is_kept_and_no_other():
    recipe = recipe_with([{"type": "gap", "id": "pool"}, {"type": "linear", "out_features": 10}])
    assert ids(to_concise(recipe)["network"]["layers"]) == ["pool", None]


def test_layers_that_were_moved_keep_the_ids_that_they_had():
    layers = load_recipe("quick").network.layers
    moved = recipe_with([layer.to_plain() for layer in (layers[1], layers[0], *layers[2:])])
    assert ids(to_concise(moved)["network"]["layers"]) == ["conv2", "conv1", *[None] * (len(layers) - 2)]


def test_ids_that_shift_each_other_are_all_kept():
    names = ["conv2", "conv3", "conv4", "conv5", "conv6", "conv1"]
    recipe = recipe_with([{"type": "conv", "out_channels": 3, "id": name} for name in names])
    assert read_spec(Recipe, to_concise(recipe)) == recipe


def test_a_section_of_defaults_is_left_out():
    assert set(to_concise(recipe_with([{"type": "gap"}]))) == {"name", "network", "training"}
