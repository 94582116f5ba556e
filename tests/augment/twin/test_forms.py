"""Fetching the images that are meant and masking all of them give the same; only masking fits a GPU."""

import pytest
import torch

from cifarlab.augment import BatchedPipeline
from cifarlab.augment.twin import forms

from .conftest import COUNT, RECIPES, STEPS, augmentation_named


def augmented(name, images, rows, device="cpu"):
    twin = BatchedPipeline(augmentation_named(name), device)
    return twin.apply(images.to(device), twin.draw(COUNT, seed=1, epoch=0), rows.to(device))


@pytest.mark.parametrize("name", [*STEPS, "all", *RECIPES])
def test_both_forms_give_the_same_images(name, images, rows, monkeypatch):
    monkeypatch.setattr(forms, "_PIECE", 7)  # so that a batch has several, the last one smaller
    fetched = augmented(name, images, rows)
    monkeypatch.setattr(forms, "_FORMS", {})
    assert torch.equal(augmented(name, images, rows), fetched)
    assert not torch.equal(fetched, images)


@pytest.mark.parametrize("name", [*STEPS, "all"])
def test_on_a_gpu_no_shape_depends_on_a_number(name, images, rows):
    # The device `meta` has shapes and no numbers: whatever asks for one fails there, as it would in a CUDA graph.
    assert augmented(name, images, rows, "meta").shape == images.shape


def test_fetching_does_ask_for_a_number(images, rows, monkeypatch):
    monkeypatch.setattr(forms, "_FORMS", {"meta": forms.gathered})
    with pytest.raises(NotImplementedError, match="nonzero"):
        augmented("all", images, rows, "meta")


@pytest.mark.parametrize("form", [forms.gathered, forms.masked])
def test_only_what_is_meant_is_changed_by_its_own_values(form):
    images = torch.arange(4, dtype=torch.uint8).view(4, 1, 1, 1).repeat(1, 32, 32, 3)
    applied = torch.tensor([True, False, True, False])
    result = form(images, applied, torch.tensor([[10.0], [20.0], [30.0], [40.0]]), added)
    assert torch.equal(result, torch.tensor([10, 1, 32, 3], dtype=torch.uint8).view(4, 1, 1, 1).expand_as(images))


def added(images, values):
    return images + values.to(torch.uint8)[:, :, None, None]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_cuda_graph_of_it_gives_the_images_of_the_cpu_epoch_after_epoch(images, rows):
    augmentation = augmentation_named("all")
    twins = [BatchedPipeline(augmentation, device) for device in ("cpu", "cuda")]
    draws, given, places = twins[1].draw(COUNT, seed=1, epoch=0), images.cuda(), rows.cuda()
    twins[1].apply(given, draws, places)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = twins[1].apply(given, draws, places)
    for epoch in (1, 2):
        drawn = twins[1].draw(COUNT, seed=1, epoch=epoch)
        for kept, new in zip(draws.steps.values(), drawn.steps.values(), strict=True):
            kept.applied.copy_(new.applied)
            kept.values.copy_(new.values)
        graph.replay()
        expected = twins[0].apply(images, twins[0].draw(COUNT, seed=1, epoch=epoch), rows)
        off = (captured.cpu().int() - expected.int()).abs()
        assert (off == 0).float().mean() >= 0.99
        assert off.max() <= 2
