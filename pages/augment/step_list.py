"""An augmentation's steps as rows of the layer list, and what the visitor asks of a row as a new augmentation."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cifarlab.augment import (
    STEP_TYPES,
    Augmentation,
    LibraryStep,
    OneOf,
    Step,
    StepSpec,
    new_step_id,
    walk_steps,
)
from cifarlab.spec import field_help, read_spec
from pages.parts.labels import is_share, words
from pages.parts.layer_list import Action, Item

SHORT_UNITS = {"degrees": "°", "pixels": " px", "grey levels": ""}


def items_of(augmentation: Augmentation) -> tuple[Item, ...]:
    """A row for each step: its name, its values in short, its switch."""
    return tuple(
        Item(str(step.id), title_of(step), ", ".join(_values(step)), enabled=step.enabled)
        for step in augmentation.steps
    )


def title_of(step: StepSpec) -> str:
    """A step's name for people: its type or transform, and a number when there are several of its kind."""
    number = str(step.id).rpartition("_")[2]
    name = step.transform if isinstance(step, LibraryStep) else words(step.stem)
    return f"{name} {number}" if number.isdigit() else name


def apply(augmentation: Augmentation, action: Action) -> Augmentation:
    """The augmentation after an action on one of its steps; selecting changes nothing."""
    steps = list(augmentation.steps)
    at = next(index for index, step in enumerate(steps) if step.id == action.id)
    step = steps[at]
    if action.op == "toggle":
        steps[at] = step.model_copy(update={"enabled": not step.enabled})
    elif action.op == "move":
        steps.insert(action.index, steps.pop(at))
    elif action.op == "duplicate":
        steps.insert(at + 1, _copy(augmentation, step))
    elif action.op == "remove":
        del steps[at]
    return _with_steps(augmentation, steps)


def add(augmentation: Augmentation, type: str) -> Augmentation:
    """The augmentation with a step of this type, with its defaults, after all others."""
    step = read_spec(STEP_TYPES[type], {"id": _free_id(augmentation, type)})
    return _with_steps(augmentation, [*augmentation.steps, step])


def replace(augmentation: Augmentation, step: StepSpec) -> Augmentation:
    """The augmentation with `step` in place of the one that has its id."""
    return _with_steps(augmentation, [step if old.id == step.id else old for old in augmentation.steps])


def find(augmentation: Augmentation, step_id: str | None) -> Step | None:
    """The step with this id, or else the first one; None when there are no steps."""
    steps = augmentation.steps
    return next((step for step in steps if step.id == step_id), steps[0] if steps else None)


def _with_steps(augmentation: Augmentation, steps: list[Step] | list[StepSpec]) -> Augmentation:
    return read_spec(Augmentation, {"steps": tuple(steps), "normalize": augmentation.normalize}, "augmentation")


def _copy(augmentation: Augmentation, step: Step) -> Step:
    """The step under another id; the steps in a group are named anew when the augmentation is read."""
    update: dict[str, object] = {"id": _free_id(augmentation, step.stem)}
    if isinstance(step, OneOf):
        update["steps"] = tuple(child.model_copy(update={"id": None}) for child in step.steps)
    return step.model_copy(update=update)


def _free_id(augmentation: Augmentation, stem: str) -> str:
    return new_step_id(stem, {str(step.id) for step in walk_steps(augmentation.steps)})


def _values(step: StepSpec) -> Iterator[str]:
    """A step's values in short: the numbers among its fields, a group's steps, a transform's arguments."""
    yield from _numbers(step)
    if isinstance(step, OneOf):
        yield " or ".join(title_of(child) for child in step.candidates) or "nothing to choose from"
    if isinstance(step, LibraryStep):
        yield from (f"{name} {_short(value)}" for name, value in step.arguments.to_plain().items())


def _short(value: object) -> str:
    """An argument's value in short: a range as `1 to 4`, other lists and mappings as they are in JSON."""
    if isinstance(value, list) and len(value) == 2:
        return f"{_short(value[0])} to {_short(value[1])}"
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def _numbers(step: StepSpec) -> Iterator[str]:
    for name in type(step).model_fields:
        try:
            bounds = field_help(type(step), name)
        except KeyError:
            continue
        value = getattr(step, name)
        if name == "probability":
            yield f"p {value:.2f}"
        elif is_share(bounds):
            yield f"{name} {value:.0%}"
        else:
            yield f"{name} {value:g}{SHORT_UNITS.get(bounds.unit, '')}"
