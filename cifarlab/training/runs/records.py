"""What a run directory says about a run: how it was started, where it stands, and a line of figures per epoch."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from cifarlab.training.learning.arithmetic import Arithmetic, MemoryFormat, Precision

SCHEMA_VERSION = 1

State: TypeAlias = Literal["queued", "running", "stopping", "finished", "stopped", "failed", "crashed"]
ACTIVE_STATES: tuple[State, ...] = ("queued", "running", "stopping")


class Record(BaseModel):
    """An immutable record; fields that a newer version may have added are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RunRequest(Record):
    """What a run was asked to be trained on and with, written before anything else can go wrong."""

    data: str = Field(description="The source of the images: cifar10, sketch10 or a folder's path.")
    device: str = Field(description="auto, or a device as torch names it.")


class RunInfo(Record):
    """How a run was started: everything besides the recipe that its weights depend on, and what it ran on."""

    schema_version: int = SCHEMA_VERSION
    started_at: str = Field(description="Time of the start, ISO 8601 in UTC.")
    resumed_at: tuple[str, ...] = Field((), description="When the run was taken up again, each time.")
    seed: int
    data: str = Field(description="The source of the images: cifar10, sketch10 or a folder's path.")
    class_names: tuple[str, ...]
    fingerprint: str = Field("", description="Hash of the training split: other images give another.")
    test_fingerprint: str = Field("", description="Hash of the test split.")
    train_images: int = Field(description="Images trained on, without those held out.")
    validation_images: int
    test_images: int
    device: str = Field(description="As torch names it: cpu, cuda:0 or mps.")
    hardware: str = Field(description="The device as its maker names it.")
    precision: Precision = Field("float32", description="Type of the values that convolutions and products compute.")
    memory_format: MemoryFormat = Field("contiguous", description="Order of a map's values in memory.")
    threads: int = Field(description="Processor threads that torch computes with.")
    workers: int = Field(description="Processes that augment images; 0 when the training process does it itself.")
    versions: dict[str, str] = Field(description="Versions of cifarlab, Python and the libraries that decide results.")
    git_commit: str | None = Field(description="Commit of the checkout, ending in -dirty if files were changed.")
    command: str = Field(description="The command line of the process.")

    @property
    def arithmetic(self) -> Arithmetic:
        """How the network is computed while it trains."""
        return Arithmetic(self.precision, self.memory_format)


class RunStatus(Record):
    """Where a run stands. `crashed` is never written: a reader concludes it from a free lock.

    `epoch` is the epoch at work, 1 to `epochs`, 0 before the first; `step` and `steps` count over all epochs.
    """

    state: State
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    message: str = Field("", description="What is being done, or why the run ended, in one sentence.")
    images_per_second: float | None = Field(None, description="Training images per second in this epoch.")
    eta_seconds: float | None = Field(None, description="Expected seconds to the end of the run.")
    updated_at: str = Field("", description="Time of this record, ISO 8601 in UTC.")

    @property
    def is_active(self) -> bool:
        """Whether the run is waiting, training or about to stop."""
        return self.state in ACTIVE_STATES


class EpochMetrics(Record):
    """The figures of one complete epoch; accuracies are shares, 0..1, losses mean cross-entropies in nats.

    Training figures are means over the epoch's augmented batches, while the weights change; test and validation
    figures are of the weights at the epoch's end.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    test_flip_accuracy: float | None = Field(None, description="Of the mean answer to an image and its mirror image.")
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    learning_rate: float = Field(description="Of the epoch's last step.")
    elapsed_seconds: float = Field(description="Since the start of the run.")
    images_per_second: float = Field(description="Training images per second, evaluation not counted.")
