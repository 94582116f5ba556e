"""Every kind of refusal: path, value, what is allowed, how to fix it."""

from typing import Annotated, Literal

import pytest
from pydantic import Discriminator, Field, Tag, model_validator

from cifarlab.network import Network
from cifarlab.spec import UNTAGGED, Spec, SpecError, read_spec, real, whole

Grey = Annotated[int, Field(strict=True, ge=0, le=255)]


class Circle(Spec):
    type: Literal["circle"] = "circle"
    radius: float = real("a radius", 0, 5, "How far.", unit="pixels", default=1.0)


class Square(Spec):
    type: Literal["square"] = "square"
    side: int = whole("a side", 1, 20_000, "How long.", unit="pixels")
    closed: bool = True


class Drawing(Spec):
    """The first field is a number, and shapes come alone, optional and in lists: paths must name each."""

    scale: int = whole("a scale", 1, 4, "How large.", default=1)
    shape: Annotated[Circle | Square, Discriminator("type")] = Circle()
    shapes: tuple[Annotated[Circle | Square, Discriminator("type")], ...] = ()
    only: Circle | None = None
    title: str = Field("", pattern="^[a-z]*$")
    named: str | None = Field(None, pattern="^[a-z]$", json_schema_extra={"allowed": "a name is one small letter"})
    style: Literal["thin", "bold"] = "thin"
    mode: Literal["flat"] = "flat"
    share: float | None = Field(None, gt=0, lt=1)
    colour: Annotated[
        Annotated[Literal["mean"], Tag(UNTAGGED)] | Annotated[tuple[Grey, Grey, Grey], Tag("colour")],
        Discriminator(lambda value: UNTAGGED if isinstance(value, str) else "colour"),
    ] = Field("mean", description="`mean`, or three grey levels.")

    @model_validator(mode="after")
    def _bold_is_large(self) -> "Drawing":
        if self.style == "bold" and self.scale == 1:
            raise ValueError("scale: 1 is not allowed with bold; choose 2 to 4")
        if self.title == "secret":
            raise ValueError("a secret has no title; take it out")
        return self


REFUSALS = [
    ({"scale": 0}, ".scale: 0 is not allowed; a scale is 1 to 4"),
    ({"scale": 5}, ".scale: 5 is not allowed; a scale is 1 to 4"),
    ({"scale": "2"}, ".scale: '2' is not allowed; a scale is 1 to 4; write a whole number"),
    ({"scale": 2.5}, ".scale: 2.5 is not allowed; a scale is 1 to 4; write a whole number"),
    ({"scale": True}, ".scale: True is not allowed; a scale is 1 to 4; write a whole number"),
    ({"scale": None}, ".scale: None is not allowed; a scale is 1 to 4; write a whole number"),
    (
        {"only": {"radius": "1e-3"}},
        ".only.radius: '1e-3' is not allowed; a radius is 0 to 5 pixels; write a number, such as 0.001",
    ),
    ({"only": {"radius": float("nan")}}, ".only.radius: nan is not allowed; a radius is 0 to 5 pixels"),
    ({"only": {"radius": float("inf")}}, ".only.radius: inf is not allowed; a radius is 0 to 5 pixels"),
    ({"only": "circle"}, ".only: 'circle' is not allowed; give a mapping of fields and values"),
    ({"only": {"radii": 1}}, ".only.radii: this field is not known; did you mean radius? allowed here: type, radius"),
    ({"shape": {"type": "square"}}, ".shape.side: is missing; add it; a side is 1 to 20,000 pixels"),
    ({"shape": {"type": "sqare"}}, ".shape.type: 'sqare' is not allowed; did you mean square? choose circle or square"),
    ({"shape": {"side": 1}}, ".shape.type: is missing; choose circle or square"),
    ({"shape": 5}, ".shape: 5 is not allowed; give a mapping of fields and values"),
    (
        {"shape": {"type": "square", "side": 1, "closed": "maybe"}},
        ".shape.closed: 'maybe' is not allowed; write true or false",
    ),
    (
        {"shape": {"type": "square", "side": 1, "closed": None}},
        ".shape.closed: None is not allowed; write true or false",
    ),
    (
        {"shapes": [{"type": "circle"}, {"type": "circle", "radius": 6}]},
        ".shapes[1].radius: 6 is not allowed; a radius is 0 to 5 pixels",
    ),
    ({"shapes": [{"type": "dot"}]}, ".shapes[0].type: 'dot' is not allowed; choose circle or square"),
    ({"shapes": {}}, ".shapes: {} is not allowed; give a list"),
    ({"shapes": "circle"}, ".shapes: 'circle' is not allowed; give a list"),
    ({"title": "A B"}, ".title: 'A B' is not allowed; write text that matches ^[a-z]*$"),
    ({"title": 5}, ".title: 5 is not allowed; write text"),
    ({"named": "ab"}, ".named: 'ab' is not allowed; a name is one small letter"),
    ({"named": 5}, ".named: 5 is not allowed; a name is one small letter"),
    ({"style": "wide"}, ".style: 'wide' is not allowed; choose thin or bold"),
    ({"mode": "deep"}, ".mode: 'deep' is not allowed; choose flat"),
    ({"share": 0}, ".share: 0 is not allowed; give more than 0"),
    ({"share": 1}, ".share: 1 is not allowed; give less than 1"),
    ({"share": "half"}, ".share: 'half' is not allowed; write a number, such as 0.001"),
    ({"colour": "black"}, ".colour: 'black' is not allowed; give `mean`, or three grey levels"),
    ({"colour": 7}, ".colour: 7 is not allowed; give `mean`, or three grey levels"),
    ({"colour": [1, 2, 3, 4]}, ".colour: [1, 2, 3, 4] is not allowed; give `mean`, or three grey levels"),
    ({"colour": [1, 2]}, ".colour[2]: is missing; add it"),
    ({"colour": [1, 300, 3]}, ".colour[1]: 300 is not allowed; give at most 255"),
    ({"colour": [1, 2, -1]}, ".colour[2]: -1 is not allowed; give at least 0"),
    ({"colour": [0.45, 2, 3]}, ".colour[0]: 0.45 is not allowed; write a whole number"),
    ({"style": "bold"}, ".scale: 1 is not allowed with bold; choose 2 to 4"),
    ({"title": "secret"}, ": a secret has no title; take it out"),
    ({5: 5}, "[5]: 5 is not allowed; write the names of fields as text"),
    ([], ": [] is not allowed; give a mapping of fields and values"),
    (None, ": None is not allowed; give a mapping of fields and values"),
]


@pytest.mark.parametrize(("document", "sentence"), REFUSALS, ids=[sentence for _, sentence in REFUSALS])
def test_a_refusal_says_where_what_and_how_to_fix_it(document, sentence):
    with pytest.raises(SpecError) as refused:
        read_spec(Drawing, document, "drawing")
    assert refused.value.findings == (f"drawing{sentence}",)


def test_the_document_itself_has_a_name_where_no_root_is_given():
    with pytest.raises(SpecError, match=r"^document: 5 is not allowed"):
        read_spec(Drawing, 5)
    with pytest.raises(SpecError, match=r"^scale: 0 is not allowed"):
        read_spec(Drawing, {"scale": 0})
    with pytest.raises(SpecError, match=r"^scale: 1 is not allowed with bold"):
        read_spec(Drawing, {"style": "bold"})


OPERATIONS = "choose relu, gelu, silu, batchnorm, {dropout: 0.1}, {dropout2d: 0.1} or {max_pool: 2}"


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ("rellu", f"'rellu' is not allowed; {OPERATIONS}"),
        ("dropout", f"'dropout' is not allowed; {OPERATIONS}"),
        (None, f"None is not allowed; {OPERATIONS}"),
        (["relu"], f"['relu'] is not allowed; {OPERATIONS}"),
        ({"drop": 0.1}, f"{{'drop': 0.1}} is not allowed; {OPERATIONS}"),
        ({}, f"{{}} is not allowed; {OPERATIONS}"),
    ],
)
def test_an_unknown_operation_is_answered_with_the_known_ones(operation, sentence):
    with pytest.raises(SpecError) as refused:
        read_spec(Network, {"layers": [{"type": "conv", "out_channels": 4, "then": [operation]}]}, "network")
    assert refused.value.findings == (f"network.layers[0].then[0]: {sentence}",)


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ({"kernel": 0}, ".kernel: 0 is not allowed; a kernel is 1 to 32 pixels"),
        ({"then": [{"dropout": 2}]}, ".then[0].dropout: 2 is not allowed; a dropout probability is 0 to 0.9"),
        ({"then": [{"max_pool": 2, "relu": 1}]}, ".then[0].relu: this field is not known; allowed here: max_pool"),
        (
            {"id": "Conv 1"},
            ".id: 'Conv 1' is not allowed; an id is a small letter, then at most 31 small letters, digits or _",
        ),
        ({"bias": "yes"}, ".bias: 'yes' is not allowed; write true or false"),
        (
            {"groups": 10**400},
            ".groups: a whole number of 401 digits is not allowed; a number of groups is 1 to 65,536",
        ),
    ],
)
def test_a_layer_is_refused_by_its_place_in_the_network(layer, sentence):
    with pytest.raises(SpecError) as refused:
        read_spec(Network, {"layers": [{"type": "conv", "out_channels": 4, **layer}]}, "network")
    assert refused.value.findings == (f"network.layers[0]{sentence}",)


@pytest.mark.parametrize("number", [10**400, -(10**5000)], ids=["400 digits", "more than Python writes"])
@pytest.mark.parametrize(
    "document",
    [
        lambda number: number,
        lambda number: {"scale": number},
        lambda number: {"only": {"radius": number}},
        lambda number: {"shapes": [number]},
        lambda number: {"title": {"deep": [{number}]}},
        lambda number: {"colour": [number, 0, 0]},
        lambda number: {number: 1},
    ],
)
def test_a_number_of_any_length_is_refused_in_a_short_sentence(document, number):
    with pytest.raises(SpecError, match=r"^drawing") as refused:
        read_spec(Drawing, document(number), "drawing")
    assert all(len(finding) < 300 for finding in refused.value.findings)


def test_a_type_of_any_length_is_refused_in_a_short_sentence():
    with pytest.raises(SpecError, match=r"x… is not allowed; choose circle or square$") as refused:
        read_spec(Drawing, {"shape": {"type": 1000 * "x"}}, "drawing")
    assert len(str(refused.value)) < 200


def test_the_first_field_of_a_spec_keeps_its_name():
    with pytest.raises(SpecError, match=r"^network\.classes: 1 is not allowed; a number of classes is 2 to 1000$"):
        read_spec(Network, {"classes": 1, "layers": []}, "network")


def test_nesting_without_end_is_refused_in_a_short_sentence():
    layer = {"type": "gap"}
    for _ in range(2000):
        layer = {"type": "residual", "body": [layer]}
    with pytest.raises(SpecError, match="nest less deeply") as refused:
        read_spec(Network, {"layers": [layer]}, "network")
    assert len(str(refused.value)) < 400
