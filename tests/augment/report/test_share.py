import pytest

from cifarlab.augment.report import Share


def test_a_share_has_wilsons_interval():
    share = Share(15, 148)
    assert share.observed == pytest.approx(15 / 148)
    # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
    assert share.interval == pytest.approx((0.0624, 0.1605), abs=5e-5)
