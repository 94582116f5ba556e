"""What a transform of albumentations can be told, read off its own schema, signature and documentation."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from cifarlab.augment.argument import NUMBERS, Argument, Kind
from cifarlab.augment.documentation import argument_sentences
from cifarlab.augment.limits import bounds_here
from cifarlab.augment.selection import transform_class
from cifarlab.spec import PlainMapping

GREY_LEVELS = (0.0, 255.0)

_KINDS: dict[Any, Kind] = {int: "whole", float: "real", bool: "switch"}
_NOT_ARGUMENTS = ("self", "p", "strict")
# What reaches masks, boxes and key points only, which images of CIFAR-10 do not have.
_NOT_FOR_IMAGES = (
    "fill_mask",
    "keypoint_remapping_method",
    "mask",
    "mask_drop_value",
    "mask_interpolation",
    "mask_params",
    "rotate_method",
)
# What can have one value only where images have to stay 32x32 RGB, and what excludes another argument.
_NOT_OFFERED = {
    "Affine": ("fit_output", "translate_percent"),
    "CropAndPad": ("keep_size", "percent"),
    "HEStain": ("preset",),
    "Perspective": ("keep_size",),
    "RandomResizedCrop": ("size",),
    "RandomSizedCrop": ("size",),
    "Rotate": ("crop_border",),
    "ToGray": ("num_output_channels",),
}
# What OpenCV 5 does not do although albumentations offers it.
_REFUSED_CHOICES: dict[tuple[str, str], tuple[Any, ...]] = {("ChromaticAberration", "interpolation"): (5, 6)}
_UNDOCUMENTED = {
    "border_mode": "What shows where the image does not reach.",
    "fill": "Grey levels where the image does not reach.",
}
# Two whole numbers that are no range: one for rows and one for columns, or the like.
_PAIRS = ("grid", "holes_number_xy", "num_grid_xy", "shift_xy", "size", "tile_grid_size")
# Shares of the side or whole pixels: here they are pixels.
_WHOLE = ("hole_height_range", "hole_width_range", "translate_px")
_COLOURS = ("fill", "color", "drop_value", "drop_color", "src_color")
_FLAGS = {
    "interpolation": ("nearest", "linear", "cubic", "area", "Lanczos", "exact linear", "exact nearest"),
    "border_mode": ("constant", "replicate", "reflect", "wrap", "reflect without the edge"),
}
# Validators of albumentations that hold a lower bound without stating it as data.
_LOWER_BOUNDS = {"process_non_negative_range": 0.0, "convert_to_0plus_range": 0.0, "convert_to_1plus_range": 1.0}
_NUDGE = 0.01


@cache
def arguments_of(transform: str) -> tuple[Argument, ...]:
    """The arguments of a transform that change images, in its own order.

    Raises:
        ValueError: there is no such transform, or it cannot be a step.
    """
    of = transform_class(transform)
    help = argument_sentences(inspect.getdoc(of) or "")
    parameters = inspect.signature(of.__init__).parameters
    return tuple(
        _argument(
            transform, of.InitSchema.model_fields[name], parameters[name], help.get(name) or _UNDOCUMENTED.get(name, "")
        )
        for name in argument_names(transform)
        if name not in _NOT_FOR_IMAGES and name not in _NOT_OFFERED.get(transform, ())
    )


@cache
def argument_names(transform: str) -> tuple[str, ...]:
    """The names of all arguments that a transform takes, but `p`.

    Raises:
        ValueError: there is no such transform, or it cannot be a step.
    """
    of = transform_class(transform)
    taken = inspect.signature(of.__init__).parameters
    return tuple(name for name in taken if name in of.InitSchema.model_fields and name not in _NOT_ARGUMENTS)


def _argument(transform: str, field: FieldInfo, parameter: inspect.Parameter, help: str) -> Argument:
    name = parameter.name
    declared = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    members = list(_members(declared))
    notes = [note for _, found in members for note in found]
    kind, choices = _kind(name, [member for member, _ in members], notes)
    choices = tuple(choice for choice in choices if choice not in _REFUSED_CHOICES.get((transform, name), ()))
    ours = bounds_here(transform, name) if kind in NUMBERS else None
    return Argument(
        name,
        kind,
        None if parameter.default is inspect.Parameter.empty else _default(kind, declared, parameter.default),
        *(ours or (GREY_LEVELS if kind == "colour" else _bounds(notes, kind))),
        choices,
        _labels(name, choices),
        any(member is NoneType for member, _ in members),
        help,
    )


def _default(kind: Kind, declared: Any, default: Any) -> Any:
    """The default in plain values; of a range that is given as one number, the range that it stands for."""
    plain = _plain(default)
    if kind not in ("whole_range", "real_range") or not isinstance(plain, int | float):
        return plain
    meant = _plain(TypeAdapter(declared).validate_python(plain))
    return meant if isinstance(meant, tuple) else (plain, plain)


def _members(declared: Any, notes: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The members of a union, each with the notes that it carries."""
    if get_origin(declared) is Annotated:
        yield from _members(get_args(declared)[0], (*notes, *get_args(declared)[1:]))
    elif get_origin(declared) in (Union, UnionType):
        for member in get_args(declared):
            yield from _members(member, notes)
    elif get_origin(declared) is Literal and None in get_args(declared):
        yield NoneType, notes
        yield Literal[tuple(choice for choice in get_args(declared) if choice is not None)], notes
    else:
        yield declared, notes


def _kind(name: str, members: list[Any], notes: list[Any]) -> tuple[Kind, tuple[Any, ...]]:
    given = [member for member in members if member is not NoneType]
    literals = [member for member in given if get_origin(member) is Literal]
    choices = tuple(sorted(get_args(literals[0]), key=str)) if literals else ()
    if name in _COLOURS and given != [float]:
        return "colour", choices
    if literals:
        return "choice", choices
    return _range_kind(name, given, notes) or _KINDS.get(given[0], "other"), ()


def _range_kind(name: str, given: list[Any], notes: list[Any]) -> Kind | None:
    pairs = {get_args(member) for member in given if get_origin(member) is tuple and len(get_args(member)) == 2}
    if name in _PAIRS:
        return "whole_pair"
    if not pairs & {(int, int), (float, float)}:
        return None
    is_whole = (int, int) in pairs or name in _WHOLE or any(_name(note) == "float2int" for note in notes)
    return "whole_range" if is_whole else "real_range"


def _bounds(notes: list[Any], kind: Kind) -> tuple[float | None, float | None]:
    """The tightest bounds among the notes; beside an excluded bound, the nearest value that is allowed."""
    if kind not in NUMBERS:
        return None, None
    nudge = 1.0 if kind.startswith("whole") else _NUDGE
    lows: list[float] = []
    highs: list[float] = []
    for low, high in (_stated(note, nudge) for note in notes):
        lows += [] if low is None else [low]
        highs += [] if high is None else [high]
    return max(lows, default=None), min(highs, default=None)


def _stated(note: Any, nudge: float) -> tuple[float | None, float | None]:
    match note:
        case Ge():
            return float(note.ge), None  # type: ignore[arg-type]
        case Gt():
            return float(note.gt) + nudge, None  # type: ignore[arg-type]
        case Le():
            return None, float(note.le)  # type: ignore[arg-type]
        case Lt():
            return None, float(note.lt) - nudge  # type: ignore[arg-type]
    check = getattr(note, "func", None)
    if not inspect.isfunction(check):
        return None, None
    held = inspect.getclosurevars(check).nonlocals
    if "min_val" not in held:
        return _LOWER_BOUNDS.get(_name(note)), None
    high = held.get("max_val")
    return (
        held["min_val"] + (0 if held.get("min_inclusive", True) else nudge),
        None if high is None else high - (0 if held.get("max_inclusive", True) else nudge),
    )


def _name(note: Any) -> str:
    return getattr(getattr(note, "func", None), "__name__", "")


def _labels(name: str, choices: tuple[Any, ...]) -> tuple[str, ...]:
    flags = _FLAGS.get(name, ())
    return tuple(
        flags[choice] if flags and isinstance(choice, int) else str(choice).replace("_", " ") for choice in choices
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return PlainMapping(value)
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value
