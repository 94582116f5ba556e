from __future__ import annotations

import pytest
import yaml

from cifarlab.recipe.yaml_text import MAXIMUM_CHARACTERS, MAXIMUM_DEPTH, format_yaml, is_deeper_than, parse_yaml
from cifarlab.spec import SpecError


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1,\nb: }", "line 2, column 4: .*did not find expected node content"),
        ("a: 1\n b: 2", "line 2, column 3: mapping values are not allowed in this context"),
        ("\ta: 1", "line 1, column 1: .*found character that cannot start any token"),
        ("a: 1\n---\nb: 2", "line 2, column 1: expected a single document in the stream"),
        ("a: 1\nb: 2\na: 3", "line 3, column 1: a is given twice; keep one of them"),
        ("a: {b: 1, b: 1}", "line 1, column 11: b is given twice"),
        ("a: &x 1\nb: *x", r"line 2, column 4: aliases \(\*name\) are not allowed; write the value out"),
        ("a: 1:" + "1:" * 200 + "1.5", "this is not valid YAML: int too large to convert to float"),
        ("a: \x00", "character 4 is not allowed in YAML: control characters"),
        ("a: 2024-99-99", "this is not valid YAML: month must be in 1..12"),
        ("? [1]\n: 2", "line 1, column 3: .*found unhashable key"),
    ],
)
def test_broken_yaml_is_answered_with_its_place_in_one_sentence(text, sentence):
    with pytest.raises(SpecError, match=sentence) as refusal:
        parse_yaml(text)
    assert len(refusal.value.findings) == 1
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "value",
    [
        "!!bool maybe",
        '!!int ""',
        '!!float ""',
        "!!timestamp x",
        "!!set {relu, batchnorm}",
        "!!str 1",
        "! 1",
        "[1, !own {b: 2}]",
        "!!python/object/apply:os.getcwd []",
    ],
)
def test_tags_are_refused_with_their_line(value):
    with pytest.raises(
        SpecError, match=r"^line 2, column \d+: tags \(!!name\) are not allowed; write the plain value$"
    ):
        parse_yaml(f"name: a\na: {value}")


def test_brackets_too_deep_for_the_stack_are_refused():
    with pytest.raises(SpecError, match=f"nesting deeper than {MAXIMUM_DEPTH} levels is not allowed"):
        parse_yaml("[" * 900_000)


def test_nesting_as_deep_as_allowed_is_read():
    assert is_deeper_than(parse_yaml("[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH), MAXIMUM_DEPTH - 1)


def test_a_text_that_is_too_large_is_refused():
    with pytest.raises(SpecError, match="1,000,001 characters are not allowed"):
        parse_yaml("#" * (MAXIMUM_CHARACTERS + 1))


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "1.0e-3", "0.001", "1e-03"])
def test_a_number_with_an_exponent_is_a_number(text):
    assert parse_yaml(f"rate: {text}") == {"rate": 0.001}


@pytest.mark.parametrize(
    "text", ["1e3", "on", "null", "12", "0x1f", "2024-01-01", "~", "", " a", "a: b", "#", "é\n\t", "\x85", "a\x85 b\n"]
)
def test_a_text_stays_the_text_that_it_is(text):
    assert parse_yaml(format_yaml({"text": text})) == {"text": text}


def test_every_yaml_reader_understands_what_is_written():
    document = {"name": "1e3", "network": {"layers": [{"type": "conv", "then": ["relu", {"dropout": 0.02}]}]}}
    assert yaml.safe_load(format_yaml(document)) == document


def test_sections_are_set_apart_and_layers_stand_on_a_line_each():
    block = {"type": "residual", "body": [{"type": "conv", "kernel": 3}]}
    document = {"name": "a", "network": {"layers": [{"type": "gap"}, block]}, "training": {"epochs": 3}}
    assert format_yaml(document) == (
        "name: a\n\nnetwork:\n  layers:\n    - {type: gap}\n    - type: residual\n      body:\n"
        "        - {type: conv, kernel: 3}\n\ntraining:\n  epochs: 3\n"
    )


@pytest.mark.parametrize(("value", "depth"), [(1, 0), ([], 1), ({"a": [1, {"b": 2}]}, 3)])
def test_depth_counts_lists_and_mappings(value, depth):
    assert not is_deeper_than(value, depth)
    assert depth == 0 or is_deeper_than(value, depth - 1)
