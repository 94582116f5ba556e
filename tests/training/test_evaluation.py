import numpy as np
import pytest
import torch

from cifarlab.augment import Normalization, normalised
from cifarlab.data import load_images
from cifarlab.training.evaluation import evaluate

CPU = torch.device("cpu")
NUMBERS = Normalization(mean=(0.4, 0.45, 0.5), std=(0.2, 0.25, 0.3))


class Brightness(torch.nn.Module):
    """Answers with the mean of each channel, and notes in which mode it was asked."""

    def forward(self, images):
        assert not self.training
        return images.mean((2, 3))


def test_loss_and_accuracy_are_those_of_the_logits(pictures):
    images = load_images(pictures, "test")
    outcome = evaluate(Brightness(), images, NUMBERS, CPU)
    expected = normalised(images.images, NUMBERS).mean((1, 2))
    np.testing.assert_allclose(outcome.logits, expected, rtol=1e-4, atol=1e-5)
    shares = np.exp(expected) / np.exp(expected).sum(1, keepdims=True)
    assert outcome.loss == pytest.approx(-np.log(shares[np.arange(30), images.labels]).mean(), rel=1e-4)
    # The classes are blue, green, red and the channels red, green, blue: only green answers green.
    assert outcome.accuracy == pytest.approx(1 / 3)


class SmallDevice(Brightness):
    """Has memory for so many images at a time."""

    def __init__(self, room, error):
        super().__init__()
        self.room, self.error = room, error

    def forward(self, images):
        if len(images) > self.room:
            raise self.error
        return super().forward(images)


NO_ROOM = [torch.OutOfMemoryError("no room"), RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling x")]


@pytest.mark.parametrize("error", NO_ROOM)
@pytest.mark.parametrize("room", [20, 7, 1])
def test_a_device_with_little_memory_left_is_asked_for_less_at_a_time(pictures, room, error):
    images = load_images(pictures, "test")
    outcome, reference = (evaluate(model, images, NUMBERS, CPU) for model in (SmallDevice(room, error), Brightness()))
    np.testing.assert_allclose(outcome.logits, reference.logits, rtol=1e-5)
    assert outcome.accuracy == reference.accuracy


@pytest.mark.parametrize("error", NO_ROOM)
def test_a_device_without_memory_for_one_image_says_so(pictures, error):
    with pytest.raises(RuntimeError, match=str(error)):
        evaluate(SmallDevice(0, error), load_images(pictures, "test"), NUMBERS, CPU)


def test_what_fails_for_another_reason_is_not_tried_with_fewer_images(pictures):
    device = SmallDevice(20, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        evaluate(device, load_images(pictures, "test"), NUMBERS, CPU)


def test_the_model_goes_on_in_the_mode_it_came_in(pictures):
    model = Brightness().train()
    evaluate(model, load_images(pictures, "test"), NUMBERS, CPU)
    assert model.training


def test_a_heartbeat_may_end_it(pictures):
    def end():
        raise KeyboardInterrupt

    model = Brightness().train()
    with pytest.raises(KeyboardInterrupt):
        evaluate(model, load_images(pictures, "test"), NUMBERS, CPU, end)
    assert model.training
