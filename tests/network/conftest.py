from collections.abc import Callable
from importlib.resources import files
from math import gcd

import pytest
import yaml
from hypothesis import strategies as st

from cifarlab.network import Network
from cifarlab.spec import read_spec


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Network]:
    """The network of a recipe that ships, read without the recipe package."""

    def read(name: str) -> Network:
        text = (files("cifarlab.recipe") / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")
        return read_spec(Network, yaml.safe_load(text)["network"], "network")

    return read


@pytest.fixture(scope="session")
def fitting_networks() -> st.SearchStrategy[Network]:
    """Networks of up to six layers and blocks of random geometry that fit, then global pooling and a linear layer.

    Even kernels, padding beyond the kernel, strides, dilation, groups, pools with and without overlap, and residual
    blocks, of both kinds of shortcut, nested too. Fields stay within 64 pixels, so that a canvas can hold them.
    """
    return _fitting()


@pytest.fixture(scope="session")
def any_networks() -> st.SearchStrategy[Network]:
    """Networks of layers in any order, many of them broken: large kernels, uneven groups, maps after a linear layer."""
    return _any()


@st.composite
def _any(draw):
    return read_spec(Network, {"layers": draw(st.lists(_any_layer(), min_size=1, max_size=5))}, "network")


def _any_layer():
    """Mostly such as fit, so that not every network breaks at its first layer."""
    small = {"kernel": st.integers(1, 4), "stride": st.integers(1, 2), "padding": st.integers(0, 2)}
    then = st.lists(st.sampled_from(["relu", "batchnorm", {"max_pool": 2}]), max_size=2)
    window = {**small, "dilation": st.integers(1, 3), "then": then}
    channels = st.sampled_from([3, 4, 6, 10])

    def kind(name, **fields):
        return st.fixed_dictionaries({"type": st.just(name), **fields})

    conv = kind("conv", out_channels=channels, groups=st.integers(1, 3), **{**window, "kernel": st.integers(1, 12)})
    same = kind("conv", out_channels=channels, kernel=st.just(3), padding=st.just(1))
    depthwise = kind("depthwise", **window)
    pool = kind("max_pool", **small) | kind("average_pool", **small)
    linear = kind("linear", out_features=channels, then=then)
    plain = st.one_of(conv, same, depthwise, pool, kind("gap"), linear)
    body = st.lists(st.one_of(same, same, plain), min_size=1, max_size=2)
    block = kind("residual", body=body, shortcut=st.sampled_from(["identity", "projection"]))
    return st.one_of(plain, block, same)


@st.composite
def _fitting(draw):
    place, layers = {"channels": 3, "side": 32, "jump": 1, "field": 1}, []
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from([_conv, _conv, _depthwise, _pool, _residual, _projected]))
        layer, after = kind(draw, place)
        if after and after["side"] <= 48 and after["jump"] <= 12 and after["field"] <= 64:
            layers.append(layer)
            place = after
    head = [{"type": "gap"}, {"type": "linear", "out_features": 10}]
    return read_spec(Network, {"layers": layers + head}, "network")


def _slide(place, channels, kernel, stride=1, padding=0, dilation=1):
    """Where a window leads, or None if it does not fit: the definition of a convolution's output size."""
    side = (place["side"] + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    field = place["field"] + dilation * (kernel - 1) * place["jump"]
    return {"channels": channels, "side": side, "jump": place["jump"] * stride, "field": field} if side > 0 else None


def _window(draw):
    keys = {"kernel": st.integers(1, 5), "stride": st.integers(1, 3), "padding": st.integers(0, 4)}
    return draw(st.fixed_dictionaries({**keys, "dilation": st.integers(1, 4)}))


def _then(draw):
    operations = ["relu", "batchnorm", "gelu", {"dropout": 0.1}, {"dropout2d": 0.2}]
    return draw(st.lists(st.sampled_from(operations), max_size=3))


def _conv(draw, place):
    out, window, then = draw(st.integers(1, 6)), _window(draw), _then(draw)
    groups = draw(st.sampled_from([n for n in range(1, 7) if gcd(place["channels"], out) % n == 0]))
    after = _slide(place, out, **window)
    if after and after["side"] >= 2 and draw(st.booleans()):
        then.insert(draw(st.integers(0, len(then))), {"max_pool": 2})
        after = _slide(after, out, 2, 2)
    layer = {"type": "conv", "out_channels": out, "groups": groups, "bias": draw(st.booleans()), "then": then}
    return {**layer, **window}, after


def _depthwise(draw, place):
    window = _window(draw)
    layer = {"type": "depthwise", "bias": draw(st.booleans()), "then": _then(draw), **window}
    return layer, _slide(place, place["channels"], **window)


def _pool(draw, place):
    kernel = draw(st.integers(1, 4))
    stride, padding = draw(st.none() | st.integers(1, 3)), draw(st.integers(0, kernel // 2))
    layer = {"type": draw(st.sampled_from(["max_pool", "average_pool"])), "kernel": kernel, "padding": padding}
    return {**layer, "stride": stride}, _slide(place, place["channels"], kernel, stride or kernel, padding)


def _residual(draw, place, depth=0):
    """A body that keeps channels and side: convolutions whose total reach is even, and half of it as padding."""
    inner, layers = place, []
    if depth < 2 and draw(st.integers(0, 3)) == 0:
        block, inner = _residual(draw, place, depth + 1)
        layers.append(block)
    windows = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3))
    if sum(dilation * (kernel - 1) for kernel, dilation in windows) % 2:
        windows.append((2, 1))
    left = sum(dilation * (kernel - 1) for kernel, dilation in windows) // 2
    for number, (kernel, dilation) in enumerate(windows):
        last = number == len(windows) - 1
        padding = left if last else draw(st.integers(0, left))
        left -= padding
        out = place["channels"] if last else draw(st.integers(1, 6))
        layers.append({"type": "conv", "out_channels": out, "kernel": kernel, "dilation": dilation, "padding": padding})
        inner = inner and _slide(inner, out, kernel, 1, padding, dilation)
    return {"type": "residual", "body": layers}, inner


def _projected(draw, place):
    """A body of random windows if its map happens to fit the projection's, else one padded convolution."""
    inner, layers = place, []
    for _ in range(draw(st.integers(1, 2))):
        window, out = _window(draw), draw(st.integers(1, 6))
        layers.append({"type": "conv", "out_channels": out, **window})
        inner = inner and _slide(inner, out, **window)
    stride = inner["jump"] // place["jump"] if inner else 1
    if not inner or inner["side"] != (place["side"] - 1) // stride + 1:
        stride = draw(st.integers(1, 3))
        layers = [{"type": "conv", "out_channels": 5, "kernel": 3, "stride": stride, "padding": 1}]
        inner = _slide(place, 5, 3, stride, 1)
    return {"type": "residual", "body": layers, "shortcut": "projection"}, inner
