"""What goes wrong in a run, in one sentence that says what to do."""

from __future__ import annotations

import errno
from pathlib import Path

_ALLOCATION_FAILURES = ("can't allocate memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


class DivergedError(ArithmeticError):
    """The loss is not a number any more."""


def explain(error: Exception, directory: Path) -> str:
    """One sentence on why the run in `directory` ended: for whoever reads the page, without a traceback."""
    if isinstance(error, OSError):
        return _explain_system(error, directory)
    if isinstance(error, ValueError):
        return str(error)
    return f"Unexpected {type(error).__name__}: {first_line(error)}; the log has the whole trace."


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory, of the device or of the machine, did not suffice."""
    import torch

    return isinstance(error, MemoryError | torch.OutOfMemoryError) or _is_allocation_failure(error)


def explain_memory(batch_size: int, fitting: int | None) -> str:
    """One sentence on a run that memory did not suffice for; `fitting` is a smaller batch that it does suffice for."""
    if fitting is None:
        return f"Out of memory at a batch size of {batch_size}, and at smaller ones too; choose a smaller network."
    return (
        f"Out of memory at a batch size of {batch_size}; {fitting} fits here: "
        f"set training.batch_size to {fitting} and start the run again."
    )


def first_line(error: Exception) -> str:
    """What an error says first, which is enough in a sentence."""
    return next(iter(str(error).splitlines()), "no message")


def _explain_system(error: OSError, directory: Path) -> str:
    if not directory.is_dir():
        return f"The run directory {directory} was deleted or moved while the run wrote to it; start the run again."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {directory} is full; free some space and resume the run."
    if error.errno == errno.ENOMEM:
        return "The memory of this machine is full; close other programs and resume the run."
    where = f"{_shown(Path(error.filename), directory)}: " if error.filename else ""
    remedy = "make it readable and writable for this user and resume the run"
    what_next = remedy if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) else "the log has the whole trace"
    return f"{where}{error.strerror or error}; {what_next}."


def _shown(path: Path, directory: Path) -> Path:
    """The path, but the run directory itself for what lies in it: new contents have names that tell nobody anything."""
    return directory if path.parent == directory else path


def _is_allocation_failure(error: Exception) -> bool:
    """torch has no class of its own for a failed allocation on the CPU, in a CUDA graph or in one of its libraries."""
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _ALLOCATION_FAILURES)
