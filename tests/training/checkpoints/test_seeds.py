import numpy as np
import pytest

from cifarlab.recipe import Recipe, load_recipe
from cifarlab.spec import read_spec
from cifarlab.training import checkpoint_statement, shipped_checkpoints
from cifarlab.training.checkpoints.seeds import same_but_for_seed, same_test_images, same_training_images


@pytest.fixture(scope="module")
def dilated():
    return load_recipe("dilated-69k")


def changed(recipe, **sections):
    return read_spec(Recipe, recipe.to_plain() | sections, "recipe")


@pytest.mark.parametrize(
    "section",
    [
        {"name": "mine"},
        {"description": "Written anew."},
        {"tuning": "Told anew."},
        {"goals": []},
        {"published": {"accuracy_percent": 12.5}},
    ],
    ids=lambda section: next(iter(section)),
)
def test_what_is_told_of_a_recipe_makes_no_other_training(dilated, section):
    other = changed(dilated, **section)
    assert other != dilated
    assert same_but_for_seed(other, dilated)


def test_another_seed_is_the_same_training_but_for_it(dilated):
    assert same_but_for_seed(changed(dilated, training=dilated.training.to_plain() | {"seed": 7}), dilated)


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("training", {"batch_size": 3}),
        ("augmentation", {"steps": []}),
        ("network", {"layers": [{"type": "gap"}, {"type": "linear", "out_features": 10}]}),
    ],
)
def test_another_network_augmentation_or_training_is_another(dilated, section, change):
    other = changed(dilated, **{section: getattr(dilated, section).to_plain() | change})
    assert not same_but_for_seed(other, dilated)


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"), [(None, None, True), (None, "b", True), ("b", "b", True), ("a", "b", False)]
)
def test_fingerprints_are_compared_where_both_are_known(ours, theirs, is_same):
    origin, labels = checkpoint_statement(shipped_checkpoints()["quick"]).origin, np.arange(3)
    trained = [origin.model_copy(update={"fingerprint": hashed}) for hashed in (ours, theirs)]
    tested = [origin.model_copy(update={"test_fingerprint": hashed}) for hashed in (ours, theirs)]
    assert same_training_images(*trained) == same_test_images(*tested, labels, labels) == is_same
    assert same_training_images(*tested)
    assert same_test_images(*trained, labels, labels)
