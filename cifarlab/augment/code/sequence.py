"""The transforms of a pasted pipeline, one after the other, as steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from cifarlab.augment.code.calls import COMPOSITIONS, Call
from cifarlab.augment.code.crops import CROPS, changes_nothing, is_padding, padded_crop
from cifarlab.augment.code.lost import lost_notes
from cifarlab.augment.code.normalization import read_normalization
from cifarlab.augment.code.rows import LEFT_OUT, ArgumentRow
from cifarlab.augment.code.source import refused
from cifarlab.augment.code.table import rows_of
from cifarlab.augment.code.translation import Translated, as_choice, as_step, translated, with_probability
from cifarlab.augment.code.versions import Version, bound, call_version
from cifarlab.augment.steps import HorizontalFlip, LibraryStep, Normalization, OneOf, SingleStep, StepSpec, VerticalFlip
from cifarlab.spec import PlainMapping

_IDLE = {"NoOp": "it does nothing", "ToFloat": "normalisation does it", "ToRGB": "images here are RGB"}
_HALF_A_TURN = {"limit": (180, 180)}
_ANY = "any other transform"


@dataclass
class Steps:
    """What has been read so far; it grows while a pipeline is read."""

    version: Version
    steps: list[StepSpec] = field(default_factory=list)
    rows: list[ArgumentRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    normalize: Normalization | Literal["dataset"] | None = None


_Readers: TypeAlias = Mapping[str, Callable[[Steps, Call], None]]


def read_steps(calls: Sequence[Call], version: Version) -> Steps:
    """The steps that the calls mean, in order, with a row for each argument.

    Raises:
        ValueError: with the line; a call is no step here, or a value is not allowed.
    """
    return _read(calls, version, _READERS)


def _read(calls: Sequence[Call], version: Version, readers: _Readers) -> Steps:
    read, waiting = Steps(version), list(calls)
    while waiting:
        call = waiting.pop(0)
        if is_padding(call):
            _add_padded_crop(read, call, waiting.pop(0) if waiting else None)
        else:
            readers.get(call.name, readers[_ANY])(read, call)
    return read


def _add_step(read: Steps, call: Call) -> None:
    _add_translated(read, translated(call, read.version))


def _add_weighed_step(read: Steps, call: Call) -> None:
    _add_translated(read, as_choice(translated(call, read.version)))


def _add_translated(read: Steps, step: Translated) -> None:
    read.steps.append(step.step)
    read.rows.extend(rows_of(step))
    if step.version == "1.x":
        read.notes.extend(lost_notes(step.call.name, step.values))


def _add_padded_crop(read: Steps, padding: Call, crop: Call | None) -> None:
    version = call_version(padding) or read.version
    modern = padded_crop(padding, crop, version)
    step = with_probability(padding, as_step(padding, modern), 1)
    written = bound(padding, padding.name, version)
    values = {name: argument.value for name, argument in written.items()}
    read.steps.append(step)
    read.rows.extend(rows_of(Translated(step, padding, version, written, modern, values)))
    read.notes.append(
        f"{padding.name} and RandomCrop are one step here: a shift of up to as many pixels as were padded."
    )


def _add_normalization(read: Steps, call: Call) -> None:
    read.normalize, rows = read_normalization(call, read.version)
    read.rows.extend(rows)


def _leave_out_crop(read: Steps, call: Call) -> None:
    if changes_nothing(call, read.version):
        read.notes.append(f"{call.name} was left out: images here have 32x32 pixels already.")


def _leave_out(read: Steps, call: Call) -> None:
    if reason := _IDLE.get(call.name):
        read.notes.append(f"{call.name} was left out: {reason}.")


def _add_group(read: Steps, call: Call) -> None:
    inner = _inner(read, call, _CHOICE_READERS)
    if not inner.steps or len(inner.steps) < len(call.inner):
        raise refused(call.line, "OneOf has to hold steps, one for each choice; move everything else out of it")
    if any(isinstance(step, OneOf) for step in inner.steps):
        raise refused(call.line, "groups do not nest here; write the steps of the inner OneOf one by one")
    probability = call.value("p", 0.5)
    group = OneOf(steps=cast(tuple[SingleStep, ...], tuple(inner.steps)))
    _add(read, call, with_probability(call, group, probability), inner)


def _add_sequence(read: Steps, call: Call) -> None:
    inner = _inner(read, call, _READERS)
    if len(inner.steps) != 1:
        raise refused(
            call.line, "Sequential skips several steps at once, which is not offered here; list its steps one by one"
        )
    probability = call.value("p", 0.5)
    # Checked apart: a product hides which of its factors is out of range.
    with_probability(call, inner.steps[0], probability)
    step = with_probability(call, inner.steps[0], inner.steps[0].probability * probability)
    _add(read, call, step, inner)


def _add_choice(read: Steps, call: Call) -> None:
    """A composition as one of a group's choices: its p is the weight of its one step, which applies once chosen."""
    inner = _inner(read, call, _READERS)
    if len(inner.steps) != 1:
        raise refused(
            call.line, f"{call.name} in OneOf is one choice of {len(inner.steps)} steps; write one step for each choice"
        )
    (step,) = inner.steps
    if step.probability < 1:
        chance = f"{call.name} in OneOf is chosen first, and then its step applies with p={step.probability:g} only"
        raise refused(call.line, f"{chance}, which is not offered here; write p=1 in the step")
    if call.name in COMPOSITIONS:
        _take_over(read, step, inner)
    else:
        _add(read, call, with_probability(call, step, call.value("p", 0.5)), inner)


def _add_flip(read: Steps, call: Call) -> None:
    """Flip of 1.x draws one of three: left and right, top and bottom, or both, which is half a turn."""
    written = bound(call, call.name, "1.x")
    always = "always_apply" in written and written["always_apply"].value is True
    given = written["p"].value if "p" in written else 0.5
    half_a_turn = LibraryStep(transform="Rotate", arguments=PlainMapping(_HALF_A_TURN), probability=1.0)
    choices = (HorizontalFlip(probability=1.0), VerticalFlip(probability=1.0), half_a_turn)
    group = with_probability(call, OneOf(steps=choices), 1 if always else given)
    read.steps.append(group)
    for name in dict.fromkeys((*written, "p")):
        text = written[name].text if name in written else LEFT_OUT
        recipe = f"probability: {group.probability:g}"
        read.rows.append(ArgumentRow(call.line, "Flip", name, text, "refused", "2.0.8 has no Flip", recipe))


def _add(read: Steps, call: Call, step: StepSpec, inner: Steps) -> None:
    text = next((argument.text for argument in call.arguments if argument.name == "p"), LEFT_OUT)
    library = "used" if text != LEFT_OUT else "0.5 is the default"
    recipe = f"probability: {step.probability:g}"
    read.rows.append(ArgumentRow(call.line, call.name, "p", text, "used", library, recipe))
    _take_over(read, step, inner)


def _take_over(read: Steps, step: StepSpec, inner: Steps) -> None:
    read.steps.append(step)
    read.rows.extend(inner.rows)
    read.notes.extend(inner.notes)


def _inner(read: Steps, call: Call, readers: _Readers) -> Steps:
    inner = _read(call.inner, read.version, readers)
    if inner.normalize is not None:
        raise refused(call.line, f"{call.name} holds Normalize; every image is normalised, so move it behind")
    return inner


_READERS: _Readers = {
    _ANY: _add_step,
    "Flip": _add_flip,
    "Normalize": _add_normalization,
    "OneOf": _add_group,
    "Sequential": _add_sequence,
    **dict.fromkeys(CROPS, _leave_out_crop),
    **dict.fromkeys(("ToTensor", "ToTensorV2", *_IDLE), _leave_out),
}
_CHOICE_READERS: _Readers = {
    **_READERS,
    _ANY: _add_weighed_step,
    **dict.fromkeys(("Sequential", *COMPOSITIONS), _add_choice),
}
