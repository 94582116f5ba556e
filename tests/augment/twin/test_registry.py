from cifarlab.augment import STEP_TYPES, ToGray, steps_without_twin
from cifarlab.augment.twin.registry import TWINS

from .conftest import augmentation_named, augmentation_of


def test_every_step_type_has_a_twin():
    assert set(TWINS) == set(STEP_TYPES.values())
    assert steps_without_twin(augmentation_named("all")) == ()


def test_enabled_steps_without_a_twin_are_named_by_their_ids(monkeypatch):
    monkeypatch.delitem(TWINS, ToGray)
    greys = [{"type": "to_gray", "id": "mine"}, {"type": "to_gray", "id": "off", "enabled": False}, {"type": "to_gray"}]
    assert steps_without_twin(augmentation_of(*greys, {"type": "rgb_shift"})) == ("mine", "to_gray")
