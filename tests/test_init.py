from __future__ import annotations

import pytest

import cifarlab
import cifarlab.network
import cifarlab.recipe


def test_the_public_names_are_those_of_the_packages_below():
    assert cifarlab.load_recipe is cifarlab.recipe.load_recipe
    assert cifarlab.trace is cifarlab.network.trace


@pytest.mark.parametrize("name", cifarlab.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(cifarlab, name).__doc__
    assert name in dir(cifarlab)


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="module 'cifarlab' has no attribute 'load_recipes'"):
        cifarlab.load_recipes  # noqa: B018
