"""All that a run needs to go on as if nothing had happened, in one file that is replaced whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import safetensors
import safetensors.torch
from pydantic import ValidationError
from torch import Tensor

from cifarlab.storage import replace_file
from cifarlab.training.runs.records import SCHEMA_VERSION, Record

STATE = "state.safetensors"

Tensors: TypeAlias = Mapping[str, Tensor]

_METADATA = "cifarlab"


class Milestone(Record):
    """How far a run had come at the end of an epoch; there are no random states: each epoch starts its own stream."""

    schema_version: int = SCHEMA_VERSION
    epoch: int
    elapsed_seconds: float
    metrics_bytes: int
    best_epoch: int
    best_accuracy: float


@dataclass(frozen=True, eq=False)
class TrainingState:
    """A run at the end of an epoch: tensors by name, all its own, on the device that trains.

    `model` and `optimizer` go on learning, and `average` goes on averaging (empty without one). `weights` are those
    that were evaluated in this epoch, `best` those of the best epoch, and `answers` their float32 logits (N, classes)
    on the test split.
    """

    milestone: Milestone
    model: Tensors
    optimizer: Tensors
    weights: Tensors
    best: Tensors
    answers: Tensor
    average: Tensors = field(default_factory=dict)

    def groups(self) -> dict[str, Tensors]:
        """The tensors by what they are for; groups that are the same tensors are there once."""
        groups = {"model": self.model, "optimizer": self.optimizer, "average": self.average}
        if self.weights is not self.model:
            groups["weights"] = self.weights
        if self.best is not self.weights:
            groups["best"] = self.best
        return groups | {"answers": {"logits": self.answers}}


def write_state(directory: Path, state: TrainingState) -> None:
    """Replace the state in a run directory; it waits until the disk has it.

    Raises:
        OSError: the disk refuses; the state that was there stays.
    """
    named = {
        f"{group}/{name}": tensor.detach().cpu().contiguous()
        for group, tensors in state.groups().items()
        for name, tensor in tensors.items()
    }
    metadata = {_METADATA: state.milestone.model_dump_json()}
    replace_file(directory / STATE, safetensors.torch.save(named, metadata))


def read_state(directory: Path) -> TrainingState | None:
    """The state in a run directory, on the CPU; None if no epoch was saved.

    Raises:
        ValueError: the file is damaged, or a newer version wrote it.
    """
    path = directory / STATE
    if not path.exists():
        return None
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = (file.metadata() or {}).get(_METADATA, "")
            require_known_version(path, metadata)
            milestone = Milestone.model_validate_json(metadata)
            groups = _by_group({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
        model = groups["model"]
        weights = groups.get("weights", model)
        return TrainingState(
            milestone,
            model,
            groups.get("optimizer", {}),
            weights,
            groups.get("best", weights),
            groups["answers"]["logits"],
            groups.get("average", {}),
        )
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(f"{path}: the file is cut off or damaged ({error}); train again in a new directory") from error
    except (ValidationError, KeyError) as error:
        raise ValueError(f"{path}: it does not hold a run's state; train again in a new directory") from error


def require_known_version(path: Path, document: str | bytes) -> None:
    """Let a JSON record pass that this version can read.

    Raises:
        ValueError: a newer version wrote it.
    """
    try:
        version = json.loads(document)["schema_version"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ValueError(
            f"{path}: it was written by a newer version of CIFAR Lab (schema {version}, known here: {SCHEMA_VERSION}); "
            "go on with that version"
        )


def _by_group(named: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    groups: dict[str, dict[str, Tensor]] = {}
    for full_name, tensor in named.items():
        group, _, name = full_name.partition("/")
        groups.setdefault(group, {})[name] = tensor
    return groups
