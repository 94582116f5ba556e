import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.data import ImageSet, channel_statistics, class_counts, statistics


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 256]))
@settings(max_examples=30)
def test_mean_and_deviation_are_numpys(count: int, seed: int, levels: int) -> None:
    images = np.random.default_rng(seed).integers(0, levels, (count, 32, 32, 3), np.uint8)
    found = channel_statistics(images)
    pixels = images.reshape(-1, 3) / 255
    np.testing.assert_allclose(found.mean, pixels.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found.std, pixels.std(axis=0), atol=1e-12)


def test_channels_are_kept_apart_and_a_uniform_channel_has_no_deviation() -> None:
    images = np.zeros((2, 32, 32, 3), np.uint8)
    images[..., 1], images[1, ..., 2] = 51, 255
    found = channel_statistics(images)
    assert found.mean == (0.0, 0.2, 0.5)
    assert found.std == (0.0, 0.0, 0.5)


def test_images_are_counted_in_blocks_without_losing_any(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(1).integers(0, 256, (10, 32, 32, 3), np.uint8)
    whole = channel_statistics(images)
    monkeypatch.setattr(statistics, "_PIXELS_PER_BLOCK", 3 * 1024)
    assert channel_statistics(images) == whole


def test_statistics_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match=r"images: uint8 \(0, 32, 32, 3\) is not allowed"):
        channel_statistics(np.zeros((0, 32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match="float32"):
        channel_statistics(np.zeros((1, 32, 32, 3), np.float32))  # type: ignore[arg-type]


def test_classes_are_counted_in_their_order_also_when_empty() -> None:
    images = np.zeros((3, 32, 32, 3), np.uint8)
    image_set = ImageSet(images, np.array([2, 0, 2]), ("ant", "bee", "cow"), "x", "train")
    assert list(class_counts(image_set).items()) == [("ant", 1), ("bee", 0), ("cow", 2)]
