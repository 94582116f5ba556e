"""A.Normalize in pasted code as the recipe's normalisation."""

from __future__ import annotations

from typing import Any, Literal

from cifarlab.augment.code.calls import Call
from cifarlab.augment.code.modern import parameters
from cifarlab.augment.code.rows import LEFT_OUT, ArgumentRow, as_code
from cifarlab.augment.code.source import refused
from cifarlab.augment.code.values import Symbol
from cifarlab.augment.code.versions import Version, bound
from cifarlab.augment.steps import Normalization
from cifarlab.spec import SpecError, read_spec

_FIELDS = ("mean", "std")


def read_normalization(call: Call, version: Version) -> tuple[Normalization | Literal["dataset"], list[ArgumentRow]]:
    """The numbers that images are normalised by, and a row for each argument.

    A mean and a std that the code works out from its images become `dataset`.

    Raises:
        ValueError: with the line; it is another normalisation than (value / 255 - mean) / std.
    """
    written = bound(call, "Normalize", version)
    values = dict(parameters("Normalize"))
    values |= {name: argument.value for name, argument in written.items()}
    normalize = _numbers(call, values)
    rows = [
        _row(call, name, written[name].text if name in written else LEFT_OUT, normalize)
        for name in dict.fromkeys((*_FIELDS, *written))
    ]
    return normalize, rows


def _numbers(call: Call, values: dict[str, Any]) -> Normalization | Literal["dataset"]:
    if values["normalization"] != "standard" or values["p"] != 1:
        raise refused(
            call.line, "only the standard normalisation, of every image, is offered; write mean and std alone"
        )
    if isinstance(values["mean"], Symbol) or isinstance(values["std"], Symbol):
        return "dataset"
    try:
        scale = values["max_pixel_value"] / 255
        document = {name: [float(value) * scale for value in _three(values[name])] for name in _FIELDS}
        return read_spec(Normalization, document, "Normalize")
    except SpecError as error:
        raise refused(call.line, error.findings[0]) from error
    except (TypeError, ValueError) as error:
        raise refused(call.line, "Normalize takes three numbers for R, G, B as mean and as std; write them") from error


def _three(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * 3


def _row(call: Call, name: str, text: str, normalize: Normalization | Literal["dataset"]) -> ArgumentRow:
    known = name in parameters("Normalize")
    library = "used" if known else "ignored with a warning"
    if text == LEFT_OUT:
        library = f"{as_code(name, parameters('Normalize')[name])} is the default"
    return ArgumentRow(
        call.line, "Normalize", name, text, "used" if known else "ignored", library, _used(name, normalize)
    )


def _used(name: str, normalize: Normalization | Literal["dataset"]) -> str:
    if name not in _FIELDS:
        return "nothing: every image is normalised" if name in ("always_apply", "p") else "nothing: levels go to 255"
    if isinstance(normalize, Normalization):
        return f"normalize.{name}: {as_code(name, getattr(normalize, name))}"
    return "normalize: dataset, the training images' own numbers"
