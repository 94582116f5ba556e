import numpy as np
import pytest
import torch

from cifarlab.analysis import predictions
from cifarlab.analysis.predictions import predict


def test_logits_are_those_of_the_model_in_evaluation_mode(quick, images, normalization):
    logits = predict(quick, images, normalization)
    scaled = torch.tensor(images).permute(0, 3, 1, 2).double() / 255
    mean, std = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (normalization.mean, normalization.std))
    expected = quick.double().eval()((scaled - mean) / std).detach()
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_the_batch_size_changes_nothing(quick, images, monkeypatch, normalization):
    whole = predict(quick, images, normalization)
    monkeypatch.setattr(predictions, "CPU_BATCH", 5)
    np.testing.assert_allclose(predict(quick, images, normalization), whole, atol=1e-5)


def test_progress_counts_the_images_done(quick, images, monkeypatch, normalization):
    monkeypatch.setattr(predictions, "CPU_BATCH", 5)
    seen = []
    predict(quick, images, normalization, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(5, 12), (10, 12), (12, 12)]


def test_only_the_mode_of_the_model_changes(quick, images, normalization):
    before = {name: value.clone() for name, value in quick.state_dict().items()}
    predict(quick, images, normalization)
    assert not any(module.training for module in quick.modules())
    assert all(torch.equal(value, before[name]) for name, value in quick.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in quick.parameters())


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_weights_that_are_not_float32_are_refused_by_name(quick, images, kind, normalization):
    with pytest.raises(ValueError, match=f"{str(kind)[6:]} weights are not allowed; .* load the checkpoint as float32"):
        predict(quick.to(kind), images, normalization)


def test_a_model_without_weights_is_refused(images, normalization):
    with pytest.raises(ValueError, match="it has no weights"):
        predict(torch.nn.Flatten(), images, normalization)


@pytest.mark.parametrize("wrong", [np.zeros((0, 32, 32, 3), np.uint8), np.zeros((1, 3, 32, 32), np.uint8)])
def test_images_of_another_shape_are_refused(quick, wrong, normalization):
    with pytest.raises(ValueError, match=r"give uint8 \(N, 32, 32, 3\) with N at least 1"):
        predict(quick, wrong, normalization)
