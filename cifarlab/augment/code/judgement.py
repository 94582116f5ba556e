"""What albumentations 2.0.8 makes of a call as it was written, derived from its own signatures and schemas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import Parameter
from typing import Any

from pydantic import ValidationError

from cifarlab.augment.code.fills import is_share
from cifarlab.augment.code.lost import LOST
from cifarlab.augment.code.modern import drops_unknown, hole_sides, message, parameters, validated
from cifarlab.augment.code.rows import Outcome, as_code
from cifarlab.augment.steps import IMAGE_SIDE


@dataclass(frozen=True)
class Verdict:
    """What becomes of one argument, and a clause that says so."""

    outcome: Outcome
    text: str


def judge(transform: str, written: Mapping[str, Any], heirs: Mapping[str, tuple[str, ...]]) -> dict[str, Verdict]:
    """A verdict on each written argument of a call; nothing is built.

    `heirs` maps names of 1.x to the names that 2.0.8 has for the same: whose defaults apply where they are ignored.
    """
    known = parameters(transform)
    if not known:
        return dict.fromkeys(written, Verdict("refused", f"2.0.8 has no {transform}"))
    unknown = [name for name in written if name not in known]
    if unknown and not drops_unknown(transform):
        return dict.fromkeys(written, Verdict("refused", f"2.0.8 refuses the call: it does not know {unknown[0]}"))
    try:
        form = validated(transform, written)
    except ValidationError as error:
        return _refused(written, *message(error))
    except Exception:  # 2.0.8 itself goes on with its defaults, whatever a validator raises
        return dict.fromkeys(written, Verdict("ignored", "ignored with a warning; all defaults apply"))
    return {
        name: _used(transform, name, written, form) if name in known else _ignored(transform, name, heirs)
        for name in written
    }


def _refused(written: Mapping[str, Any], culprit: str, reason: str) -> dict[str, Verdict]:
    rest = Verdict("refused", f"2.0.8 refuses the call because of {culprit or 'its values'}: {reason}")
    return {name: Verdict("refused", f"refused: {reason}") if name == culprit else rest for name in written}


def _ignored(transform: str, name: str, heirs: Mapping[str, tuple[str, ...]]) -> Verdict:
    known = parameters(transform)
    if name == "always_apply":
        return Verdict("ignored", "ignored with a warning; p decides")
    applying = [heir for heir in heirs.get(name, ()) if heir in known and known[heir] is not Parameter.empty]
    if applying:
        defaults = ", ".join(f"{heir}={as_code(heir, known[heir])}{_named(heir, known[heir])}" for heir in applying)
        return Verdict("ignored", f"ignored with a warning; {defaults} applies")
    close = [] if (transform, name) in LOST else get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return Verdict("ignored", f"ignored with a warning{hint}")


def _named(name: str, value: Any) -> str:
    return ", black," if name == "fill" and value == 0 else ""


def _used(transform: str, name: str, written: Mapping[str, Any], form: Mapping[str, Any]) -> Verdict:
    if different := _difference(transform, name, written, form):
        return Verdict("different", different)
    if form[name] == written[name]:
        return Verdict("used", "used")
    return Verdict("used", f"used as {as_code(name, form[name])}")


def _difference(transform: str, name: str, written: Mapping[str, Any], form: Mapping[str, Any]) -> str | None:
    if together := _TOGETHER.get((transform, name)):
        return together(form)
    meaning = _MEANINGS.get((transform, name)) or (_fill if name == "fill" else None)
    return meaning(written[name], form[name]) if meaning else None


def _fill(value: Any, _: Any) -> str | None:
    if not is_share(value):
        return None
    levels = value if isinstance(value, tuple) else (value,)
    colour = "black" if all(level < 1 for level in levels) else "nearly black"
    return f"taken as grey levels from 0 to 255: {as_code('fill', value)} is {colour}"


def _whole_shift(_: Any, limits: tuple[float, float]) -> str | None:
    low, high = (IMAGE_SIDE * limit for limit in limits)
    # Cut towards zero, and the limit itself is as good as never drawn.
    reach = [int(math.copysign(max(0, math.ceil(abs(limit)) - 1), limit)) for limit in (low, high)]
    return f"in percent: {low:g} to {high:g} pixels, cut to whole ones, so {reach[0]} to {reach[1]}"


def _apart(_: Any, limits: tuple[float, float]) -> str | None:
    low, high = limits
    return None if low == high else f"width and height zoom apart, each by {low:g} to {high:g}"


def _fraction(value: Any, limits: tuple[float, float]) -> str | None:
    low, high = limits
    # Whoever writes (-10 / 255, 10 / 255) means shares.
    meant = isinstance(value, tuple) and any(limit % 1 for limit in value)
    if meant or max(abs(low), abs(high)) > 1 or low == high == 0:
        return None
    return f"limits up to 1 are shares of 255: {255 * low:g} to {255 * high:g} levels"


def _no_width(_: Any, limits: tuple[float, float]) -> str | None:
    return "2.0.8 divides by sigma: 0 makes every image black" if limits[1] == 0 else None


def _height_decides(form: Mapping[str, Any]) -> str | None:
    ranges = form["hole_height_range"], form["hole_width_range"]
    if not ranges[0][1] >= 1 > ranges[1][1]:
        return None
    height, width = (f"{low}" if low == high else f"{low} to {high}" for low, high in hole_sides(*ranges))
    return f"the height makes both of them pixels: {height} high, {width} wide"


_MEANINGS: dict[tuple[str, str], Callable[[Any, Any], str | None]] = {
    ("ShiftScaleRotate", "shift_limit"): _whole_shift,
    ("ShiftScaleRotate", "shift_limit_x"): _whole_shift,
    ("ShiftScaleRotate", "shift_limit_y"): _whole_shift,
    ("ShiftScaleRotate", "scale_limit"): _apart,
    ("GaussianBlur", "sigma_limit"): _no_width,
    **{("RGBShift", f"{channel}_shift_limit"): _fraction for channel in "rgb"},
}
_TOGETHER: dict[tuple[str, str], Callable[[Mapping[str, Any]], str | None]] = {
    ("CoarseDropout", "hole_height_range"): _height_decides,
    ("CoarseDropout", "hole_width_range"): _height_decides,
}
