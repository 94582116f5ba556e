"""Weights on disk: safetensors beside the recipe that alone rebuilds their network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from pydantic import ValidationError

from cifarlab.augment.steps import Normalization
from cifarlab.paths import whole_path
from cifarlab.recipe import Recipe, load_recipe
from cifarlab.storage import replace_file
from cifarlab.training.checkpoints.facts import CheckpointFacts, Statement
from cifarlab.training.runs.directory import BEST, LAST, RECIPE, TEST_LOGITS, RunDirectory

if TYPE_CHECKING:
    from torch import Tensor

    from cifarlab.network import Classifier

MODEL = "model.safetensors"

_WEIGHTS_OF_A_DIRECTORY = (BEST, MODEL, LAST)
_METADATA = "cifarlab"


@dataclass(frozen=True, eq=False)
class StoredLogits:
    """What a network answered on its test split: logits float32 (N, classes), true labels int64 (N,), and its origin.

    The logits were stored as float16, which changes no answer.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    facts: CheckpointFacts

    @property
    def correct(self) -> int:
        """How many of them are right."""
        return int((self.logits.argmax(axis=1) == self.labels).sum())


def load_checkpoint(path: str | Path) -> tuple[Classifier, Recipe]:
    """The network with its weights, on the CPU and in evaluation mode, and the recipe that it was trained by.

    `path` is a run directory (its best weights), a shipped checkpoint, or a .safetensors file beside a recipe.yaml.

    Raises:
        ValueError: there are no weights, they are damaged, or they do not fit the recipe's network.
    """
    from cifarlab.network import build

    file = find_weights(path)
    recipe, weights = load_recipe(file.parent / RECIPE), load_weights(file)
    model = build(recipe.network)
    _check_fit(file, weights, {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()})
    model.load_state_dict(weights)
    return model.eval(), recipe


def load_weights(path: str | Path) -> dict[str, Tensor]:
    """Weights and running statistics by name, in the type they are stored in, which is float32 or float16.

    Raises:
        ValueError: there are no weights, or they are damaged.
    """
    import torch

    # torch has no read-only tensors, and the arrays are this call's own.
    return {name: torch.from_numpy(array) for name, array in _read(find_weights(path)).items()}


def load_test_logits(path: str | Path) -> StoredLogits:
    """The stored answers on the test split: of a run's best weights, or of a shipped checkpoint.

    Raises:
        ValueError: there are none, or they are damaged.
    """
    stored = find_weights(path).parent / TEST_LOGITS
    tensors = _read(stored)
    if set(tensors) != {"logits", "labels"} or len(tensors["logits"]) != len(tensors["labels"]):
        raise ValueError(f"{stored}: it does not hold logits and labels of equal number; evaluate the network anew")
    return StoredLogits(tensors["logits"].astype(np.float32), tensors["labels"].astype(np.int64), _read_facts(stored))


def stored_answers(path: str | Path, facts: CheckpointFacts) -> StoredLogits | None:
    """The stored answers on the test split, if there are any and they are those of the weights with these facts.

    Raises:
        ValueError: they are damaged.
    """
    if not (find_weights(path).parent / TEST_LOGITS).is_file():
        return None
    stored = load_test_logits(path)
    return stored if stored.facts == facts else None


def checkpoint_facts(path: str | Path) -> CheckpointFacts:
    """What the weights were trained on, and how far; reads only the file's header, and a run's record.

    Raises:
        ValueError: there are no weights, they are damaged, or they do not say it.
    """
    return _read_facts(find_weights(path))


def checkpoint_statement(path: str | Path) -> Statement:
    """What shipped weights score, and how they were made; reads only the file's header.

    Raises:
        ValueError: there are no weights, they are damaged, or they were not shipped.
    """
    weights = find_weights(path)
    statement = _read_facts(weights).statement
    if statement is None:
        raise ValueError(f"checkpoint: {weights.parent} does not say how it was made; ship its run anew")
    return statement


def normalization_of(recipe: Recipe) -> Normalization:
    """The numbers that a trained network's images are normalised by.

    Raises:
        ValueError: the recipe still says `dataset`, as it does before training.
    """
    numbers = recipe.augmentation.normalize
    if not isinstance(numbers, Normalization):
        raise ValueError(
            f"augmentation.normalize: {numbers!r} is not allowed in the recipe of a trained network; "
            "give the mean and std that it was trained with"
        )
    return numbers


def shipped_checkpoints() -> dict[str, Path]:
    """The trained networks that come with the laboratory: the directory of each, by name, in alphabetical order."""
    folder = Path(__file__).parents[3] / "checkpoints"
    return {weights.parent.name: weights.parent for weights in sorted(folder.glob(f"*/{MODEL}"))}


def find_weights(path: str | Path) -> Path:
    """The file of weights that `path` stands for: itself, or that of a run directory or a shipped checkpoint.

    Raises:
        ValueError: there is none.
    """
    place = whole_path("checkpoint", path, "give a run directory, a .safetensors file or a checkpoint that ships")
    if place.suffix == ".safetensors" and place.is_file():
        return place
    for name in _WEIGHTS_OF_A_DIRECTORY:
        if (place / name).is_file():
            return place / name
    known = ", ".join(shipped_checkpoints()) or "none yet"
    raise ValueError(
        f"checkpoint: {place} holds no weights; give a run directory with at least one complete epoch, "
        f"a .safetensors file, or a checkpoint that ships ({known})"
    )


def weights_content(weights: Mapping[str, Tensor], facts: CheckpointFacts) -> bytes:
    """The content of a checkpoint file: weights and running statistics by name, and where they come from."""
    arrays = {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in weights.items()}
    return safetensors.numpy.save(arrays, _metadata(facts))


def save_test_logits(
    directory: Path, logits: NDArray[np.float32], labels: NDArray[np.int64], facts: CheckpointFacts
) -> None:
    """Store what a network answered on its test split; logits as float16, labels as int16.

    Raises:
        OSError: the disk refuses; what was there stays.
    """
    replace_file(directory / TEST_LOGITS, answers_content(StoredLogits(logits, labels, facts)))


def answers_content(stored: StoredLogits) -> bytes:
    """The content of a file of answers: logits as float16, labels as int16, and where they come from."""
    arrays = {"logits": _as_stored(stored.logits), "labels": stored.labels.astype(np.int16)}
    return safetensors.numpy.save(arrays, _metadata(stored.facts))


def _as_stored(logits: NDArray[np.float32]) -> NDArray[np.float16]:
    """Logits (N, classes) in float16 and within its range; the largest of each row stays the largest.

    Where rounding makes another class its equal, as it did for 1 image of 10,000, it is stored a step higher.
    """
    largest = np.finfo(np.float16).max
    stored = np.clip(logits, -largest, np.nextafter(largest, np.float16(0))).astype(np.float16)
    answers = logits.argmax(axis=1)
    tied = np.flatnonzero(stored.argmax(axis=1) != answers)
    stored[tied, answers[tied]] = np.nextafter(stored[tied, answers[tied]], largest)
    return stored


def _metadata(facts: CheckpointFacts) -> dict[str, str]:
    return {_METADATA: facts.model_dump_json()}


def _read(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        return dict(safetensors.numpy.load_file(path))
    except FileNotFoundError as error:
        raise ValueError(f"{path}: it is not there; train at least one complete epoch") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(_damaged(path, error)) from error


def _read_facts(path: Path) -> CheckpointFacts:
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
        facts = CheckpointFacts.model_validate_json(metadata[_METADATA])
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(_damaged(path, error)) from error
    except (KeyError, ValidationError) as error:
        raise ValueError(
            f"{path}: it does not say what it was trained on; give {', '.join(_WEIGHTS_OF_A_DIRECTORY)} or a directory "
            "with one of them, as CIFAR Lab writes it"
        ) from error
    return facts.model_copy(update={"test_fingerprint": _test_fingerprint(path.parent, facts)})


def _test_fingerprint(directory: Path, facts: CheckpointFacts) -> str | None:
    if facts.statement is not None:
        return facts.statement.origin.test_fingerprint
    info = RunDirectory(directory).info()
    return info.test_fingerprint or None if info else None


def _damaged(path: Path, error: Exception) -> str:
    return f"{path}: the file is cut off or damaged ({error}); copy it again, or train again"


def _check_fit(path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    for name, shape in shapes.items():
        if name not in tensors:
            raise ValueError(_unfit(path, f"{name} is missing"))
        if tuple(tensors[name].shape) != shape:
            raise ValueError(_unfit(path, f"{name} has the shape {tuple(tensors[name].shape)} instead of {shape}"))
    if surplus := sorted(set(tensors) - set(shapes)):
        raise ValueError(_unfit(path, f"{surplus[0]} has no place in it"))


def _unfit(path: Path, what: str) -> str:
    return f"{path}: the weights do not fit the network of {path.parent / RECIPE}: {what}; use the recipe of that run"
