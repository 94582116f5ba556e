import pytest

from cifarlab.augment.report.numbers import numbers_drawn
from cifarlab.augment.steps import CoarseDropout, LibraryStep


def test_of_albumentations_own_transforms_numbers_and_flat_lists_of_numbers_are_taken():
    drawn = [{"limit": 2.5, "tiles": [8, 4], "mode": "soft", "rows": [[1, 2]], "noise": {"mean": 1.0}, "none": []}]
    columns = numbers_drawn(LibraryStep(transform="CLAHE"), [*drawn, {"limit": 3}])
    assert {name: values.tolist() for name, values in columns.items()} == {"limit": [2.5, 3], "tiles": [8, 4]}


def test_the_left_and_top_edges_of_all_holes_are_taken():
    drawn = [{"holes": [[1, 2, 9, 10], [3, 4, 11, 12]]}, {"holes": [[5, 6, 13, 14], [7, 8, 15, 16]]}]
    columns = numbers_drawn(CoarseDropout(holes=2, height=8, width=8, fill=(0, 0, 0)), drawn)
    assert sorted(columns["left_pixels"]) == [1, 3, 5, 7]
    assert sorted(columns["top_pixels"]) == pytest.approx([2, 4, 6, 8])
