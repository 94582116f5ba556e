import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cifarlab.network import Conv, Dropout, Network, Residual
from cifarlab.spec import Spec, SpecError, read_spec, whole


class Box(Spec):
    wide: int = whole("a width", 1, 9, "How wide.", unit="pixels")
    tall: int = whole("a height", 1, 9, "How tall.", unit="pixels", default=2)
    marks: tuple[int, ...] = ()


DOCUMENT = {
    "classes": 7,
    "layers": [
        {"type": "conv", "out_channels": 8, "then": ["relu", {"dropout": 0.1}, {"max_pool": 2}]},
        {"type": "residual", "body": [{"type": "depthwise", "padding": 1}], "shortcut": "identity"},
        {"type": "gap", "id": "pool"},
    ],
}


def test_a_spec_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Box(wide=1).wide = 2


def test_specs_compare_and_hash_by_value():
    assert Box(wide=1, marks=(1, 2)) == Box(wide=1, tall=2, marks=(1, 2))
    assert len({Box(wide=1), Box(wide=1), Box(wide=2)}) == 2
    assert len({read_spec(Network, DOCUMENT), read_spec(Network, DOCUMENT)}) == 1


def test_plain_values_leave_defaults_out_and_put_the_type_first():
    assert Box(wide=1).to_plain() == {"wide": 1}
    plain = Conv(out_channels=8, kernel=3, padding=1, then=("relu", Dropout(dropout=0.1))).to_plain()
    assert plain == {"type": "conv", "out_channels": 8, "padding": 1, "then": ["relu", {"dropout": 0.1}]}
    assert next(iter(plain)) == "type"


def test_a_required_field_is_written_even_if_it_equals_another_default():
    assert Box(wide=2).to_plain() == {"wide": 2}


@pytest.mark.parametrize(
    "through", [lambda plain: json.loads(json.dumps(plain)), lambda p: yaml.safe_load(yaml.dump(p))]
)
def test_a_document_survives_json_and_yaml(through):
    network = read_spec(Network, DOCUMENT)
    assert read_spec(Network, through(network.to_plain())) == network


def test_every_layer_gets_an_id_of_its_own_and_keeps_the_one_it_has():
    layers = [{"type": "conv", "out_channels": 3}, {"type": "conv", "out_channels": 3, "id": "conv1"}]
    block = {"type": "residual", "body": layers[:1]}
    network = read_spec(Network, {"layers": [*layers, block]})
    assert [layer.id for layer in network.layers] == ["conv2", "conv1", "residual1"]
    assert isinstance(network.layers[2], Residual)
    assert network.layers[2].body[0].id == "conv3"


def test_reading_what_is_already_a_spec_gives_it_back():
    network = read_spec(Network, DOCUMENT)
    assert read_spec(Network, network) == network


def test_every_finding_of_a_document_is_told():
    with pytest.raises(SpecError) as refused:
        read_spec(Box, {"wide": 0, "tall": 10, "deep": 1}, "box")
    assert refused.value.findings == (
        "box.wide: 0 is not allowed; a width is 1 to 9 pixels",
        "box.tall: 10 is not allowed; a height is 1 to 9 pixels",
        "box.deep: this field is not known; allowed here: wide, tall, marks",
    )
    assert str(refused.value).splitlines() == list(refused.value.findings)
    assert isinstance(refused.value.__cause__, ValidationError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(document, path=()):
    """The path of every value in a document."""
    yield path
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield from places(value, (*path, key)) if isinstance(value, dict | list) else [(*path, key)]


def with_value(document, path, value):
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = with_value(document[path[0]], path[1:], value)
    return copy


@settings(max_examples=300, derandomize=True)
@given(path=st.sampled_from(list(places(DOCUMENT))), value=JSON)
def test_a_spoilt_document_is_read_or_refused_in_sentences(path, value):
    try:
        network = read_spec(Network, with_value(DOCUMENT, path, value), "network")
    except SpecError as refused:
        findings = refused.findings
    else:
        assert read_spec(Network, network.to_plain()) == network
        return
    check_findings(findings)


def check_findings(findings):
    assert findings
    for finding in findings:
        assert finding.startswith("network")
        assert ": " in finding
        assert len(finding) < 500
        assert "Input should" not in finding
