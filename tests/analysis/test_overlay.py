import numpy as np
import pytest

from cifarlab.analysis.overlay import enlarged, overlay, signed_overlay


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@pytest.fixture
def corner():
    """A map whose one hot pixel is the top left one."""
    heat = np.zeros((32, 32), np.float32)
    heat[0, 0] = 7
    return heat


def test_every_pixel_becomes_a_crisp_square(image):
    large = enlarged(image, 5)
    assert large.shape == (160, 160, 3)
    assert np.array_equal(large[::5, ::5], image)
    assert np.array_equal(large[4::5, 4::5], image)


def test_an_enlarged_overlay_is_the_small_one_enlarged(image, corner):
    assert np.array_equal(overlay(image, corner, enlarge=3), enlarged(overlay(image, corner), 3))
    small = signed_overlay(image, corner, scale=7.0)
    assert np.array_equal(signed_overlay(image, corner, scale=7.0, enlarge=3), enlarged(small, 3))


def test_heat_is_bright_yellow_where_the_map_is_largest_and_dark_elsewhere(image, corner):
    pure = overlay(image, corner, strength=1.0)
    red, green, blue = pure[0, 0].tolist()
    assert red > 240
    assert green > 240
    assert blue < red
    assert pure[1:].max() <= 4


def test_without_strength_the_image_stays(image, corner):
    assert np.array_equal(overlay(image, corner, strength=0.0), image)


def test_only_the_shape_of_a_map_counts_not_its_size(image, corner):
    assert np.array_equal(overlay(image, corner), overlay(image, corner * 1e-6))


def test_a_map_that_says_nothing_leaves_the_image(image):
    result = overlay(image, np.zeros((32, 32), np.float32))
    assert result.dtype == np.uint8
    assert np.array_equal(result, image)


def test_evidence_for_is_warm_and_evidence_against_is_cold(image):
    evidence = np.zeros((32, 32), np.float32)
    evidence[0, 0], evidence[0, 1] = 2, -2
    picture = signed_overlay(image, evidence, scale=2.0, strength=1.0)
    assert picture[0, 0].tolist() == [213, 94, 0]
    assert picture[0, 1].tolist() == [0, 114, 178]
    grey = picture[1:]
    assert (grey == grey[..., :1]).all()


def test_a_larger_scale_gives_a_fainter_tint(image):
    evidence = np.ones((32, 32), np.float32)
    strong, faint = (signed_overlay(image, evidence, scale=scale).astype(int) for scale in (1.0, 10.0))
    untouched = signed_overlay(image, evidence * 0, scale=1.0).astype(int)
    assert np.abs(faint - untouched).sum() < np.abs(strong - untouched).sum() / 5


def test_impossible_sizes_are_refused(image, corner):
    with pytest.raises(ValueError, match="enlarge: 0 is not allowed"):
        overlay(image, corner, enlarge=0)
    with pytest.raises(ValueError, match="scale: 0 is not allowed"):
        signed_overlay(image, corner, scale=0)
