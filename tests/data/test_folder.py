import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cifarlab.data import folder as folder_module
from cifarlab.data.folder import list_folder, load_folder

MakeFolder = Callable[..., Path]


def test_images_come_class_by_class_in_the_order_of_their_names(image_folder: MakeFolder) -> None:
    root = image_folder(classes=("dog", "cat", "ant"))
    train, test = load_folder(root, "train"), load_folder(root, "test")
    assert train.class_names == test.class_names == ("ant", "cat", "dog")
    assert train.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert train.images[:, 0, 0, 0].tolist() == [20, 21, 22, 10, 11, 12, 0, 1, 2]
    assert test.images[:, 31, 31, 2].tolist() == [120, 121, 122, 110, 111, 112, 100, 101, 102]
    assert (train.name, train.split, test.split) == (str(root), "train", "test")


def test_pictures_of_other_sizes_and_formats_are_fitted_and_other_files_passed_over(image_folder: MakeFolder) -> None:
    root = image_folder(per_class=1)
    wide = np.zeros((64, 128, 3), np.uint8)
    wide[:, 32:96] = (200, 100, 50)
    Image.fromarray(wide).save(root / "train/cat/wide.JPG", quality=100, subsampling=0)
    (root / "train/cat/notes.txt").write_text("no image")
    (root / "train/cat/._0000.png").write_text("what another system leaves behind")
    (root / "train/.ipynb_checkpoints").mkdir()
    (root / "train/README").write_text("no class")
    train = load_folder(root, "train")
    assert len(train) == 3
    assert np.abs(train.images[1].astype(int) - (200, 100, 50)).max() <= 2


def test_the_second_load_opens_no_image(image_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    root = image_folder()
    first = load_folder(root, "train")

    def never(_: bytes) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(folder_module, "decode_image", never)
    again = load_folder(root, "train")
    np.testing.assert_array_equal(again.images, first.images)
    np.testing.assert_array_equal(again.labels, first.labels)
    assert again.class_names == first.class_names


def add(root: Path) -> None:
    shutil.copy(root / "train/cat/0000.png", root / "train/dog/9999.png")


def overwrite(root: Path) -> None:
    Image.new("RGB", (32, 32), "red").save(root / "train/cat/0001.png")


def touch(root: Path) -> None:
    os.utime(root / "train/cat/0001.png", ns=(1, 1))


def rename(root: Path) -> None:
    (root / "train/cat/0001.png").rename(root / "train/cat/0001b.png")


def remove(root: Path) -> None:
    (root / "train/dog/0001.png").unlink()


@pytest.mark.parametrize("change", [add, overwrite, touch, rename, remove])
def test_the_key_changes_with_every_change_of_a_file(image_folder: MakeFolder, change: Callable[[Path], None]) -> None:
    root = image_folder()
    before = list_folder(root, "train").key
    assert list_folder(root, "train").key == before
    change(root)
    assert list_folder(root, "train").key != before


def test_a_changed_folder_is_loaded_anew_and_keeps_one_file_in_the_cache(image_folder: MakeFolder, cache: Path) -> None:
    root = image_folder()
    load_folder(root, "train")
    overwrite(root)
    assert load_folder(root, "train").images[1, 0, 0].tolist() == [255, 0, 0]
    assert len(list(cache.iterdir())) == 1


def test_a_link_to_a_folder_is_that_folder(image_folder: MakeFolder, tmp_path: Path) -> None:
    root = image_folder()
    (tmp_path / "link").symlink_to(root)
    assert list_folder(tmp_path / "link", "test") == list_folder(root, "test")


def test_a_broken_file_among_thousands_is_named(image_folder: MakeFolder, cache: Path) -> None:
    root = image_folder(per_class=1500)
    (root / "train/dog/0700.png").write_bytes((root / "train/dog/0701.png").read_bytes()[:60])
    with pytest.raises(
        ValueError, match=r"1 of 3,000 files of .*train cannot be read; it is train/dog/0700\.png \(.+\)"
    ):
        load_folder(root, "train")
    assert not cache.exists()


def test_of_several_broken_files_the_first_is_named_and_all_are_counted(image_folder: MakeFolder) -> None:
    root = image_folder(per_class=4)
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)).save(stream, "JPEG")
    (root / "train/cat/0001.jpg").write_bytes(stream.getvalue()[:-200])
    (root / "train/cat/0002.png").write_bytes(b"")
    (root / "train/dog/0000.png").unlink()
    (root / "train/dog/0000.png").symlink_to("nowhere")
    with pytest.raises(ValueError, match=r"3 of 9 files .* the first is train/cat/0001\.jpg \(.*truncated") as caught:
        load_folder(root, "train")
    assert "Replace or remove" in str(caught.value)
    assert "\n" not in str(caught.value)


def without_test(root: Path) -> None:
    shutil.rmtree(root / "test")


def without_images(root: Path) -> None:
    for path in root.rglob("*.png"):
        path.unlink()


def without_images_of_a_class(root: Path) -> None:
    for path in (root / "train/dog").iterdir():
        path.rename(path.with_suffix(".webp"))


def with_another_class(root: Path) -> None:
    (root / "test/cow").mkdir()


def with_one_class(root: Path) -> None:
    shutil.rmtree(root / "train/cat")
    shutil.rmtree(root / "test/cat")


def without_classes(root: Path) -> None:
    for split in ("train", "test"):
        shutil.rmtree(root / split)
        (root / split).mkdir()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_test, "has no folder 'test'; images lie in train/<class>/ and test/<class>/"),
        (without_images, "train/cat holds no PNG or JPEG file"),
        (
            without_images_of_a_class,
            "the class folder .*train/dog holds no PNG or JPEG file; every class needs at least one .* add some, or",
        ),
        (with_another_class, "the class 'cow' is in test but not in train; both need the same classes"),
        (with_one_class, "train holds 1 class folders; at least 2 are needed"),
        (without_classes, "train holds 0 class folders"),
        (shutil.rmtree, "pictures does not exist; give a folder"),
    ],
)
def test_another_layout_is_refused(image_folder: MakeFolder, change: Callable[[Path], None], message: str) -> None:
    root = image_folder()
    change(root)
    with pytest.raises(ValueError, match=message) as caught:
        load_folder(root, "train")
    assert "\n" not in str(caught.value)


def test_a_class_without_test_images_is_refused_with_the_test_images(image_folder: MakeFolder) -> None:
    root = image_folder()
    shutil.rmtree(root / "test/dog")
    (root / "test/dog").mkdir()
    assert len(load_folder(root, "train")) == 6
    with pytest.raises(ValueError, match=r"the class folder .*test/dog holds no PNG or JPEG file"):
        load_folder(root, "test")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="file is a file; give a folder"):
        load_folder(tmp_path / "file", "test")


def test_a_path_that_no_system_can_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be opened \(File name too long\)"):
        load_folder(tmp_path / ("x" * 300), "test")


def test_names_in_no_encoding_are_loaded(image_folder: MakeFolder) -> None:
    root = image_folder()
    try:
        (root / "train/cat/0000.png").rename(root / "train/cat" / os.fsdecode(b"\xff.png"))
    except OSError:
        pytest.skip("this file system asks for names in UTF-8")
    assert len(load_folder(root, "train")) == 6
