import errno

import pytest
import torch

from cifarlab.training.failures import DivergedError, explain


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "Out of memory at a batch size of 512; choose a smaller one"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "Out of memory at a batch size of 512"),
        (MemoryError(), "Out of memory at a batch size of 512"),
        (OSError(errno.ENOSPC, "No space left"), "is full; free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "x.png"), "x.png: Permission denied; make it readable"),
        (ValueError("labels: 3 is not allowed"), "labels: 3 is not allowed"),
        (DivergedError("The loss is not a number"), "The loss is not a number"),
        (KeyError("conv1"), "Unexpected KeyError: 'conv1'; the log has the whole trace."),
        (RuntimeError(), "Unexpected RuntimeError: no message; the log"),
    ],
)
def test_each_failure_is_one_sentence(tmp_path, error, sentence):
    told = explain(error, tmp_path, batch_size=512)
    assert sentence in told
    assert "\n" not in told


def test_a_directory_that_is_gone_comes_before_what_it_caused(tmp_path):
    error = FileNotFoundError(errno.ENOENT, "No such file", "status.json")
    assert "was deleted or moved" in explain(error, tmp_path / "gone", batch_size=512)
