"""Learning with CUDA graphs: a whole step recorded once and replayed, where starting its kernels takes longest."""

from __future__ import annotations

import torch
from torch import Tensor

from cifarlab.recipe import Recipe
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.learner import Answer, Learner
from cifarlab.training.learning.optimisation import fit_for_capture


def new_learner(recipe: Recipe, device: torch.device, arithmetic: Arithmetic) -> Learner:
    """The learner that suits a device: on a CUDA GPU one that records its steps."""
    kind = CapturedLearner if device.type == "cuda" else Learner
    return kind(recipe, device, arithmetic)


class CapturedLearner(Learner):
    """A learner on a CUDA GPU that records its step on batches of the first size, and replays it from then on.

    A small network's step is hundreds of kernels of a few microseconds each, and starting them one by one takes longer
    than they do. The first steps are taken as they come, because libraries choose their kernels in them; so is a batch
    of another size, such as the last of an epoch. Random numbers go on from one replay to the next.

    Source: the PyTorch documentation, CUDA semantics, section on whole-network capture.
    """

    warm_up_steps = 5

    def __init__(self, recipe: Recipe, device: torch.device, arithmetic: Arithmetic) -> None:
        super().__init__(recipe, device, arithmetic)
        # One stream for all that is not replayed: each would keep memory of its own.
        self._side = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._taken = 0
        self._size: int | None = None
        self._recording: _Recording | None = None

    def _step(self, images: Tensor, labels: Tensor) -> Answer:
        self._taken += 1
        self._size = self._size or len(images)
        if len(images) != self._size:
            return self._on_side_stream(images, labels)
        if self._recording is None and self._taken >= self.warm_up_steps:
            self._recording = self._record(images, labels)
        if self._recording is None:
            return self._on_side_stream(images, labels)
        return self._recording.replay(images, labels)

    def _on_side_stream(self, images: Tensor, labels: Tensor) -> Answer:
        """Away from the default stream, on which nothing that is recorded later may have begun."""
        current = torch.cuda.current_stream(self.device)
        self._side.wait_stream(current)
        with torch.cuda.stream(self._side):
            answer = super()._step(images, labels)
        current.wait_stream(self._side)
        return answer

    def _record(self, images: Tensor, labels: Tensor) -> _Recording:
        """Recording computes nothing: the weights are as before."""
        images, labels, graph = images.clone(), labels.clone(), torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with (
            torch.cuda.device(self.device),
            fit_for_capture(self.optimizer),
            torch.cuda.graph(graph, stream=self._side),
        ):
            answer = super()._step(images, labels)
        return _Recording(graph, images, labels, answer)


class _Recording:
    """A recorded step: the tensors that it reads, and those that it writes."""

    def __init__(self, graph: torch.cuda.CUDAGraph, images: Tensor, labels: Tensor, answer: Answer) -> None:
        self.images = images
        self._graph, self._labels, self._answer = graph, labels, answer

    def replay(self, images: Tensor, labels: Tensor) -> Answer:
        """Take the step on this batch; the answer is a copy, because the next replay overwrites its own."""
        self.images.copy_(images)
        self._labels.copy_(labels)
        self._graph.replay()
        return Answer(self._answer.loss.clone(), self._answer.logits.clone())
