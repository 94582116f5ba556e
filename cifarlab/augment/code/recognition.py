"""The step that a transform of 2.0.8 is: one of those with hand-made fields where one does exactly the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cifarlab.augment.code.fills import MEAN_LEVELS
from cifarlab.augment.code.modern import image_form
from cifarlab.augment.steps import IMAGE_SIDE, STEP_TYPES, StepSpec

_Form = Mapping[str, Any]
_Numbers = Mapping[str, Sequence[float]]
_BORDERS = {0: "zeros", 4: "reflect"}


def recognised(transform: str, arguments: Mapping[str, Any], numbers: Mapping[str, Sequence[float]]) -> StepSpec | None:
    """The step with hand-made fields that builds this very transform, or None.

    `numbers` are those that each argument is written with: its two pixels do not tell a shift of 0.05 from others.

    Raises:
        ValidationError: 2.0.8 refuses the arguments.
    """
    # Imported with the first code that is read, not before: it builds albumentations' transforms.
    from cifarlab.augment.translate import TRANSLATIONS

    form = image_form(transform, arguments)
    for document in _CANDIDATES.get(transform, _none)(form, numbers):
        try:
            step = STEP_TYPES[document["type"]](**document)
        except ValidationError:
            continue
        if image_form(transform, TRANSLATIONS[type(step)].arguments(step)) == form:
            return _with_symbol(step)
    return None


def _with_symbol(step: StepSpec) -> StepSpec:
    return step.model_copy(update={"fill": "mean"}) if getattr(step, "fill", None) == MEAN_LEVELS else step


def _none(_form: _Form, _numbers: _Numbers) -> Iterator[dict[str, Any]]:
    yield from ()


def _plain(type: str) -> Callable[[_Form, _Numbers], Iterator[dict[str, Any]]]:
    return lambda _form, _numbers: iter(({"type": type},))


def _affine(form: _Form, numbers: _Numbers) -> Iterator[dict[str, Any]]:
    if not isinstance(form["translate_px"], Mapping):
        return
    pixels, largest, angle = form["translate_px"]["x"][1], form["scale"]["x"][1], form["rotate"][1]
    if form["border_mode"] in _BORDERS:
        yield {"type": "pad_and_crop", "pixels": int(pixels), "border": _BORDERS[form["border_mode"]]}
    shifts = [*numbers.get("translate_px", ()), pixels / IMAGE_SIDE]
    scales = [*numbers.get("scale", ()), round(largest - 1, 12)]
    shift = next((value for value in shifts if round(IMAGE_SIDE * value) == pixels), None)
    scale = next((value for value in scales if 1 + value == largest), None)
    if shift is not None and scale is not None:
        yield {"type": "shift_scale_rotate", "shift": float(shift), "scale": float(scale), "rotate": float(angle)}


def _holes(form: _Form, _numbers: _Numbers) -> Iterator[dict[str, Any]]:
    fill = form["fill"] if isinstance(form["fill"], tuple) else (form["fill"],) * 3
    if all(isinstance(level, int | float) and level == int(level) for level in fill):
        yield {
            "type": "coarse_dropout",
            "holes": form["num_holes_range"][1],
            "height": int(form["hole_height_range"][1]),
            "width": int(form["hole_width_range"][1]),
            "fill": tuple(map(int, fill)),
        }


def _shifts(form: _Form, _numbers: _Numbers) -> Iterator[dict[str, Any]]:
    channels = {"red": "r", "green": "g", "blue": "b"}
    levels = {name: round(255 * form[f"{channel}_shift_limit"][1]) for name, channel in channels.items()}
    yield {"type": "rgb_shift", **levels}


def _brightness(form: _Form, _numbers: _Numbers) -> Iterator[dict[str, Any]]:
    brightness, contrast = float(form["brightness_limit"][1]), float(form["contrast_limit"][1])
    yield {"type": "random_brightness_contrast", "brightness": brightness, "contrast": contrast}


_CANDIDATES: dict[str, Callable[[_Form, _Numbers], Iterator[dict[str, Any]]]] = {
    "Affine": _affine,
    "CoarseDropout": _holes,
    "HorizontalFlip": _plain("horizontal_flip"),
    "RGBShift": _shifts,
    "RandomBrightnessContrast": _brightness,
    "ToGray": _plain("to_gray"),
    "VerticalFlip": _plain("vertical_flip"),
}
