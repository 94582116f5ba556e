"""What transforms of albumentations 1.x do that those of 2.0.8 cannot: arguments without a counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cifarlab.augment.code.rows import as_code
from cifarlab.augment.code.signatures import signature_1x
from cifarlab.augment.code.values import numbers_in


@dataclass(frozen=True)
class Lost:
    """What an argument of 1.x does, and up to which limit it does nothing."""

    effect: str
    idle: float


LOST: dict[tuple[str, str], Lost] = {
    ("ElasticTransform", "alpha_affine"): Lost("moves three points of the image by up to so many pixels", 0),
    # Drawn and rounded to whole pixels: 1.x's own default, 0.05, does nothing.
    ("OpticalDistortion", "shift_limit"): Lost("moves the image by up to so many whole pixels", 0.5),
}
"""Transform and argument -> what is lost.

Source: `get_params` and `elastic_transform` of albumentations 1.3.1.
"""


def lost_values(transform: str, written: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The arguments that do something in 1.x, written or by default, and nothing in 2.0.8: name and value."""
    for (of, argument), lost in LOST.items():
        if of == transform:
            value = written.get(argument, signature_1x(transform)[argument])
            if any(abs(number) > lost.idle for number in numbers_in(value)):
                yield argument, value


def lost_notes(transform: str, written: Mapping[str, Any]) -> Iterator[str]:
    """A sentence about each of them."""
    for argument, value in lost_values(transform, written):
        effect = LOST[transform, argument].effect
        code = f"{argument}={as_code(argument, value)}"
        yield f"{transform} of 1.x also {effect} ({code}), which 2.0.8 cannot do: that part is left out."
