import pytest

from cifarlab.augment import Augmentation, Normalization, Pipeline, require_resolved, resolve, unresolved_fields
from cifarlab.spec import SpecError

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)


def hole(**values):
    return {"type": "coarse_dropout", **values}


def test_symbols_become_the_numbers_of_the_training_images():
    resolved = resolve(Augmentation(steps=(hole(), {"type": "to_gray"})), MEAN, STD)
    # 255 times the mean is 125.307, 122.961 and 113.8575.
    assert resolved.steps[0].fill == (125, 123, 114)
    assert resolved.normalize == Normalization(mean=MEAN, std=STD)
    assert unresolved_fields(resolved) == ()


def test_numbers_that_the_augmentation_states_itself_stay():
    stated = Augmentation(steps=(hole(fill=(1, 2, 3)),), normalize=Normalization(mean=(0, 0, 0), std=(1, 1, 1)))
    assert resolve(stated, MEAN, STD) == stated


def test_ids_and_switches_stay_and_disabled_steps_are_resolved_too():
    resolved = resolve(Augmentation(steps=(hole(id="patch", enabled=False),)), MEAN, STD)
    assert (resolved.steps[0].id, resolved.steps[0].enabled, resolved.steps[0].fill) == (
        "patch",
        False,
        (125, 123, 114),
    )


def test_resolving_twice_changes_nothing():
    once = resolve(Augmentation(steps=(hole(),)), MEAN, STD)
    assert resolve(once, (0.1, 0.1, 0.1), (1, 1, 1)) == once


def test_fields_that_hold_symbols_are_named_in_order():
    steps = ({"type": "to_gray"}, hole(), hole(fill=(0, 0, 0)), hole(enabled=False))
    assert unresolved_fields(Augmentation(steps=steps)) == ("steps[1].fill", "steps[3].fill", "normalize")


def test_symbols_inside_groups_are_named_and_resolved_too():
    nested = Augmentation(steps=({"type": "to_gray"}, {"type": "one_of", "steps": [{"type": "to_gray"}, hole()]}))
    assert unresolved_fields(nested) == ("steps[1].steps[1].fill", "normalize")
    resolved = resolve(nested, MEAN, STD)
    assert resolved.steps[1].steps[1].fill == (125, 123, 114)
    assert unresolved_fields(resolved) == ()


@pytest.mark.parametrize("refuse", [require_resolved, Pipeline])
def test_an_unresolved_augmentation_is_refused_with_one_sentence_that_says_what_to_do(refuse):
    with pytest.raises(SpecError) as refusal:
        refuse(Augmentation(steps=({"type": "to_gray"}, hole())))
    assert str(refusal.value) == (
        "augmentation.steps[1].fill: 'mean' stands for numbers of the training images; "
        "fill them in first with resolve(augmentation, mean, std)"
    )
    with pytest.raises(SpecError, match=r"^augmentation\.normalize: 'dataset' stands for"):
        refuse(Augmentation())


def test_statistics_that_cannot_normalise_are_refused():
    with pytest.raises(SpecError, match=r"statistics\.std\[2\]: 0\.0 is not allowed"):
        resolve(Augmentation(), MEAN, (0.2, 0.2, 0.0))
    with pytest.raises(SpecError, match=r"statistics\.mean\[0\]: 125\.3 is not allowed"):
        resolve(Augmentation(), (125.3, 122.9, 113.9), STD)
