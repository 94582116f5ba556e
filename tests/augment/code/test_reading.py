import cv2
import numpy as np
import pytest

from cifarlab.augment import Augmentation, Normalization
from cifarlab.augment.code import read_code
from cifarlab.augment.library import albumentations
from cifarlab.augment.library_transform import build_library_transform
from cifarlab.recipe import load_recipe

ASSIGNMENT = (
    "A.CoarseDropout(max_holes = 1, max_height=16, max_width=16, min_holes = 1, min_height=16, min_width=16, "
    "fill_value=(0.4914,0.4822,0.4465), mask_fill_value = None)"
)
IN_WORDS = (
    "coarseDropout (max_holes = 1, max_height=16px, max_width=16px, min_holes = 1, min_height=16px, min_width=16px, "
    "fill_value=(mean of your dataset), mask_fill_value = None)"
)


def steps_of(text):
    return read_code(text).augmentation.steps


def row(text, argument):
    (found,) = [row for row in read_code(text).rows if row.argument == argument]
    return found


def test_the_code_of_each_reference_system_means_its_steps(system):
    text, meant = system
    read = read_code(text)
    assert read.augmentation == meant
    assert read.version == "1.x"


def test_the_published_code_of_strided_135k_is_its_recipe(published_code):
    assert read_code(published_code).augmentation == load_recipe("strided-135k").augmentation


@pytest.mark.parametrize("text", [ASSIGNMENT, IN_WORDS])
def test_the_assignments_line_is_one_hole_of_16_pixels_filled_with_the_mean(text):
    (step,) = steps_of(text)
    assert (step.holes, step.height, step.width, step.fill, step.probability) == (1, 16, 16, "mean", 0.5)


def test_the_table_says_which_default_applies_instead_of_an_argument_of_1_x():
    found = row(ASSIGNMENT, "max_height")
    assert (found.line, found.step, found.written, found.outcome) == (1, "CoarseDropout", "16", "ignored")
    assert found.library == "ignored with a warning; hole_height_range=(0.1, 0.2) applies"
    assert found.recipe == "height: 16"
    assert "black" in row(ASSIGNMENT, "fill_value").library
    assert "mean" in row(ASSIGNMENT, "fill_value").recipe


def test_every_written_argument_has_a_row_and_so_has_a_missing_p():
    names = [found.argument for found in read_code(ASSIGNMENT).rows]
    written = ["max_holes", "max_height", "max_width", "min_holes", "min_height", "min_width", "fill_value"]
    assert names == [*written, "mask_fill_value", "p"]
    assert row(ASSIGNMENT, "p").written == "(left out)"


@pytest.mark.parametrize(
    ("fill", "meant"),
    [
        ("(0.4914, 0.4822, 0.4465)", "mean"),
        ("[0.49, 0.48, 0.45]", "mean"),
        ("0.45", "mean"),
        ("0.473", "mean"),
        ("(125, 123, 114)", "mean"),
        ("[0.4914 * 255, 0.4822 * 255, 0.4465 * 255]", "mean"),
        ("self.mean", "mean"),
        ("(0.485, 0.456, 0.406)", (124, 116, 104)),
        ("0.9", (230, 230, 230)),
        ("0", (0, 0, 0)),
        ("1", (1, 1, 1)),
        ("(10, 20, 30)", (10, 20, 30)),
        ("128", (128, 128, 128)),
    ],
)
def test_a_fill_is_the_mean_or_grey_levels(fill, meant):
    (step,) = steps_of(f"A.CoarseDropout(max_holes=1, max_height=8, max_width=8, fill_value={fill})")
    assert step.fill == meant


def test_a_share_as_fill_is_black_in_2_x():
    found = row("A.CoarseDropout(num_holes_range=(1, 1), hole_height_range=(8, 8), fill=0.45)", "fill")
    assert (found.outcome, found.library) == ("different", "taken as grey levels from 0 to 255: 0.45 is black")


def test_shifts_in_percent_are_cut_to_whole_pixels_by_2_0_8_and_rounded_here():
    found = row("A.ShiftScaleRotate(shift_limit=0.05, scale_limit=0.05, rotate_limit=15)", "shift_limit")
    assert found.library == "in percent: -1.6 to 1.6 pixels, cut to whole ones, so -1 to 1"
    assert found.recipe == "shift: 0.05, at most 2 pixels"


def test_a_limit_of_one_level_is_the_whole_range_in_2_0_8():
    text = "A.RGBShift(1, 1, 1)"
    assert row(text, "r_shift_limit").library == "limits up to 1 are shares of 255: -255 to 255 levels"
    assert steps_of(text)[0].red == 1


def test_defaults_of_1_x_apply_and_the_table_says_so():
    text = "A.CoarseDropout(max_height=4, max_width=4)"
    assert steps_of(text)[0].holes == 8
    assert row(text, "max_holes").library == "1.x takes 8, 2.0.8 takes num_holes_range=(1, 2)"
    found = row("A.ShiftScaleRotate()", "border_mode")
    assert found.library == "1.x takes cv2.BORDER_REFLECT_101, 2.0.8 takes border_mode=cv2.BORDER_CONSTANT"


@pytest.mark.parametrize(
    ("text", "argument", "outcome", "library"),
    [
        ("A.ElasticTransform()", "alpha_affine", "different", "1.x takes 50, 2.0.8 has no such argument"),
        ("A.ElasticTransform(alpha_affine=5)", "alpha_affine", "ignored", "ignored with a warning"),
        ("A.OpticalDistortion(shift_limit=(-2, 2))", "shift_limit", "ignored", "ignored with a warning"),
    ],
)
def test_what_2_0_8_cannot_do_is_told_in_the_table_and_in_a_note(text, argument, outcome, library):
    found = row(text, argument)
    assert (found.outcome, found.library, found.recipe) == (outcome, library, "nothing: 2.0.8 cannot do this")
    (note,) = [note for note in read_code(text).notes if argument in note]
    assert "of 1.x also moves" in note
    assert note.endswith("which 2.0.8 cannot do: that part is left out.")


@pytest.mark.parametrize("text", ["A.ElasticTransform(alpha_affine=0)", "A.OpticalDistortion(0.1, shift_limit=0.05)"])
def test_nothing_is_lost_with_a_value_that_does_nothing(text):
    (found,) = [row for row in read_code(text).rows if row.recipe.startswith("nothing")]
    assert found.recipe == "nothing: so small a value does nothing"
    assert not any("cannot" in note for note in read_code(text).notes)


def test_a_default_that_does_nothing_has_no_row_and_no_note():
    read = read_code("A.OpticalDistortion()")
    assert "shift_limit" not in {row.argument for row in read.rows}
    assert not any("cannot" in note for note in read.notes)


@pytest.mark.parametrize(
    ("version", "probability", "outcome", "library"),
    [("1.3.1", 0.5, "different", "1.x takes 0.5, 2.0.8 takes p=1"), ("2.0.8", 1, "used", "1 is the default")],
)
def test_a_probability_that_is_left_out_is_the_default_of_the_codes_version(version, probability, outcome, library):
    text = f"# albumentations=={version}\nA.RandomRotate90()"
    found = row(text, "p")
    assert steps_of(text)[0].probability == probability
    assert (found.outcome, found.library, found.recipe) == (outcome, library, f"probability: {probability:g}")


@pytest.mark.parametrize(
    ("text", "argument", "recipe"),
    [
        ("A.XYMasking((1, 2), (1, 2), (4, 8), (4, 8), fill_mask=0)", "num_masks_x", "num_masks_x: (1, 2)"),
        ("A.XYMasking((1, 2), (1, 2), (4, 8), (4, 8), fill_mask=0)", "mask_y_length", "mask_y_length: (4, 8)"),
        ("A.XYMasking((1, 2), (1, 2), (4, 8), (4, 8), fill_mask=0)", "fill_mask", "nothing: images here have no masks"),
        ("A.TimeMasking(time_mask_param=8)", "time_mask_param", "time_mask_param: 8"),
        ("A.FrequencyMasking(freq_mask_param=8)", "freq_mask_param", "freq_mask_param: 8"),
        ("A.Rotate(mask_value=mean)", "mask_value", "nothing: images here have no masks"),
    ],
)
def test_the_table_tells_masks_that_are_drawn_from_those_that_images_here_lack(text, argument, recipe):
    assert row(text, argument).recipe == recipe


def test_shares_and_pixels_of_a_hole_are_what_its_height_says():
    shares = "A.CoarseDropout((1, 1), hole_height_range=(0.5, 0.5), hole_width_range=(0.25, {}))"
    (step,) = steps_of(shares.format(0.25))
    assert (step.height, step.width) == (16, 8)
    (step,) = steps_of(shares.format(0.5))
    assert step.arguments["hole_width_range"] == (0.25, 0.5)
    (step,) = steps_of("A.CoarseDropout((1, 1), hole_height_range=(16, 16), hole_width_range=(0.5, 0.5))")
    assert step.arguments == {
        "num_holes_range": (1, 1),
        "hole_height_range": (16, 16),
        "hole_width_range": (0.5, 0.5),
    }


def test_code_of_2_x_keeps_the_defaults_of_2_x():
    (step,) = steps_of("A.Compose([A.ShiftScaleRotate(rotate_limit=15)], strict=True)")
    assert step.type == "albumentations"
    assert step.arguments == {"rotate_limit": 15}


def test_a_range_that_no_field_can_hold_is_a_transform_of_albumentations():
    (step,) = steps_of("A.ShiftScaleRotate(shift_limit=(0, 0.1), scale_limit=0.1, rotate_limit=(5, 15))")
    assert step.transform == "Affine"
    assert step.arguments["translate_px"] == {"x": (0, 3), "y": (0, 3)}
    assert step.arguments["rotate"] == (5, 15)


def test_always_apply_is_a_probability_of_one():
    text = "A.ToGray(always_apply=True, p=0.2)"
    assert steps_of(text)[0].probability == 1
    assert row(text, "always_apply").outcome == "ignored"


@pytest.mark.parametrize(
    ("text", "type", "values"),
    [
        ("A.Cutout(num_holes=2, max_h_size=4, max_w_size=6)", "coarse_dropout", {"holes": 2, "height": 4, "width": 6}),
        ("A.RandomBrightness(limit=0.3)", "random_brightness_contrast", {"brightness": 0.3, "contrast": 0}),
        ("A.RandomContrast(0.1)", "random_brightness_contrast", {"brightness": 0, "contrast": 0.1}),
        ("A.IAAFliplr(p=0.3)", "horizontal_flip", {"probability": 0.3}),
        ("A.HorizontalFlip(0.3)", "horizontal_flip", {"probability": 0.3}),
    ],
)
def test_transforms_that_2_x_has_no_more_become_what_replaced_them(text, type, values):
    (step,) = steps_of(text)
    assert step.type == type
    assert {name: getattr(step, name) for name in values} == values


@pytest.mark.parametrize(
    ("text", "transform", "arguments"),
    [
        ("A.JpegCompression(quality_lower=50)", "ImageCompression", {"quality_range": (50, 100)}),
        ("A.GaussNoise(var_limit=(0, 255 * 255 / 4))", "GaussNoise", {"std_range": (0, 0.5)}),
        ("A.Solarize(threshold=51)", "Solarize", {"threshold_range": (0.2, 0.2)}),
        ("A.RandomFog(fog_coef_lower=0.1)", "RandomFog", {"fog_coef_range": (0.1, 1)}),
        ("A.Rotate(limit=15, border_mode=0, value=None)", "Rotate", {"limit": 15}),
        ("A.CLAHE()", "CLAHE", {}),
    ],
)
def test_arguments_of_1_x_come_under_the_names_and_units_of_2_x(text, transform, arguments):
    (step,) = steps_of(text)
    assert (step.transform, step.arguments) == (transform, arguments)


@pytest.mark.parametrize(
    ("written", "columns", "rows"),
    [
        ("", 10, 10),
        ("holes_number_x=4", 4, 4),
        ("holes_number_y=4", 10, 4),
        ("holes_number_x=2, holes_number_y=8", 2, 8),
        # Units of 4 pixels.
        ("holes_number_x=7", 8, 8),
        ("unit_size_min=16, unit_size_max=17, holes_number_x=8, holes_number_y=8", 2, 2),
    ],
)
def test_a_grid_of_1_x_has_its_columns_and_rows(written, columns, rows):
    (step,) = steps_of(f"A.GridDropout({written})")
    white = np.full((32, 32, 3), 255, np.uint8)
    holes = build_library_transform(step.transform, step.arguments)(image=white)["image"][:, :, 0] == 0
    starts = [np.count_nonzero(np.diff(holes.any(axis=axis).astype(int), prepend=0) == 1) for axis in (0, 1)]
    assert starts == [columns, rows]


@pytest.mark.parametrize(
    ("limits", "kernels"),
    [
        ("blur_limit=(3, 7)", (3, 7)),
        ("blur_limit=7, sigma_limit=0", (3, 7)),
        ("(5, 5), (0, 0)", (5, 5)),
        ("(11, 15)", (11, 15)),
    ],
)
def test_a_gaussian_blur_of_1_x_has_opencvs_sigma_for_its_kernels(limits, kernels):
    (step,) = steps_of(f"A.GaussianBlur({limits})")
    assert step.arguments["blur_limit"] == kernels
    for kernel, sigma in zip(kernels, step.arguments["sigma_limit"], strict=True):
        used = albumentations.augmentations.blur.functional.create_gaussian_kernel_1d(sigma, kernel)
        opencvs = cv2.getGaussianKernel(kernel, 0, cv2.CV_64F)[:, 0]
        # OpenCV rounds the weights of kernels up to 9 pixels.
        np.testing.assert_allclose(used, opencvs, atol=0.025 if kernel < 11 else 1e-6)


def test_a_gaussian_blur_of_1_x_keeps_a_sigma_of_its_own():
    (step,) = steps_of("A.GaussianBlur(blur_limit=(3, 5), sigma_limit=(0.5, 2), always_apply=True)")
    assert step.arguments == {"blur_limit": (3, 5), "sigma_limit": (0.5, 2)}


def test_the_table_tells_what_a_sigma_of_0_becomes():
    found = row("A.GaussianBlur(blur_limit=(3, 7), sigma_limit=0)", "sigma_limit")
    assert (found.outcome, found.recipe) == ("different", "sigma_limit: (0.8, 1.4)")
    found = row("A.GaussianBlur(blur_limit=(3, 7))", "sigma_limit")
    assert found.library == "1.x takes 0, 2.0.8 takes sigma_limit=(0.5, 3.0)"
    assert found.recipe == "sigma_limit: (0.8, 1.4)"


@pytest.mark.parametrize(
    ("text", "border"),
    [
        ("A.PadIfNeeded(40, 40), A.RandomCrop(32, 32)", "reflect"),
        ("A.PadIfNeeded(40, 40, border_mode=cv2.BORDER_CONSTANT, value=0), A.RandomCrop(32, 32)", "zeros"),
        ("A.Sequential([A.CropAndPad(px=4, keep_size=False), A.RandomCrop(height=32, width=32)], p=1)", "zeros"),
    ],
)
def test_padding_and_a_crop_are_one_step(text, border):
    (step,) = steps_of(f"A.Compose([{text}])")
    assert (step.type, step.pixels, step.border, step.probability) == ("pad_and_crop", 4, border, 1)


@pytest.mark.parametrize("crop", ["A.RandomCrop(32, 32)", "A.RandomCrop(32, 32), A.CoarseDropout(max_holes=1)"])
def test_padding_that_only_2_x_has_is_read_as_2_x_in_code_of_1_x(crop):
    text = f"# albumentations==1.4.20\nA.Compose([A.Pad(padding=4), {crop}])"
    step = steps_of(text)[0]
    assert (step.type, step.pixels, step.border) == ("pad_and_crop", 4, "zeros")
    rows = [row for row in read_code(text).rows if row.step == "Pad"]
    assert [(row.argument, row.outcome, row.library) for row in rows] == [
        ("padding", "used", "used"),
        ("p", "used", "1 is the default"),
    ]


@pytest.mark.parametrize("probability", ["p=0.3", "0.3"])
def test_one_of_holds_its_choices_with_their_weights(probability):
    (step,) = steps_of(f"A.OneOf([A.Blur(p=0.2), A.ToGray(p=0.8)], {probability})")
    assert (step.type, step.probability) == ("one_of", 0.3)
    assert [choice.probability for choice in step.steps] == [0.2, 0.8]


def test_a_choice_that_says_always_apply_weighs_by_its_p_alone():
    text = "A.OneOf([A.Blur(always_apply=True), A.ToGray(p=0.5)], p=1)"
    (group,) = steps_of(text)
    assert [choice.probability for choice in group.steps] == [0.5, 0.5]
    assert row(text, "always_apply").recipe == "nothing: p decides"
    blurs = [found.recipe for found in read_code(text).rows if (found.step, found.argument) == ("Blur", "p")]
    assert blurs == ["probability: 0.5"]


@pytest.mark.parametrize(
    ("choice", "type", "weight"),
    [
        ("A.Compose([A.ToGray(p=1)])", "to_gray", 1),
        ("A.ReplayCompose([A.Compose([A.ToGray(p=1)])])", "to_gray", 1),
        ("A.Sequential([A.ToGray(p=1)], p=0.3)", "to_gray", 0.3),
        ("A.Sequential([A.Compose([A.ToGray(p=1)])])", "to_gray", 0.5),
        ("A.Compose([A.PadIfNeeded(40, 40), A.RandomCrop(32, 32)])", "pad_and_crop", 1),
    ],
)
def test_a_composition_of_one_step_is_a_choice_with_its_own_weight(choice, type, weight):
    (group,) = steps_of(f"A.OneOf([{choice}, A.Blur(p=0.2)])")
    assert [(step.type, step.probability) for step in group.steps] == [(type, weight), ("albumentations", 0.2)]


def test_flip_of_1_x_is_one_of_its_three_draws():
    (step,) = steps_of("A.Flip(p=0.6)")
    assert (step.type, len(step.steps), step.probability) == ("one_of", 3, 0.6)


def test_normalisation_is_numbers_where_the_code_has_numbers():
    numbers = read_code("A.Compose([A.ToGray(), A.Normalize(0.5, [51 / 255] * 3)])").augmentation.normalize
    assert numbers == Normalization(mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
    assert read_code("A.Compose([A.ToGray(), A.Normalize()])").augmentation.normalize.mean == (0.485, 0.456, 0.406)
    assert read_code("A.ToGray()").augmentation.normalize == "dataset"
    assert [read_code(text).has_normalize for text in ("A.ToGray()", "A.Normalize(mean, std)")] == [False, True]


@pytest.mark.parametrize(
    "numbers",
    [
        "np.array([0.485, 0.456, 0.406])",
        "numpy.asarray((0.485, 0.456, 0.406), dtype=np.float32)",
        "torch.tensor([0.485, 0.456, 0.406])",
        "np.array([97, 91.2, 81.2]) / 200",
        "2 * (np.array([0.2425, 0.228, 0.203]) + np.array([0, 0, 0]))",
    ],
)
@pytest.mark.parametrize("text", ["mean = {numbers}\nA.{call}=mean)", "A.{call}={numbers})"])
def test_an_array_of_listed_numbers_is_these_numbers(text, numbers):
    normalized = read_code(text.format(numbers=numbers, call="Normalize(std=(0.2, 0.2, 0.2), mean"))
    assert normalized.augmentation.normalize.mean == pytest.approx((0.485, 0.456, 0.406))
    (step,) = steps_of(text.format(numbers=numbers, call="CoarseDropout(1, 8, 8, fill_value"))
    assert step.fill == (124, 116, 104)


@pytest.mark.parametrize("computed", ["np.array(images).mean(0)", "np.array([mean_r, mean_g])", "np.array(mean())"])
def test_an_array_that_is_computed_keeps_its_symbol(computed):
    (step,) = steps_of(f"mean = {computed}\nA.CoarseDropout(1, 8, 8, fill_value=mean * 255)")
    assert step.fill == "mean"


@pytest.mark.parametrize(
    "text",
    [
        "[A.HorizontalFlip(p=0.5), A.ToGray(p=0.2)]",
        "A.HorizontalFlip(p=0.5),\n        A.ToGray(p=0.2),",
        "    A.HorizontalFlip(p=0.5),\n    A.ToGray(p=0.2)\n",
        "flip = A.HorizontalFlip()\ngrey = [A.ToGray(p=0.2)]\nA.Compose([flip, *grey])",
        "import albumentations as xyz\nxyz.Compose(transforms=[xyz.HorizontalFlip(), xyz.ToGray(p=P)])\nP = 1 / 5",
        "from albumentations import Compose as C, HorizontalFlip, ToGray\nC([C([HorizontalFlip()]), ToGray(p=.2)])",
        "```python\n%matplotlib inline\nA.Compose([A.HorizontalFlip(), A.ToGray(p=0.2)])\n```",
    ],
)
def test_what_students_paste_is_read(text):
    steps = ({"type": "horizontal_flip"}, {"type": "to_gray", "probability": 0.2})
    assert read_code(text).augmentation == Augmentation(steps=steps)


def test_of_several_pipelines_the_longest_is_read_and_a_note_says_so():
    read = read_code("a = A.Compose([A.Normalize()])\nb = A.Compose([A.Blur(), A.ToGray()])")
    assert len(read.augmentation.steps) == 2
    assert "The code holds 2 pipelines; the one on line 2, with 2 steps, was read." in read.notes
