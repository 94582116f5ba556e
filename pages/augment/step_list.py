"""An augmentation's steps as rows of the layer list, and what the visitor asks of a row as a new augmentation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from cifarlab.augment import (
    Augmentation,
    LibraryStep,
    OneOf,
    Step,
    StepSpec,
    new_step_id,
    walk_steps,
)
from cifarlab.spec import field_help, read_spec
from pages.parts.labels import in_short, is_share, words
from pages.parts.layer_list import Action, Item


def items_of(augmentation: Augmentation) -> tuple[Item, ...]:
    """A row for each step: its name, its values in short, its switch; the steps of a group below it."""
    return tuple(_item(step) for step in augmentation.steps)


def _item(step: Step) -> Item:
    children = tuple(_item(child) for child in step.steps) if isinstance(step, OneOf) else None
    return Item(str(step.id), title_of(step), ", ".join(_values(step)), enabled=step.enabled, children=children)


def title_of(step: StepSpec) -> str:
    """A step's name for people: its type or transform, and a number when there are several of its kind."""
    number = str(step.id).rpartition("_")[2]
    name = step.transform if isinstance(step, LibraryStep) else words(step.stem)
    return f"{name} {number}" if number.isdigit() else name


def titles_of(augmentation: Augmentation) -> dict[str, str]:
    """The title of each step by its id, those of a group too."""
    return {str(step.id): title_of(step) for step in walk_steps(augmentation.steps)}


def apply(augmentation: Augmentation, action: Action) -> Augmentation:
    """The augmentation after an action on one of its steps; selecting changes nothing, nor does a step that is gone.

    A group that has lost its last step is gone, and no group goes into another.
    """
    step = next((step for step in walk_steps(augmentation.steps) if step.id == action.id), None)
    if step is None:
        return augmentation
    if action.op == "toggle":
        return replace(augmentation, step.model_copy(update={"enabled": not step.enabled}))
    if action.op == "duplicate":
        return _changed(augmentation, action.id, lambda found: [found, _copy(augmentation, found)])
    if action.op == "remove":
        return _changed(augmentation, action.id, lambda _: [])
    if action.op == "move" and not (isinstance(step, OneOf) and action.parent):
        return _moved(augmentation, step, action)
    return augmentation


def add(augmentation: Augmentation, step: Step) -> Augmentation:
    """The augmentation with a step, under an id of its own, after all others."""
    return _with_steps(augmentation, [*augmentation.steps, _copy(augmentation, step)])


def group(augmentation: Augmentation, step_id: str) -> Augmentation:
    """The augmentation with a group around the step with this id; what is in a group already stays as it is."""
    return _with_steps(
        augmentation,
        [
            OneOf(id=_free_id(augmentation, "one_of"), probability=1.0, steps=(step,))
            if step.id == step_id and not isinstance(step, OneOf)
            else step
            for step in augmentation.steps
        ],
    )


def replace(augmentation: Augmentation, step: Step) -> Augmentation:
    """The augmentation with `step` in place of the one that has its id."""
    return _changed(augmentation, str(step.id), lambda _: [step])


def find(augmentation: Augmentation, step_id: str | None) -> Step | None:
    """The step with this id, or else the first one; None when there are no steps."""
    steps = augmentation.steps
    return next((step for step in walk_steps(steps) if step.id == step_id), steps[0] if steps else None)


def first_new(before: Augmentation, after: Augmentation) -> str | None:
    """The id of the first step that was not there before."""
    known = {step.id for step in walk_steps(before.steps)}
    return next((step.id for step in walk_steps(after.steps) if step.id not in known), None)


def _changed(augmentation: Augmentation, step_id: str, change: Callable[[Step], list[Step]]) -> Augmentation:
    """The augmentation with what `change` makes of one step in its place."""

    def within(steps: Sequence[Step]) -> list[Step]:
        changed = [new for step in steps for new in (change(step) if step.id == step_id else [step])]
        return [_with_children(step, within(step.steps)) if isinstance(step, OneOf) else step for step in changed]

    return _with_steps(augmentation, within(augmentation.steps))


def _moved(augmentation: Augmentation, step: Step, action: Action) -> Augmentation:
    """The augmentation with a step at another place, whose index counts without the step."""

    def within(steps: Sequence[Step], parent: str | None) -> list[Step]:
        others = [other for other in steps if other.id != step.id]
        if parent == action.parent:
            others.insert(action.index, step)
        return [
            _with_children(other, within(other.steps, other.id))
            if isinstance(other, OneOf) and other is not step
            else other
            for other in others
        ]

    return _with_steps(augmentation, within(augmentation.steps, None))


def _with_children(group: OneOf, children: Sequence[Step]) -> OneOf:
    return group.model_copy(update={"steps": tuple(children)})


def _with_steps(augmentation: Augmentation, steps: Sequence[Step]) -> Augmentation:
    """The augmentation with these steps, without groups that are empty."""
    filled = tuple(step for step in steps if not isinstance(step, OneOf) or step.steps)
    return read_spec(Augmentation, {"steps": filled, "normalize": augmentation.normalize}, "augmentation")


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
        yield "one of these" if step.candidates else "nothing to choose from"
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
            yield f"{name} {in_short(value, bounds.unit)}"
