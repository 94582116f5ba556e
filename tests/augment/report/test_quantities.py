import pytest
import torch

from cifarlab.augment.report.quantities import QUANTITIES, quantity_name
from cifarlab.augment.steps import STEP_TYPES
from cifarlab.augment.twin.registry import TWINS

VALUES = {"coarse_dropout": {"holes": 3, "height": 5, "width": 9, "fill": (0, 0, 0)}}


def step_of(type):
    return STEP_TYPES[type](**VALUES.get(type, {}))


@pytest.mark.parametrize("type", STEP_TYPES)
def test_every_value_that_a_twin_draws_is_a_quantity(type):
    step = step_of(type)
    names = TWINS[STEP_TYPES[type]](step, torch.device("cpu")).names
    assert {quantity_name(name) for name in names} == set(QUANTITIES[STEP_TYPES[type]])


@pytest.mark.parametrize("type", STEP_TYPES)
def test_the_requested_range_is_reached_and_kept(type):
    """The lowest and the highest uniform numbers are drawn as the ends of the range; levels are cut towards 0."""
    step = step_of(type)
    twin = TWINS[STEP_TYPES[type]](step, torch.device("cpu"))
    for uniform, end in ((0.0, 0), (1 - 1e-12, 1)):
        values = twin.draw(torch.full((len(twin.names), 1), uniform, dtype=torch.float64).numpy())
        for name, (value,) in zip(twin.names, values, strict=True):
            quantity = QUANTITIES[STEP_TYPES[type]][quantity_name(name)]
            cut = 1 if type == "rgb_shift" and end == 1 else 0
            assert value == pytest.approx(quantity.requested(step)[end] - cut, abs=1e-6)


def test_a_quantity_knows_its_unit_and_range():
    step = STEP_TYPES["shift_scale_rotate"](shift=0.05, scale=0.1, rotate=15.0)
    quantities = QUANTITIES[type(step)]
    assert {name: (its.unit, its.requested(step)) for name, its in quantities.items()} == {
        "shift_x_pixels": ("pixels", (-2, 2)),  # 5 % of 32 are 1.6
        "shift_y_pixels": ("pixels", (-2, 2)),
        "scale": ("times the size", (0.9, 1.1)),
        "angle_degrees": ("degrees", (-15, 15)),
    }
