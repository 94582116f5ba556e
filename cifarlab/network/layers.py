"""What a network is made of: one frozen spec per kind of layer.

Geometry is square: one whole number serves both axes. The number of input channels is never stored: it follows from the
layer before, so that layers can be moved freely.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Discriminator, Field, Tag, model_validator

from cifarlab.spec import UNTAGGED, Spec, real, whole

IMAGE_SIDE = 32
IMAGE_CHANNELS = 3
MAXIMUM_LAYERS = 500
MAXIMUM_DEPTH = 16

LAYER_ID = r"^[a-z][a-z0-9_]{0,31}$"


class Dropout(Spec):
    """Zeroes single values with this probability during training, and scales the rest up."""

    dropout: float = real("a dropout probability", 0, 0.9, "Share of values zeroed during training.")


class Dropout2d(Spec):
    """Zeroes whole channels with this probability during training, and scales the rest up."""

    dropout2d: float = real("a dropout probability", 0, 0.9, "Share of channels zeroed during training.")


class PoolAfter(Spec):
    """Max-pooling that stands between a convolution and what follows it; its stride is its kernel."""

    max_pool: int = whole("a kernel", 2, 32, "Side of the square that is reduced to its maximum.", unit="pixels")


Activation: TypeAlias = Literal["relu", "gelu", "silu"]
PlainOperation: TypeAlias = Literal["relu", "gelu", "silu", "batchnorm"]


def _operation_kind(operation: object) -> str:
    """The tag of an operation: its one key, as a mapping or as a spec; a bare word has none of its own."""
    if isinstance(operation, dict):
        return str(next(iter(operation), ""))
    if isinstance(operation, Spec):
        return next(iter(type(operation).model_fields))
    return UNTAGGED if operation in get_args(PlainOperation) else ""


Operation: TypeAlias = Annotated[
    Annotated[PlainOperation, Tag(UNTAGGED)]
    | Annotated[Dropout, Tag("dropout")]
    | Annotated[Dropout2d, Tag("dropout2d")]
    | Annotated[PoolAfter, Tag("max_pool")],
    Discriminator(
        _operation_kind,
        custom_error_type="operation",
        custom_error_message="choose relu, gelu, silu, batchnorm, {dropout: 0.1}, {dropout2d: 0.1} or {max_pool: 2}",
    ),
]
Then: TypeAlias = tuple[Operation, ...]

LayerId: TypeAlias = Annotated[str, Field(pattern=LAYER_ID)]


class LayerSpec(Spec):
    """What every layer has: an id, unique in its network; left empty, the network numbers it by its type."""

    id: LayerId | None = Field(
        None,
        description="Short unique name.",
        json_schema_extra={"allowed": "an id is a small letter, then at most 31 small letters, digits or _"},
    )


def _kernel(default: Any = ..., low: int = 1) -> Any:
    return whole("a kernel", low, 32, "Side of the square kernel.", unit="pixels", default=default)


def _stride(default: Any = 1) -> Any:
    return whole("a stride", 1, 32, "Step of the kernel from one output to the next.", unit="pixels", default=default)


def _padding() -> Any:
    return whole("a padding", 0, 32, "Zeros added on each side.", unit="pixels", default=0)


def _channels() -> Any:
    return whole("a number of output channels", 1, 65_536, "Number of feature maps that come out.", unit="channels")


def _dilation() -> Any:
    return whole("a dilation", 1, 32, "Distance between the kernel's taps.", unit="pixels", default=1)


def _bias(default: bool) -> Any:
    return Field(default, strict=True, description="Add a learned constant to each output channel.")


class Conv(LayerSpec):
    """A 2-D convolution, followed by the operations of `then` in their order."""

    type: Literal["conv"] = "conv"
    out_channels: int = _channels()
    kernel: int = _kernel(3)
    stride: int = _stride()
    padding: int = _padding()
    dilation: int = _dilation()
    groups: int = whole(
        "a number of groups", 1, 65_536, "Channels are split into this many separate convolutions.", default=1
    )
    bias: bool = _bias(False)
    then: Then = ()


class Depthwise(LayerSpec):
    """A depthwise convolution: one kernel per input channel, as many channels out as in."""

    type: Literal["depthwise"] = "depthwise"
    kernel: int = _kernel(3)
    stride: int = _stride()
    padding: int = _padding()
    dilation: int = _dilation()
    bias: bool = _bias(False)
    then: Then = ()


class MaxPool(LayerSpec):
    """The maximum over a square; without `stride` the squares touch."""

    type: Literal["max_pool"] = "max_pool"
    kernel: int = _kernel(2)
    stride: int | None = _stride(None)
    padding: int = _padding()


class AveragePool(LayerSpec):
    """The mean over a square, padding counted; without `stride` the squares touch."""

    type: Literal["average_pool"] = "average_pool"
    kernel: int = _kernel(2)
    stride: int | None = _stride(None)
    padding: int = _padding()


class GlobalAveragePool(LayerSpec):
    """The mean over the whole map (GAP), whatever its size."""

    type: Literal["gap"] = "gap"


class Linear(LayerSpec):
    """A fully connected layer over all values of the map before it, flattened channel by channel."""

    type: Literal["linear"] = "linear"
    out_features: int = whole("a number of output features", 1, 65_536, "Number of values that come out.")
    bias: bool = _bias(True)
    then: Then = ()


class Residual(LayerSpec):
    """A block whose output is added to its input, carried as it is or through a 1x1 projection."""

    type: Literal["residual"] = "residual"
    body: tuple[Layer, ...]
    shortcut: Literal["identity", "projection"] = Field(
        "identity",
        description="identity adds the input itself; projection passes it through a 1x1 convolution.",
    )


Layer: TypeAlias = Annotated[
    Conv | Depthwise | MaxPool | AveragePool | GlobalAveragePool | Linear | Residual, Discriminator("type")
]
Residual.model_rebuild()


class Network(Spec):
    """A network: its layers in order, from float32 images (N, 3, 32, 32) to logits (N, classes).

    Every layer has an id afterwards: those that came without one are numbered by type (`conv1`, `conv2`, `gap1`).
    """

    classes: int = whole("a number of classes", 2, 1000, "How many classes the last layer tells apart.", default=10)
    layers: tuple[Layer, ...]

    @model_validator(mode="after")
    def _name_layers(self) -> Network:
        _refuse_excess(self.layers)
        _refuse_duplicates(self.layers)
        taken = {layer.id for layer in walk(self.layers) if layer.id}
        # The model is frozen for everyone else; here it is still being made.
        object.__setattr__(self, "layers", tuple(_named(self.layers, Counter(), taken)))
        return self


def walk(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Every layer in order of depth: a residual block before the members of its body."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from walk(layer.body)


def _refuse_excess(layers: tuple[Layer, ...]) -> None:
    if (depth := _depth(layers)) > MAXIMUM_DEPTH:
        raise ValueError(f"residual blocks nested {depth} deep are not allowed; nest at most {MAXIMUM_DEPTH}")
    if (total := sum(1 for _ in walk(layers))) > MAXIMUM_LAYERS:
        raise ValueError(f"{total} layers are not allowed; a network has at most {MAXIMUM_LAYERS}")


def _depth(layers: tuple[Layer, ...]) -> int:
    return max((1 + _depth(layer.body) for layer in layers if isinstance(layer, Residual)), default=0)


def _refuse_duplicates(layers: tuple[Layer, ...]) -> None:
    counts = Counter(layer.id for layer in walk(layers) if layer.id)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise ValueError(f"the id {twice[0]!r} is used {counts[twice[0]]} times; give each layer an id of its own")


def _named(layers: tuple[Layer, ...], numbers: Counter[str], taken: set[str]) -> Iterator[Layer]:
    for layer in layers:
        update: dict[str, Any] = {}
        if layer.id is None:
            update["id"] = new_id(layer.type, numbers, taken)
        if isinstance(layer, Residual):
            update["body"] = tuple(_named(layer.body, numbers, taken))
        yield layer.model_copy(update=update) if update else layer


def new_id(type: str, numbers: Counter[str], taken: set[str]) -> str:
    """The next free id for a layer of this type; counts it in `numbers` and adds it to `taken`."""
    while True:
        numbers[type] += 1
        if (name := f"{type}{numbers[type]}") not in taken:
            taken.add(name)
            return name
