import pytest
import torch

from cifarlab.training.tally import Tally


def test_figures_are_means_over_images_not_over_batches():
    tally = Tally(torch.device("cpu"))
    tally.add(torch.tensor(1.0), torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), torch.tensor([0, 1, 1]))
    tally.add(torch.tensor(5.0), torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    assert tally.loss == pytest.approx((3 * 1.0 + 5.0) / 4)
    assert tally.accuracy == 3 / 4


def test_speed_counts_images_and_steps_over_the_same_time(monkeypatch):
    from cifarlab.training import tally as module

    clock = iter([10.0, 12.0, 14.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    tally = Tally(torch.device("cpu"))
    for _ in range(4):
        tally.add(torch.tensor(1.0), torch.zeros(25, 2), torch.zeros(25, dtype=torch.int64))
    assert tally.images_per_second == 50
    assert tally.seconds_per_step == 1
