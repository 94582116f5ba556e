import pickle

import pytest

from cifarlab.augment import Augmentation, LibraryStep
from cifarlab.spec import SpecError, read_spec


def read(transform, **arguments):
    step = {"type": "albumentations", "transform": transform, "arguments": arguments}
    return read_spec(Augmentation, {"steps": [step]}, "augmentation").steps[0]


def refusal(transform, **arguments):
    with pytest.raises(SpecError) as error:
        read(transform, **arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_arguments_survive_the_way_to_plain_values_and_back():
    step = read("AdditiveNoise", noise_type="uniform", noise_params={"ranges": [[-0.1, 0.1], [0, 0.2], [0, 0]]})
    augmentation = Augmentation(steps=(step,))
    for again in (
        read_spec(Augmentation, augmentation.to_plain()),
        Augmentation.model_validate_json(augmentation.model_dump_json()),
        pickle.loads(pickle.dumps(augmentation)),  # noqa: S301
    ):
        assert again == augmentation
        assert hash(again) == hash(augmentation)
    assert augmentation.to_plain()["steps"][0]["arguments"] == {
        "noise_type": "uniform",
        "noise_params": {"ranges": [[-0.1, 0.1], [0, 0.2], [0, 0]]},
    }


def test_steps_compare_by_the_values_of_their_arguments():
    assert LibraryStep(transform="CLAHE", arguments={"clip_limit": [1, 4]}) == LibraryStep(
        transform="CLAHE", arguments={"clip_limit": (1, 4)}
    )
    assert read("CLAHE", clip_limit=3.0) != read("CLAHE", clip_limit=4.0)


@pytest.mark.parametrize(
    ("transform", "stem"),
    [("CLAHE", "clahe"), ("RandomFog", "random_fog"), ("ISONoise", "iso_noise"), ("D4", "d4"), ("ToSepia", "to_sepia")],
)
def test_a_step_is_called_as_its_transform(transform, stem):
    assert read(transform).id == stem


def test_an_unknown_transform_is_refused_with_a_guess():
    assert refusal("Clahe") == (
        "augmentation.steps[0].transform: 'Clahe' is not known; did you mean CLAHE? "
        "Give the class of a transform of images in albumentations 2.0.8, such as CLAHE"
    )
    assert "did you mean RandomFog" in refusal("RandmFog")


def test_a_transform_that_needs_more_than_an_image_is_refused_with_the_reason():
    assert refusal("FDA") == "augmentation.steps[0].transform: 'FDA' is not allowed; it needs further images"


def test_an_unknown_argument_is_refused_with_a_guess_and_those_that_are_known():
    assert refusal("CLAHE", clip_limt=2) == (
        "augmentation.steps[0].arguments.clip_limt: this argument is not known; did you mean clip_limit? "
        "CLAHE takes clip_limit, tile_grid_size"
    )
    assert refusal("Transpose", k=2).endswith("Transpose takes no arguments")


def test_p_is_the_probability_of_the_step():
    assert refusal("CLAHE", p=0.3) == (
        "augmentation.steps[0].arguments.p: this is not an argument here; set the step's probability"
    )


@pytest.mark.parametrize(
    ("transform", "arguments", "path"),
    [
        ("Posterize", {"num_bits": 9}, "arguments.num_bits: 9 is not allowed; give two whole numbers"),
        ("Sharpen", {"method": "laplace"}, "arguments.method: 'laplace' is not allowed; choose gaussian, kernel; "),
        (
            "Solarize",
            {"threshold_range": [0.7, 0.2]},
            "arguments.threshold_range: [0.7, 0.2] is not allowed; give two ",
        ),
        ("TimeMasking", {}, "arguments: more are needed; TimeMasking says: it fails on an image of 32x32 pixels: "),
        ("RandomScale", {}, "transform: 'RandomScale' is not allowed; it gives back images of another size"),
        ("RandomResizedCrop", {}, "arguments.size: is missing; RandomResizedCrop needs it"),
        (
            "RandomResizedCrop",
            {"size": [16, 16]},
            "arguments.size: [16, 16] is not allowed; give numbers from 32 to 32",
        ),
        ("MedianBlur", {"blur_limit": "wide"}, "arguments.blur_limit: 'wide' is not allowed; give two whole numbers"),
        (
            "CropAndPad",
            {"px": 2, "percent": 0.1},
            "arguments: these are not allowed together; CropAndPad says: Only px",
        ),
    ],
)
def test_what_albumentations_refuses_is_one_sentence_with_the_path_of_the_argument(transform, arguments, path):
    assert refusal(transform, **arguments).startswith(f"augmentation.steps[0].{path}")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), r"arguments\.clip_limit: nan is not allowed; give a finite number"),
        ([1, float("inf")], r"arguments\.clip_limit\[1\]: inf is not allowed; give a finite number"),
        (b"x", r"arguments\.clip_limit: bytes is not allowed; give a number, text, true, false or a list"),
        ([[[[[[[1]]]]]]], "nest deeper than 6 levels"),
        ([0] * 300, "300 items are not allowed; give at most 256"),
        ("x" * 300, "300 characters are not allowed"),
        (
            10**400,
            r"arguments\.clip_limit: a whole number of 401 digits is not allowed; give a whole number from -9,007,",
        ),
        ([1, -(10**5000)], r"arguments\.clip_limit\[1\]: a whole number of 5,001 digits is not allowed"),
        (2**53, r"arguments\.clip_limit: 9007199254740992 is not allowed; give two numbers"),
    ],
)
def test_values_that_are_not_plain_are_refused_with_their_path(value, message):
    with pytest.raises(SpecError, match=message):
        read("CLAHE", clip_limit=value)


def test_arguments_that_are_no_mapping_are_refused():
    step = {"type": "albumentations", "transform": "CLAHE", "arguments": [4]}
    with pytest.raises(SpecError, match=r"steps\[0\]\.arguments: \[4\] is not allowed; give a mapping"):
        read_spec(Augmentation, {"steps": [step]})
    with pytest.raises(SpecError, match="3 is not allowed as a name; write names as text"):
        read_spec(Augmentation, {"steps": [{**step, "arguments": {3: 4}}]})
    with pytest.raises(SpecError, match="a whole number of 5,001 digits is not allowed as a name"):
        read_spec(Augmentation, {"steps": [{**step, "arguments": {10**5000: 4}}]})
