import pytest

from cifarlab.network import Conv
from cifarlab.spec import FieldHelp, Spec, field_help, real, whole


class Sample(Spec):
    pixels: int = whole("a width", 1, 65_536, "How wide.", unit="pixels", default=3, step=2)
    rate: float = real("a rate", 1e-6, 0.5, "How fast.", default=0.1)
    note: str = ""


def test_a_field_carries_all_that_a_widget_needs():
    assert field_help(Sample, "pixels") == FieldHelp("a width", "pixels", 1, 65_536, 2, "How wide.")
    assert field_help(Sample, "rate") == FieldHelp("a rate", "", 1e-6, 0.5, 0.01, "How fast.")


@pytest.mark.parametrize(
    ("name", "words"), [("pixels", "a width is 1 to 65,536 pixels"), ("rate", "a rate is 0.000001 to 0.5")]
)
def test_the_allowed_range_reads_as_words(name, words):
    assert field_help(Sample, name).allowed == words


@pytest.mark.parametrize("name", ["note", "absent"])
def test_a_field_that_is_not_numeric_has_no_range(name):
    with pytest.raises(KeyError):
        field_help(Sample, name)


def test_bounds_are_allowed_and_what_lies_beyond_is_not():
    assert (Sample(pixels=1).pixels, Sample(pixels=65_536).pixels) == (1, 65_536)
    assert Sample(rate=0.5).rate == 0.5
    with pytest.raises(ValueError):
        Sample(rate=1)
    with pytest.raises(ValueError):
        Sample(pixels=0)


def test_the_kernel_of_a_convolution_says_what_it_is():
    assert field_help(Conv, "kernel").allowed == "a kernel is 1 to 32 pixels"
