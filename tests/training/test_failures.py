import errno
from pathlib import Path

import pytest
import torch

from cifarlab.training.failures import explain, explain_memory, is_out_of_memory


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left"),
            "The disk of /runs/a is full; free some space and resume the run.",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "x.png"), "x.png: Permission denied; make it readable"),
        (
            OSError(errno.EROFS, "Read-only file system", "/runs/a/.status.json.0f"),
            "/runs/a: Read-only file system; make",
        ),
        (OSError(errno.ENOENT, "No such file", "x.png"), "x.png: No such file; the log has the whole trace."),
        (OSError(errno.EIO, "Input/output error"), "Input/output error; the log has the whole trace."),
        (
            OSError(errno.ENOMEM, "Cannot allocate memory"),
            "The memory of this machine is full; close other programs and resume the run.",
        ),
        (ValueError("labels: 3 is not allowed"), "labels: 3 is not allowed"),
        (KeyError("conv1"), "Unexpected KeyError: 'conv1'; the log has the whole trace."),
        (RuntimeError(), "Unexpected RuntimeError: no message; the log"),
    ],
)
def test_each_failure_is_one_sentence(error, sentence, monkeypatch):
    monkeypatch.setattr(Path, "is_dir", lambda path: path == Path("/runs/a"))
    told = explain(error, Path("/runs/a"))
    assert sentence in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("error", "is_of_memory"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (OSError(errno.ENOSPC, "No space left"), False),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), False),
    ],
)
def test_memory_that_does_not_suffice_is_told_from_other_failures(error, is_of_memory):
    assert is_out_of_memory(error) is is_of_memory


def test_out_of_memory_says_what_fits():
    assert explain_memory(512, 128) == (
        "Out of memory at a batch size of 512; 128 fits here: set training.batch_size to 128 and start the run again."
    )
    assert explain_memory(512, None) == (
        "Out of memory at a batch size of 512, and at smaller ones too; choose a smaller network."
    )


def test_a_directory_that_is_gone_comes_before_what_it_caused(tmp_path):
    error = FileNotFoundError(errno.ENOENT, "No such file", "status.json")
    assert "was deleted or moved" in explain(error, tmp_path / "gone")
