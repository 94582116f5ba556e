import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cifarlab.data import ImageSet, channel_statistics, class_counts, default_source, describe_source, load_images
from cifarlab.data.description import CIFAR10_MISSING

MakeFolder = Callable[..., Path]


def pretend_batches(folder: Path) -> Path:
    """A folder that has the names of CIFAR-10's files, with nothing in them."""
    folder.mkdir(parents=True)
    for name in ("batches.meta", "test_batch", *(f"data_batch_{number}" for number in range(1, 6))):
        (folder / name).write_bytes(b"")
    return folder


def test_without_real_images_the_drawn_ones_serve() -> None:
    assert default_source() == "sketch10"


def test_a_fetched_cifar10_serves(cache: Path) -> None:
    pretend_batches(cache / "cifar-10-batches-py")
    assert default_source() == "cifar10"


def test_a_named_folder_comes_before_a_fetched_cifar10(
    cache: Path, image_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_batches(cache / "cifar-10-batches-py")
    root = image_folder()
    monkeypatch.setenv("CIFARLAB_DATA", str(root))
    assert default_source() == str(root)
    monkeypatch.setenv("CIFARLAB_DATA", "")
    assert default_source() == "cifar10"


@pytest.mark.parametrize("inside", [".", "cifar-10-batches-py"])
def test_a_named_folder_of_batches_is_cifar10(tmp_path: Path, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_batches(tmp_path / "data" / "cifar-10-batches-py")
    monkeypatch.setenv("CIFARLAB_DATA", str(tmp_path / "data" / ("cifar-10-batches-py" if inside == "." else "")))
    assert default_source() == "cifar10"
    assert describe_source("cifar10").origin == str(tmp_path / "data" / "cifar-10-batches-py")


def test_a_named_folder_that_is_not_there_is_said_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIFARLAB_DATA", str(tmp_path / "gone"))
    assert default_source() == str(tmp_path / "gone")
    with pytest.raises(ValueError, match="gone does not exist; give a folder"):
        load_images(default_source(), "test")


def test_a_folder_is_loaded_once_and_shared(image_folder: MakeFolder) -> None:
    root = image_folder()
    first = load_images(root, "train")
    assert load_images(str(root), "train") is first
    assert load_images(root, "test") is not first
    assert not first.images.flags.writeable


def test_a_file_added_beside_a_dangling_link_is_noticed(image_folder: MakeFolder) -> None:
    root = image_folder()
    (root / "train" / "moved away").symlink_to(root / "nowhere")
    before = len(load_images(root, "train"))
    (root / "train/cat/new.png").write_bytes((root / "train/cat/0000.png").read_bytes())
    assert len(load_images(root, "train")) == before + 1


def test_a_file_added_to_a_folder_is_noticed(image_folder: MakeFolder) -> None:
    root = image_folder()
    before = len(load_images(root, "train"))
    (root / "train/cat/new.png").write_bytes((root / "train/cat/0000.png").read_bytes())
    assert len(load_images(root, "train")) == before + 1


def test_batches_that_are_not_the_published_ones_are_refused(tmp_path: Path, cache: Path) -> None:
    pretend_batches(cache / "cifar-10-batches-py")
    with pytest.raises(ValueError, match=r"batches\.meta has the MD5 .* instead of"):
        load_images("cifar10", "test")
    with pytest.raises(ValueError, match=r"batches\.meta has the MD5"):
        load_images(pretend_batches(tmp_path / "own"), "test")


def test_cifar10_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(ValueError, match="cifar10 is not on this machine; fetch it") as caught:
        load_images("cifar10", "train")
    assert str(caught.value) == CIFAR10_MISSING


def test_an_unknown_source_or_split_is_refused() -> None:
    with pytest.raises(ValueError, match="cifar11 does not exist"):
        load_images("cifar11", "train")
    with pytest.raises(ValueError, match=r"'~nobody-of-that-name' is no path .*; give cifar10, sketch10 or a folder"):
        load_images("~nobody-of-that-name", "train")
    with pytest.raises(ValueError, match="cannot be opened"):
        load_images("x" * 300, "train")
    with pytest.raises(ValueError, match="split: 'valid' is not allowed; give train or test"):
        load_images("sketch10", "valid")  # type: ignore[arg-type]


def test_drawings_are_drawn_once_and_cached(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cifarlab.data import sketch10, sources
    from cifarlab.data.memory import Memory

    drawn = []

    def draw(split: str) -> ImageSet:
        drawn.append(split)
        return ImageSet(np.zeros((2, 32, 32, 3), np.uint8), np.array([0, 1]), ("cat", "dog"), "sketch10", "test")

    monkeypatch.setattr(sketch10, "draw_sketch10", draw)
    for _ in range(2):
        monkeypatch.setattr(sources, "_memory", Memory(4))
        assert len(load_images("sketch10", "test")) == 2
    assert drawn == ["test"]
    assert [path.name for path in cache.iterdir()] == ["sketch10-test.npz"]


def test_drawings_are_described_as_drawings() -> None:
    description = describe_source("sketch10")
    assert description.drawn
    assert description.present
    assert "not CIFAR-10" in description.title
    for split, count in (("train", description.train_images), ("test", description.test_images)):
        images = load_images("sketch10", split)
        assert (len(images), len(images.class_names)) == (count, description.classes)


def test_cifar10_is_described_present_or_not(cache: Path) -> None:
    absent = describe_source("cifar10")
    assert not absent.present
    assert absent.problem == CIFAR10_MISSING
    assert "170 MB" in absent.origin
    folder = pretend_batches(cache / "cifar-10-batches-py")
    present = describe_source("cifar10")
    assert (present.classes, present.train_images, present.test_images) == (10, 50_000, 10_000)
    assert present.present
    assert present.origin == str(folder)
    (folder / "data_batch_3").unlink()
    assert "lacks data_batch_3; fetch CIFAR-10 again" in describe_source("cifar10").problem


def test_a_folder_is_described_and_again_after_a_change(image_folder: MakeFolder) -> None:
    root = image_folder()
    description = describe_source(root)
    assert (description.title, description.source, description.drawn) == ("folder pictures", str(root), False)
    numbers = (description.classes, description.train_images, description.test_images)
    assert numbers == (len(load_images(root, "train").class_names), 6, 6)
    (root / "test/cat/0000.png").unlink()
    assert describe_source(root).test_images == 5
    for path in (root / "test/cat").iterdir():
        path.unlink()
    broken = describe_source(root)
    assert not broken.present
    assert "test/cat holds no PNG or JPEG file" in broken.problem


def test_importing_the_images_loads_no_torch_and_touches_no_disk(tmp_path: Path) -> None:
    program = "import sys, cifarlab.data; sys.exit('torch' in sys.modules or 'torchvision' in sys.modules)"
    environment = os.environ | {"CIFARLAB_CACHE": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
    assert not (tmp_path / "cache").exists()


@pytest.mark.skipif("CIFARLAB_TEST_IMAGES" not in os.environ, reason="CIFARLAB_TEST_IMAGES names no copy of CIFAR-10")
def test_the_jpeg_copy_of_cifar10_is_whole() -> None:
    folder = os.environ["CIFARLAB_TEST_IMAGES"]
    train, test = load_images(folder, "train"), load_images(folder, "test")
    assert set(class_counts(train).values()) == {5000}
    assert set(class_counts(test).values()) == {1000}
    found = channel_statistics(train.images)
    np.testing.assert_allclose(found.mean, (0.4913, 0.4821, 0.4465), atol=5e-5)
    np.testing.assert_allclose(found.std, (0.2452, 0.2428, 0.2606), atol=5e-5)
