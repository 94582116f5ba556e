"""Training in a process of its own: the engine, run directories, checkpoints, and what starts a run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cifarlab.training.checkpoints.checkpoint import (
    StoredLogits,
    checkpoint_facts,
    checkpoint_statement,
    load_checkpoint,
    load_test_logits,
    shipped_checkpoints,
)
from cifarlab.training.checkpoints.facts import CheckpointFacts
from cifarlab.training.device import available_devices, let_idle_threads_sleep
from cifarlab.training.learning.optimisation import learning_rate
from cifarlab.training.process import devote_to_training
from cifarlab.training.rates.apart import range_test_apart
from cifarlab.training.runs.directory import RunDirectory, list_runs, runs_folder
from cifarlab.training.runs.ending import stop
from cifarlab.training.runs.launch import launch, launches_ahead, relaunch
from cifarlab.training.runs.records import EpochMetrics, RunInfo, RunStatus, State

if TYPE_CHECKING:
    from cifarlab.training.engine import resume, train

__all__ = [
    "CheckpointFacts",
    "EpochMetrics",
    "RunDirectory",
    "RunInfo",
    "RunStatus",
    "State",
    "StoredLogits",
    "available_devices",
    "checkpoint_facts",
    "checkpoint_statement",
    "devote_to_training",
    "launch",
    "launches_ahead",
    "learning_rate",
    "let_idle_threads_sleep",
    "list_runs",
    "load_checkpoint",
    "load_test_logits",
    "range_test_apart",
    "relaunch",
    "resume",
    "runs_folder",
    "shipped_checkpoints",
    "stop",
    "train",
]


def __getattr__(name: str) -> Any:
    """`train` and `resume` arrive on first use: they need PyTorch, which takes seconds to import."""
    if name in ("train", "resume"):
        return getattr(import_module("cifarlab.training.engine"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
