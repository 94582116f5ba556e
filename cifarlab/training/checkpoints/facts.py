"""What weights say of themselves: what they were trained on, how they were made, and what they score."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import TYPE_CHECKING

from pydantic import Field

from cifarlab.training.device import hardware_name
from cifarlab.training.learning.arithmetic import MemoryFormat, Precision
from cifarlab.training.runs.directory import METRICS
from cifarlab.training.runs.records import EpochMetrics, Record, RunInfo
from cifarlab.training.runs.surroundings import versions

if TYPE_CHECKING:
    import torch


class Conditions(Record):
    """What answers were computed on; the same weights and images give the same answers under the same conditions."""

    hardware: str = Field(description="The device as its maker names it.")
    threads: int = Field(description="Processor threads that torch computes with.")
    versions: dict[str, str] = Field(description="Versions of cifarlab, Python and the libraries that decide results.")


class Origin(Record):
    """How a run made weights: what a second run needs besides recipe and images, and how long it took."""

    seed: int
    train_images: int = Field(description="Images trained on, without those held out.")
    validation_images: int
    device: str = Field(description="As torch names it: cpu, cuda:0 or mps.")
    seconds: float = Field(description="From the start of the run to the end of its last epoch, evaluation included.")
    git_commit: str | None
    conditions: Conditions
    precision: Precision | None = Field(None, description="Of convolutions and products; None where it is not known.")
    memory_format: MemoryFormat | None = Field(None, description="Order of a map's values; None where it is not known.")
    fingerprint: str | None = Field(None, description="Hash of the training split; None where it is not known.")
    test_fingerprint: str | None = Field(None, description="Hash of the test split; None where it is not known.")


class Repetition(Record):
    """The same recipe, trained on the same images with another seed: how many test images it classifies right."""

    seed: int
    correct: int


class Statement(Record):
    """What weights score on their test split, as whoever made the checkpoint measured it, and how they were made."""

    correct: int = Field(description="Test images classified right.")
    images: int = Field(description="Test images in all.")
    conditions: Conditions = Field(description="Where that was measured.")
    origin: Origin
    correct_as_trained: int | None = Field(None, description="As it was before the weights were rounded to float16.")
    repetitions: tuple[Repetition, ...] = Field((), description="Other seeds, in ascending order.")

    @property
    def accuracies(self) -> dict[int, float]:
        """Test accuracy of each seed, 0..1, the one whose weights these are first."""
        first = self.correct if self.correct_as_trained is None else self.correct_as_trained
        counts = {self.origin.seed: first} | {again.seed: again.correct for again in self.repetitions}
        return {seed: count / self.images for seed, count in counts.items()}

    @property
    def mean_and_spread(self) -> tuple[float, float] | None:
        """Mean and sample standard deviation of the seeds' accuracies, 0..1; None where there is but one."""
        shares = list(self.accuracies.values())
        return (mean(shares), stdev(shares)) if len(shares) > 1 else None


class CheckpointFacts(Record):
    """Where weights come from: what they were trained on, how far, and, if they were shipped, what they score.

    `test_fingerprint` is read beside the rest, from the run or the statement, and never written with it.
    """

    data: str
    class_names: tuple[str, ...]
    epoch: int
    epochs: int
    statement: Statement | None = None
    test_fingerprint: str | None = Field(
        None, exclude=True, description="Hash of the test split; None where it is not known."
    )


def conditions_of(info: RunInfo) -> Conditions:
    """The conditions that a run's figures were measured under."""
    return Conditions(hardware=info.hardware, threads=info.threads, versions=info.versions)


def conditions_here(device: torch.device) -> Conditions:
    """The conditions of what this process computes on `device`."""
    import torch

    return Conditions(hardware=hardware_name(device), threads=torch.get_num_threads(), versions=versions())


def origin_of(info: RunInfo, metrics: Sequence[EpochMetrics]) -> Origin:
    """How a finished run made its weights; `metrics` are those of its epochs.

    Raises:
        ValueError: there are none.
    """
    if not metrics:
        raise ValueError(
            f"run: no epoch stands in {METRICS}, which says how long the run took; put the file back, or train again "
            "in a new directory"
        )
    return Origin(
        seed=info.seed,
        train_images=info.train_images,
        validation_images=info.validation_images,
        device=info.device,
        seconds=metrics[-1].elapsed_seconds,
        git_commit=info.git_commit,
        conditions=conditions_of(info),
        precision=info.precision,
        memory_format=info.memory_format,
        fingerprint=info.fingerprint or None,
        test_fingerprint=info.test_fingerprint or None,
    )
