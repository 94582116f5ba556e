import multiprocessing
from dataclasses import replace

import numpy as np
import pytest
import torch

from cifarlab.augment import Augmentation, BatchedPipeline
from cifarlab.augment.preview import one_image_many_draws
from cifarlab.training import batches as module
from cifarlab.training.batches import epoch_order, open_batches, steps_per_epoch, worker_count
from cifarlab.training.material import gather


@pytest.fixture(scope="module")
def material(recipe, pictures):
    return gather(recipe, pictures)


CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def batches(material):
    """All batches of the run: 3 epochs of 4."""
    with open_batches(material, CPU, workers=0) as opened:
        return list(opened)


@pytest.fixture
def _no_twin(monkeypatch):
    """As if a step could not be applied to batches."""
    monkeypatch.setattr(module, "steps_without_twin", lambda _: ("horizontal_flip",))


@pytest.fixture
def one_by_one(material, _no_twin):
    """The same batches, augmented by albumentations."""
    with open_batches(material, CPU, workers=0) as opened:
        return list(opened)


@pytest.mark.parametrize(
    ("images", "size", "steps"), [(96, 25, 4), (100, 25, 4), (101, 25, 4), (102, 25, 5), (3, 1, 3), (2, 512, 1)]
)
def test_the_rest_of_an_epoch_is_a_batch_unless_it_is_one_image(images, size, steps):
    assert steps_per_epoch(images, size) == steps


def test_every_image_comes_once_in_each_epoch(batches):
    assert [len(labels) for _, labels in batches] == [25, 25, 25, 21] * 3
    for start in (0, 4, 8):
        labels = torch.cat([labels for _, labels in batches[start : start + 4]])
        assert torch.bincount(labels).tolist() == [32, 32, 32]


def test_the_order_is_another_in_each_epoch_and_with_each_seed():
    indices = np.arange(5, 105)
    orders = [epoch_order(indices, seed, epoch) for seed, epoch in ((0, 1), (0, 2), (1, 1))]
    assert all(sorted(order) == list(indices) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    assert np.array_equal(orders[1], epoch_order(indices, 0, 2))


def test_an_image_is_augmented_by_its_own_row_of_the_epochs_draws(material, batches):
    seed, indices = material.recipe.training.seed, epoch_order(material.trained_on, material.recipe.training.seed, 2)
    pipeline = BatchedPipeline(material.recipe.augmentation)
    images = torch.from_numpy(material.train.images[indices[:25]])
    draws = pipeline.draw(96, seed=seed, epoch=1)
    assert torch.equal(batches[4][0], pipeline.apply(images, draws, torch.from_numpy(indices[:25])))
    assert torch.equal(batches[4][1], torch.from_numpy(material.train.labels[indices[:25]]))


def test_batches_begin_at_any_epoch(material, batches):
    with open_batches(material, CPU, workers=0, first_epoch=3) as opened:
        last = list(opened)
    assert len(last) == 4
    assert all(torch.equal(one[0], other[0]) for one, other in zip(last, batches[8:], strict=True))


def test_images_that_are_read_only_are_not_copied(material):
    array = material.train.images
    assert not array.flags.writeable
    assert module.shared_tensor(array).data_ptr() == array.ctypes.data


def test_an_image_augmented_by_albumentations_is_as_the_preview_shows_it(material, one_by_one):
    image, seed = material.train.images[0], material.recipe.training.seed
    draws = one_image_many_draws(image, material.recipe.augmentation, count=3, seed=seed)
    for epoch in (1, 2, 3):
        place = int(np.flatnonzero(epoch_order(material.trained_on, seed, epoch) == 0)[0])
        images, _ = one_by_one[4 * (epoch - 1) + place // 25]
        assert np.array_equal(images[place % 25].numpy(), draws[epoch - 1])


def test_each_image_has_a_draw_of_its_own(material):
    same = replace(material, train=replace(material.train, images=np.repeat(material.train.images[:1], 96, axis=0)))
    with open_batches(same, CPU, workers=0) as opened:
        images, _ = next(opened)
    assert len({image.numpy().tobytes() for image in images}) > 10


@pytest.mark.usefixtures("_no_twin")
def test_workers_prepare_what_the_process_itself_would(material, one_by_one):
    with open_batches(material, CPU, workers=2) as opened:
        others = list(opened)
    for (images, labels), (same_images, same_labels) in zip(one_by_one, others, strict=True):
        assert torch.equal(images, same_images)
        assert torch.equal(labels, same_labels)


@pytest.mark.usefixtures("_no_twin")
def test_workers_are_gone_when_the_batches_are_closed_early(material):
    with open_batches(material, CPU, workers=2) as opened:
        next(opened)
        assert len(multiprocessing.active_children()) == 2
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("_no_twin")
@pytest.mark.parametrize(
    ("images", "device", "cores", "workers"),
    [
        (50_000, "cpu", 2, 0),
        (50_000, "cpu", 16, 4),
        (50_000, "cuda:0", 16, 8),
        (50_000, "cuda:0", 4, 3),
        (20_000, "mps", 4, 3),
        (19_999, "cuda:0", 16, 0),
    ],
)
def test_workers_are_started_where_cores_would_be_idle(images, device, cores, workers):
    assert worker_count(Augmentation(), images, device, cores) == workers


def test_no_workers_are_started_where_the_device_augments():
    assert worker_count(Augmentation(), 50_000, "cpu", cores=16) == 0
