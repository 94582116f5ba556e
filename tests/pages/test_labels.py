from __future__ import annotations

import pytest

from cifarlab.augment import ShiftScaleRotate
from cifarlab.recipe import Training
from cifarlab.recipe.optimizers import SGD
from cifarlab.spec import field_help
from pages.parts.labels import in_short, is_share, label_of, words


@pytest.mark.parametrize(
    ("spec", "name", "label"),
    [
        (ShiftScaleRotate, "shift", "Shift (% of the side)"),
        (ShiftScaleRotate, "probability", "Probability"),
        (SGD, "momentum", "Momentum"),
        (Training, "epochs", "Epochs"),
    ],
)
def test_a_label_says_the_unit_once(spec, name, label):
    assert label_of(name, field_help(spec, name)) == label


def test_shares_and_probabilities_are_shown_in_percent_and_other_numbers_as_they_are():
    assert is_share(field_help(ShiftScaleRotate, "shift"))
    assert is_share(field_help(ShiftScaleRotate, "probability"))
    assert not is_share(field_help(SGD, "momentum"))


def test_names_become_words():
    assert words("peak_epoch") == "Peak epoch"
    assert words("rgb_shift") == "RGB shift"
    assert words("decay_norms_and_biases") == "Decay norms and biases"
    assert words("warmup_epochs") == "Warm-up epochs"
    assert [words(name) for name in ("sgd", "adamw", "ema")] == ["SGD", "AdamW", "EMA"]


def test_a_value_in_a_row_has_the_short_form_of_its_unit():
    assert in_short(-7.5, "degrees") == "-7.5°"
    assert in_short(16, "pixels") == "16 px"
    assert in_short(20, "grey levels") == in_short(20, "epochs") == "20"
