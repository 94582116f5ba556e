"""The twin draws from the distributions that albumentations draws from.

Every value of every step, and every coin, is compared: n = 2,000 draws of each side, from fixed seeds, so that the
outcome is always the same. Were the distributions equal and the seeds chosen anew, all comparisons together would
report a difference in at most 1 of 1,000 runs (Bonferroni).
"""

from statistics import NormalDist

import numpy as np
import pytest

from cifarlab.augment import BatchedPipeline, Pipeline

from .conftest import STEPS, augmentation_of

DRAWS = 2_000
ERROR_RATE = 1e-3
CONTINUOUS = {"scale", "angle_degrees", "contrast_factor", "brightness_levels"}
AUGMENTATION = augmentation_of(*({"type": type, "probability": 1.0, **values} for type, values in STEPS.items()))
COINS = augmentation_of(*({"type": type, "probability": 0.3, **values} for type, values in STEPS.items()))
COLUMNS = [
    (id, name)
    for id, step in BatchedPipeline(AUGMENTATION).draw(1, seed=0, epoch=0).steps.items()
    for name in step.names
]
COMPARISONS = len(COLUMNS) + len(STEPS)


def drawn_by_both(augmentation):
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    pipeline, twin = Pipeline(augmentation), BatchedPipeline(augmentation)
    explained = [pipeline.explain(image, seed=seed) for seed in range(DRAWS)]
    return twin.draws_of(explained).steps, twin.draw(DRAWS, seed=1, epoch=0).steps


@pytest.fixture(scope="module")
def always():
    return drawn_by_both(AUGMENTATION)


@pytest.fixture(scope="module")
def sometimes():
    return drawn_by_both(COINS)


def largest_gap(one, other):
    """The two-sample statistic of Kolmogorov and Smirnov: the largest distance between the empirical distributions."""
    places = np.concatenate([one, other])
    below = [np.searchsorted(np.sort(sample), places, side="right") / len(sample) for sample in (one, other)]
    return np.abs(below[0] - below[1]).max()


def allowed_gap(error_rate):
    """Exceeded by equal distributions at most at this rate, for two samples of n >= 458: 2·exp(-n·gap²).

    Source: Wei and Dudley, "Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities", 2012, Theorem 1.
    """
    return np.sqrt(np.log(2 / error_rate) / DRAWS)


def chi_square(one, other):
    """Pearson's statistic for two samples of equal size with whole values, and its degrees of freedom."""
    values, cells = np.unique(np.concatenate([one, other]), return_inverse=True)
    counts = [np.bincount(side, minlength=len(values)) for side in np.split(cells, 2)]
    return np.sum((counts[0] - counts[1]) ** 2 / (counts[0] + counts[1])), len(values) - 1


def allowed_chi_square(freedom, error_rate):
    """The quantile of the chi-square distribution. Source: Wilson and Hilferty, PNAS 17, 1931."""
    z, share = NormalDist().inv_cdf(1 - error_rate), 2 / (9 * freedom)
    return freedom * (1 - share + z * np.sqrt(share)) ** 3


def differ(name, one, other):
    """Whether two samples of a value differ by more than chance allows."""
    if name in CONTINUOUS:
        return largest_gap(one, other) > allowed_gap(ERROR_RATE / COMPARISONS)
    statistic, freedom = chi_square(one, other)
    return statistic > allowed_chi_square(freedom, ERROR_RATE / COMPARISONS)


@pytest.mark.parametrize(("id", "name"), COLUMNS)
def test_a_value_has_albumentations_distribution(always, id, name):
    theirs, ours = (steps[id].values[:, steps[id].names.index(name)].numpy() for steps in always)
    assert not differ(name, theirs, ours)


@pytest.mark.parametrize("id", STEPS)
def test_a_step_is_applied_as_often(sometimes, id):
    theirs, ours = (steps[id].applied.numpy() for steps in sometimes)
    assert not differ("applied", theirs, ours)


# That the comparisons can tell a difference.


def test_chi_square_quantiles_are_those_of_tables():
    for freedom, quantile in ((1, 10.828), (4, 18.467), (18, 42.312)):
        assert allowed_chi_square(freedom, 0.001) == pytest.approx(
            quantile, rel=0.04
        )  # coarsest, and too large, at one degree


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("red_levels", lambda _, uniform: np.rint((2 * uniform - 1) * 10)),  # rounded, not cut
        ("shift_x_pixels", lambda _, uniform: np.trunc((2 * uniform - 1) * 6.4)),  # cut, not drawn whole
        ("left_pixels_1", lambda left, _: np.minimum(left + 1, 27)),  # one pixel further
        ("angle_degrees", lambda angles, _: angles * 1.2),
        ("scale", lambda _, uniform: np.exp(np.log(1.3) * (2 * uniform - 1))),  # as likely larger as smaller
        ("brightness_levels", lambda levels, _: np.abs(levels)),
    ],
)
def test_another_distribution_is_noticed(always, name, change):
    theirs = next(s.values[:, s.names.index(name)].numpy() for s in always[0].values() if name in s.names)
    assert differ(name, theirs, change(theirs, np.random.default_rng(2).random(DRAWS)))


def test_another_rate_is_noticed(sometimes):
    theirs = sometimes[0]["to_gray"].applied.numpy()
    assert differ("applied", theirs, np.random.default_rng(2).random(DRAWS) < 0.4)
