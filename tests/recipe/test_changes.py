from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.network.layers import Conv, Network
from cifarlab.recipe.changes import changes
from cifarlab.recipe.files import load_recipe, recipe_names
from cifarlab.recipe.optimizers import SGD
from cifarlab.recipe.schedules import Constant

QUICK = load_recipe("quick")


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_does_not_differ_from_its_own_file(name):
    assert changes(load_recipe(name), load_recipe(name)) == ()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_there_are_changes_exactly_where_recipes_are_not_equal(recipes, data):
    one, other = data.draw(recipes), data.draw(recipes)
    assert bool(changes(one, other)) == (one != other)


def with_layers(layers):
    return QUICK.model_copy(update={"network": Network(layers=tuple(layers))})


def test_a_changed_field_of_a_layer_is_named_by_its_path():
    layers = list(QUICK.network.layers)
    layers[1] = layers[1].model_copy(update={"kernel": 5, "padding": 2})
    assert changes(with_layers(layers), QUICK) == ("network.layers[1].kernel", "network.layers[1].padding")


def test_a_layer_inside_a_block_is_named_by_its_path(replaced):
    recipe = load_recipe("resnet9-6m6")
    layers = list(recipe.network.layers)
    inner = layers[2].body[1].model_copy(update={"bias": True})
    layers[2] = layers[2].model_copy(update={"body": (layers[2].body[0], inner)})
    changed = replaced(recipe, "network", layers=tuple(layers))
    assert changes(changed, recipe) == ("network.layers[2].body[1].bias",)


def test_an_added_layer_is_named_and_those_after_it_are_not():
    layers = list(QUICK.network.layers)
    layers.insert(2, Conv(out_channels=8, id="mine"))
    assert changes(with_layers(layers), QUICK) == ("network.layers[2]",)


def test_a_removed_layer_shows_on_the_list():
    assert changes(with_layers(QUICK.network.layers[:-1]), QUICK) == ("network.layers",)


def test_layers_in_another_order_show_on_the_list():
    assert changes(with_layers(reversed(QUICK.network.layers)), QUICK) == ("network.layers",)


def test_a_layer_of_another_type_is_named_as_a_whole():
    layers = list(QUICK.network.layers)
    layers[2] = Conv(out_channels=32, id=layers[2].id)
    assert changes(with_layers(layers), QUICK) == ("network.layers[2]",)


def test_changes_of_every_section_come_in_the_order_of_the_document(replaced):
    steps = list(QUICK.augmentation.steps)
    steps[0] = steps[0].model_copy(update={"enabled": False})
    changed = replaced(QUICK, "augmentation", steps=tuple(steps))
    changed = replaced(changed, "training", optimizer=SGD(), schedule=Constant(), seed=3)
    changed = changed.model_copy(update={"goals": (), "published": None, "name": "mine"})
    assert changes(changed, QUICK) == (
        "name",
        "augmentation.steps[0].enabled",
        "training.optimizer",
        "training.schedule",
        "training.seed",
        "goals",
    )
