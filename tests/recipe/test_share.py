from __future__ import annotations

import base64
import re
import zlib
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.recipe.files import load_recipe, recipe_names
from cifarlab.recipe.share import from_share_text, to_share_text
from cifarlab.spec import SpecError

TEXT = to_share_text(load_recipe("dilated-69k"))


def packed(content: bytes) -> str:
    return "r1-" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


@settings(max_examples=75, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_recipe_comes_back_equal(recipes, data):
    recipe = data.draw(recipes)
    assert from_share_text(to_share_text(recipe)) == recipe


@pytest.mark.parametrize("name", recipe_names())
def test_a_shipped_recipe_fits_into_a_link_without_escapes(name):
    text = to_share_text(load_recipe(name))
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert len(text) < 1800  # a link of 2,000 characters works everywhere


def test_white_space_around_the_text_is_ignored():
    assert from_share_text(f"\n  {TEXT} \n") == load_recipe("dilated-69k")


@pytest.mark.parametrize("length", range(3, len(TEXT), 37))
def test_a_text_that_is_cut_short_says_so(length):
    with pytest.raises(SpecError, match=r"share text: it is .*cut short; copy the whole link again"):
        from_share_text(TEXT[:length])


@pytest.mark.parametrize("place", range(3, len(TEXT), 41))
def test_a_text_with_a_wrong_character_is_never_taken_for_a_recipe(place):
    wrong = "A" if TEXT[place] != "A" else "B"
    with pytest.raises(SpecError, match="share text: "):
        from_share_text(TEXT[:place] + wrong + TEXT[place + 1 :])


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/?r=1", "r-", "r1-<script>", "r1.abc", "é" * 9])
def test_a_foreign_text_says_how_a_shared_recipe_begins(text):
    with pytest.raises(SpecError, match="is not a shared recipe; one begins with r1-"):
        from_share_text(text)


def test_a_text_of_a_newer_format_asks_for_an_update():
    with pytest.raises(SpecError, match="format 2 is not known here, only 1; a newer CIFAR Lab made it: update"):
        from_share_text("r2" + TEXT[2:])


def test_a_text_that_unpacks_to_too_much_is_refused():
    with pytest.raises(SpecError, match="more than 1,000,000 bytes, which no recipe needs"):
        from_share_text(packed(b" " * 50_000_000))


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(SpecError, match=r"^share text: 200,003 characters are not allowed; .* at most 100,000;"):
        from_share_text("r1-" + "A" * 200_000)


@pytest.mark.parametrize(
    ("description", "most"),
    [
        pytest.param(Random(0).randbytes(99_000).hex(), r"characters .* at most 100,000", id="packed"),
        pytest.param("é" * 900_000, r"bytes .* at most 1,000,000", id="unpacked"),
    ],
)
def test_a_recipe_too_large_to_come_back_is_refused_before_it_is_shared(description, most):
    recipe = load_recipe("quick").model_copy(update={"description": description})
    with pytest.raises(SpecError, match=rf"^share text: [\d,]+ {most}; give it as a YAML file instead$"):
        to_share_text(recipe)


@pytest.mark.parametrize("half", [rb"\ud800", b"\xed\xa0\x80"])
def test_half_a_surrogate_pair_is_refused(half):
    whole = b'{"name": "a", "description": "%s", "network": {"layers": [{"type": "gap"}]}, "training": {"epochs": 9}}'
    assert from_share_text(packed(whole % rb"\ud83d\ude00")).description == "\N{GRINNING FACE}"
    with pytest.raises(SpecError, match="share text: what it unpacks to is not a recipe"):
        from_share_text(packed(whole % half))


@pytest.mark.parametrize("content", [b"[" * 100_000, b"[[]]", b"3", b"{]", b"\xff", b'{"a":' * 60 + b"1" + b"}" * 60])
def test_what_unpacks_to_no_document_is_refused(content):
    with pytest.raises(SpecError, match="share text: what it unpacks to is not a recipe"):
        from_share_text(packed(content))


def test_what_unpacks_to_another_document_says_what_is_missing():
    with pytest.raises(SpecError, match="share text: network: is missing; add it"):
        from_share_text(packed(b'{"name": "a"}'))
