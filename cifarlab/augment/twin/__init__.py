"""The batched twin: the same steps on a whole batch of images at once, on a CPU or a GPU."""

from cifarlab.augment.twin.draws import Draws, StepDraws
from cifarlab.augment.twin.normalise import BatchedNormalization
from cifarlab.augment.twin.pipeline import BatchedPipeline
from cifarlab.augment.twin.registry import steps_without_twin

__all__ = ["BatchedNormalization", "BatchedPipeline", "Draws", "StepDraws", "steps_without_twin"]
