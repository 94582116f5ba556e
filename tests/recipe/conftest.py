from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from cifarlab.augment.steps import (
    STEP_TYPES,
    Augmentation,
    CoarseDropout,
    LibraryStep,
    Normalization,
    OneOf,
    walk_steps,
)
from cifarlab.network.goals import Forbids, Needs, ParametersBelow, ReceptiveFieldAbove
from cifarlab.network.layers import (
    AveragePool,
    Conv,
    Depthwise,
    Dropout,
    Dropout2d,
    GlobalAveragePool,
    Linear,
    MaxPool,
    Network,
    PoolAfter,
    Residual,
    walk,
)
from cifarlab.recipe.document import Published, Recipe
from cifarlab.recipe.goals import AccuracyAtLeast, CourseAugmentation, OneCyclePeak
from cifarlab.recipe.optimizers import SGD, Adam, AdamW, Muon
from cifarlab.recipe.schedules import MOST_MILESTONES, Constant, Cosine, OneCycle, StepDecay
from cifarlab.recipe.training import Ema, Training
from cifarlab.spec import PlainMapping, field_help

TEXTS = st.text(st.characters(codec="utf-8"), max_size=120) | st.lists(
    st.sampled_from(["a", "recipe:", "-", "#", "on", "1e3", "{x}", "50", "%", "ends.", "~", "'quoted'"]), max_size=40
).map(" ".join)
# Names that numbering by type could give to another layer or step are the hard ones.
IDS = st.sampled_from([None, None, None, "conv1", "conv2", "conv3", "gap1", "stem", "to_gray", "to_gray_2", "conv"])


def values(spec, name):
    help = field_help(spec, name)
    if isinstance(spec.model_fields[name].annotation, type) and spec.model_fields[name].annotation is float:
        return st.floats(help.minimum, help.maximum)
    return st.integers(int(help.minimum), int(help.maximum))


def specs(spec, **given):
    numeric = {}
    for name in spec.model_fields.keys() - given.keys():
        try:
            numeric[name] = values(spec, name)
        except KeyError:
            continue
    return st.builds(spec, **numeric, **given)


THEN = st.lists(
    st.sampled_from(["relu", "gelu", "silu", "batchnorm"]) | specs(Dropout) | specs(Dropout2d) | specs(PoolAfter),
    max_size=4,
).map(tuple)
LEAVES = st.one_of(
    specs(Conv, id=IDS, bias=st.booleans(), then=THEN),
    specs(Depthwise, id=IDS, bias=st.booleans(), then=THEN),
    specs(MaxPool, id=IDS, stride=st.none() | st.integers(1, 32)),
    specs(AveragePool, id=IDS),
    specs(GlobalAveragePool, id=IDS),
    specs(Linear, id=IDS, bias=st.booleans(), then=THEN),
)


def residuals(inner):
    shortcuts = st.sampled_from(["identity", "projection"])
    return st.builds(Residual, id=IDS, body=st.lists(inner, max_size=3).map(tuple), shortcut=shortcuts)


def distinct(ids):
    given = [id for id in ids if id]
    return len(given) == len(set(given))


def networks():
    layers = st.lists(st.recursive(LEAVES, residuals, max_leaves=4), max_size=6)
    distinctly_named = layers.filter(lambda layers: distinct(layer.id for layer in walk(layers)))
    return st.builds(Network, classes=st.integers(2, 1000), layers=distinctly_named.map(tuple))


def augmentations():
    shares, scales = st.floats(0, 1), st.floats(1e-9, 10)
    fills = st.just("mean") | st.tuples(*[st.integers(0, 255)] * 3)
    normalizations = st.builds(Normalization, mean=st.tuples(*[shares] * 3), std=st.tuples(*[scales] * 3))
    given = {CoarseDropout: {"fill": fills}}
    switch = {"id": IDS, "enabled": st.booleans()}
    single = st.one_of(*(specs(s, **switch, **given.get(s, {})) for s in STEP_TYPES.values()), library_steps(switch))
    groups = specs(OneOf, **switch, steps=st.lists(single, min_size=1, max_size=3).map(tuple))
    distinctly_named = st.lists(single | groups, max_size=5).filter(
        lambda steps: distinct(step.id for step in walk_steps(steps))
    )
    return st.builds(Augmentation, steps=distinctly_named.map(tuple), normalize=st.just("dataset") | normalizations)


def library_steps(switch):
    """Transforms of albumentations, with arguments of every form that a document can hold."""
    noise = st.lists(st.floats(-1, 1), min_size=2, max_size=2).map(sorted)
    arguments = {
        "CLAHE": {"clip_limit": st.floats(1, 8) | st.just([1, 4]), "tile_grid_size": st.just([4, 4])},
        "Sharpen": {"method": st.sampled_from(["kernel", "gaussian"])},
        "Equalize": {"by_channels": st.booleans()},
        "AutoContrast": {"ignore": st.none() | st.integers(0, 255)},
        "AdditiveNoise": {"noise_params": st.fixed_dictionaries({"ranges": st.tuples(noise)})},
    }
    return st.one_of(
        *(
            specs(
                LibraryStep,
                **switch,
                transform=st.just(name),
                arguments=st.fixed_dictionaries({}, optional=values).map(PlainMapping),
            )
            for name, values in arguments.items()
        )
    )


def schedules(epochs):
    """Schedules of every kind that a run of so many epochs can have."""
    moments = st.floats(0, epochs)
    milestones = st.lists(moments, max_size=MOST_MILESTONES).map(sorted).map(tuple)
    return st.one_of(
        one_cycles(epochs),
        specs(Cosine, warmup_epochs=moments),
        specs(StepDecay, milestones=milestones, warmup_epochs=moments),
        specs(Constant, warmup_epochs=moments),
    )


@st.composite
def one_cycles(draw, epochs):
    peak_epoch, end = draw(st.floats(0, epochs)), draw(st.floats(0, 1))
    return draw(
        specs(
            OneCycle,
            peak_epoch=st.just(peak_epoch),
            end=st.just(end),
            shape=st.sampled_from(["linear", "cosine"]),
            annihilation_epochs=st.floats(0, epochs - peak_epoch),
            annihilation_end=st.floats(0, end),
        )
    )


@st.composite
def trainings(draw):
    epochs = draw(st.integers(1, 1000))
    switch = st.booleans()
    adams = [specs(kind, decay_norms_and_biases=switch) for kind in (Adam, AdamW, Muon)]
    return draw(
        specs(
            Training,
            epochs=st.just(epochs),
            optimizer=st.one_of(*adams, specs(SGD, nesterov=switch, decay_norms_and_biases=switch)),
            schedule=schedules(epochs),
            ema=st.none() | specs(Ema),
            test_time_flip=switch,
            precision=st.sampled_from(["auto", "float32", "bfloat16"]),
        )
    )


def goals():
    features = st.sampled_from(["depthwise_separable", "dilated", "global_average_pool", "max_pool"])
    return st.one_of(
        specs(ReceptiveFieldAbove),
        specs(ParametersBelow),
        specs(Needs, feature=features),
        specs(Forbids, feature=features),
        specs(AccuracyAtLeast, epochs=st.none() | st.integers(1, 1000)),
        specs(CourseAugmentation),
        specs(OneCyclePeak),
    )


@pytest.fixture(scope="session")
def recipes() -> st.SearchStrategy[Recipe]:
    percents = st.none() | st.floats(0, 100)
    return st.builds(
        Recipe,
        name=st.sampled_from(["quick", "1e3", "on", "null", "2024-01-01", "a.b_c-d", "0x1f"]),
        description=TEXTS,
        network=networks(),
        augmentation=augmentations(),
        training=trainings(),
        tuning=TEXTS,
        goals=st.lists(goals(), max_size=4).map(tuple),
        published=st.none()
        | st.builds(
            Published,
            accuracy_percent=percents,
            class_accuracies_percent=st.lists(st.floats(0, 100), max_size=10).map(tuple),
            note=TEXTS,
        ),
    )


@pytest.fixture
def replaced() -> Callable[..., Recipe]:
    """A recipe with one section's fields replaced: `replaced(recipe, "training", epochs=3)`."""

    def replace(recipe: Recipe, section: str, **update: object) -> Recipe:
        return recipe.model_copy(update={section: getattr(recipe, section).model_copy(update=update)})

    return replace
