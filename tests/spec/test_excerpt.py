import pytest

from cifarlab.spec.excerpt import excerpt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (True, "True"),
        (-7, "-7"),
        (10**58, "1" + 58 * "0"),
        (10**59, "a whole number of 60 digits"),
        (-(10**5000), "a whole number of 5,001 digits"),
        ({"a": [10**5000]}, "{'a': [a whole number of 5,001 digits]}"),
        ("x" * 99, "'" + 58 * "x" + "…"),
        (b"x" * 99, "b'xxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxx'"),
    ],
    ids=excerpt,
)
def test_a_value_is_written_as_python_does_but_short(value, text):
    assert excerpt(value) == text
    assert len(text) <= 60


def test_lists_of_any_depth_are_shown():
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert excerpt(deep) == "[[[[[[[...]]]]]]]"
