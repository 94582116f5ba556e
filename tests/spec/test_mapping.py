import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.spec import PlainMapping

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab", max_size=9)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy"), inner, max_size=3), max_leaves=5
)


@given(st.dictionaries(st.text("xyz"), VALUES, max_size=4))
def test_it_gives_back_the_values_and_equals_and_hashes_by_them(plain):
    mapping = PlainMapping(plain)
    assert mapping.to_plain() == plain
    for again in (PlainMapping(plain), PlainMapping(mapping), pickle.loads(pickle.dumps(mapping))):  # noqa: S301
        assert again == mapping
        assert hash(again) == hash(mapping)


def test_the_order_of_names_is_kept_and_does_not_matter():
    one, other = PlainMapping({"a": 1, "b": 2}), PlainMapping({"b": 2, "a": 1})
    assert list(other) == ["b", "a"]
    assert (one, hash(one)) == (other, hash(other))


def test_it_cannot_be_changed_through_what_it_was_made_from():
    ranges = [[0, 1]]
    mapping = PlainMapping({"ranges": ranges})
    ranges[0][1] = 9
    assert mapping["ranges"] == ((0, 1),)
    with pytest.raises(TypeError):
        mapping["ranges"] = 1
