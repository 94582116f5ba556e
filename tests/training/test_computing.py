import pytest
import torch

from cifarlab.training import computing as module
from cifarlab.training.computing import computing, thread_count

CPU = torch.device("cpu")


@pytest.mark.parametrize(("cores", "workers", "threads"), [(8, 0, 8), (8, 2, 6), (2, 2, 1), (1, 4, 1)])
def test_each_core_that_no_worker_needs_computes(monkeypatch, cores, workers, threads):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(module, "usable_cores", lambda: cores)
    assert thread_count(workers) == threads


def test_threads_that_the_user_chose_are_taken(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(module, "usable_cores", lambda: 8)
    assert thread_count(2) == torch.get_num_threads()


def test_threads_and_random_numbers_are_afterwards_what_they_were():
    before, numbers = torch.get_num_threads(), torch.get_rng_state()
    with computing(CPU, before + 1):
        assert torch.get_num_threads() == before + 1
        torch.manual_seed(99)
    assert torch.get_num_threads() == before
    assert torch.equal(torch.get_rng_state(), numbers)
