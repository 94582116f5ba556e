import numpy as np
import pytest

from cifarlab.augment.report.colour import channel_changes
from cifarlab.data import channel_statistics


def test_means_and_deviations_are_those_of_the_data_sets_statistics(images):
    darker = images // 2
    changes = channel_changes(images, darker)
    for side, given in (("before", images), ("after", darker)):
        expected = channel_statistics(given)
        assert [getattr(change.mean, side) for change in changes] == pytest.approx(expected.mean, abs=1e-12)
        assert [getattr(change.std, side) for change in changes] == pytest.approx(expected.std, abs=1e-12)


def test_a_change_is_told_per_channel_in_shares_and_in_grey_levels():
    before = np.full((2, 32, 32, 3), (10, 20, 30), dtype=np.uint8)
    after = before + np.array((5, 0, 51), dtype=np.uint8)
    changes = channel_changes(before, after)
    assert [change.channel for change in changes] == ["red", "green", "blue"]
    assert [change.mean.in_grey_levels.difference for change in changes] == pytest.approx([5, 0, 51])
    assert changes[2].mean.before == pytest.approx(30 / 255)
    assert changes[2].mean.difference == pytest.approx(0.2)
    assert [change.std.after for change in changes] == [0, 0, 0]
