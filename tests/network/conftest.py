from collections.abc import Callable
from importlib.resources import files

import pytest
import yaml

from cifarlab.network import Network
from cifarlab.spec import read_spec


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Network]:
    """The network of a recipe that ships, read without the recipe package."""

    def read(name: str) -> Network:
        text = (files("cifarlab.recipe") / "recipes" / f"{name}.yaml").read_text()
        return read_spec(Network, yaml.safe_load(text)["network"], "network")

    return read
