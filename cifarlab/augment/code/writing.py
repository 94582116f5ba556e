"""An augmentation as albumentations code that runs as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from cifarlab.augment.code.rows import as_code
from cifarlab.augment.library import albumentations
from cifarlab.augment.resolve import require_resolved
from cifarlab.augment.steps import (
    IMAGE_SIDE,
    Augmentation,
    LibraryStep,
    Normalization,
    OneOf,
    RGBShift,
    ShiftScaleRotate,
    StepSpec,
)
from cifarlab.augment.translate import TRANSLATIONS

_INDENTATION = " " * 4
_WIDEST = 120


def write_code(augmentation: Augmentation) -> str:
    """Code for albumentations 2.0.8 that does what `Pipeline` does, for training images and for test images.

    Steps that are switched off are left out. `read_code` reads it back. One value may be written as a sum or a product:
    `round(32 * 0.05)` tells the shift of 0.05 that its two pixels do not tell.

    Raises:
        SpecError: a field still holds a symbol (`mean` or `dataset`); `resolve` fills in the numbers.
    """
    require_resolved(augmentation)
    steps = [line for step in augmentation.steps if step.enabled for line in _step(step)]
    normalize = _normalize(cast(Normalization, augmentation.normalize))
    code = "\n".join([*_compose("train_transforms", [*steps, *normalize]), "", *_compose("test_transforms", normalize)])
    return "\n".join([*_imports(code), "", code, ""])


def _imports(code: str) -> Iterator[str]:
    yield f"# Written for albumentations {albumentations.__version__}; images are uint8 RGB of 32x32 pixels."
    yield "import albumentations as A"
    if "cv2." in code:
        yield "import cv2"
    yield "from albumentations.pytorch import ToTensorV2"


def _compose(name: str, lines: list[str]) -> Iterator[str]:
    yield f"{name} = A.Compose("
    yield f"{_INDENTATION}["
    yield from (f"{_INDENTATION * 2}{line}" for line in lines)
    yield f"{_INDENTATION}],"
    yield f"{_INDENTATION}strict=True,"
    yield ")"


def _normalize(normalization: Normalization) -> list[str]:
    numbers = {"mean": normalization.mean, "std": normalization.std}
    return [*_call("Normalize", {name: as_code(name, value) for name, value in numbers.items()}), "ToTensorV2(),"]


def _step(step: StepSpec) -> Iterator[str]:
    if isinstance(step, OneOf):
        yield from _group(step)
        return
    if isinstance(step, LibraryStep):
        name, arguments = step.transform, {key: as_code(key, value) for key, value in step.arguments.items()}
    else:
        translation = TRANSLATIONS[type(step)]
        values = translation.arguments(step)
        name = translation.transform.__name__
        arguments = {key: as_code(key, value) for key, value in values.items()} | _exact(step)
    yield from _call(name, {**arguments, "p": as_code("p", step.probability)})


def _group(group: OneOf) -> Iterator[str]:
    chosen = [line for step in group.steps if step.enabled for line in _step(step)]
    if not group.candidates:
        return
    yield "A.OneOf("
    yield f"{_INDENTATION}["
    yield from (f"{_INDENTATION * 2}{line}" for line in chosen)
    yield f"{_INDENTATION}],"
    yield f"{_INDENTATION}p={as_code('p', group.probability)},"
    yield "),"


def _call(name: str, arguments: Mapping[str, str]) -> list[str]:
    texts = [f"{key}={text}" for key, text in arguments.items()]
    line = f"A.{name}({', '.join(texts)}),"
    if len(line) + 3 * len(_INDENTATION) <= _WIDEST:
        return [line]
    return [f"A.{name}(", *(f"{_INDENTATION}{text}," for text in texts), "),"]


def _exact(step: StepSpec) -> dict[str, str]:
    """Arguments whose value does not tell the step's own number, as the formula that makes them of it."""
    return _FORMULAS.get(type(step), _no_formula)(step)


def _no_formula(_: StepSpec) -> dict[str, str]:
    return {}


def _shift_and_scale(step: ShiftScaleRotate) -> dict[str, str]:
    formulas = {}
    if step.shift_pixels / IMAGE_SIDE != step.shift:
        pixels = f"round({IMAGE_SIDE} * {step.shift!r})"
        formulas["translate_px"] = f"(-{pixels}, {pixels})"
    if round((1 + step.scale) - 1, 12) != step.scale:
        formulas["scale"] = f"(1 - {step.scale!r}, 1 + {step.scale!r})"
    return formulas


def _levels(step: RGBShift) -> dict[str, str]:
    limits = {"r": step.red, "g": step.green, "b": step.blue}
    return {f"{channel}_shift_limit": f"(-{limit} / 255, {limit} / 255)" for channel, limit in limits.items()}


_FORMULAS: dict[type[StepSpec], Callable[[Any], dict[str, str]]] = {
    RGBShift: _levels,
    ShiftScaleRotate: _shift_and_scale,
}
