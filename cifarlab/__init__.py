"""CIFAR Lab: a laboratory for convolutional networks on CIFAR-10, as a library.

Its public names arrive on first use: importing the package itself reads nothing, starts nothing and takes no device.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cifarlab.data import load_images
    from cifarlab.network import build, trace
    from cifarlab.recipe import load_recipe
    from cifarlab.training import load_checkpoint, resume, train

__all__ = ["build", "load_checkpoint", "load_images", "load_recipe", "resume", "trace", "train"]

__version__ = "0.1.0"

_HOMES = {
    "build": "network",
    "load_checkpoint": "training",
    "load_images": "data",
    "load_recipe": "recipe",
    "resume": "training",
    "trace": "network",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    """The public name, from the package where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names too, although they have not arrived yet."""
    return sorted({*globals(), *__all__})
