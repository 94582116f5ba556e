import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from cifarlab.data import CIFAR10
from cifarlab.data import batches as batches_module
from cifarlab.data.batches import find_batches, load_batches, verify_batches

from .conftest import Published, publish


def test_the_published_checksums_are_torchvisions() -> None:
    from torchvision.datasets import CIFAR10 as THEIRS

    assert (CIFAR10.url, CIFAR10.md5, CIFAR10.folder) == (THEIRS.url, THEIRS.tgz_md5, THEIRS.base_folder)
    assert [list(file) for file in CIFAR10.train] == THEIRS.train_list
    assert [list(file) for file in CIFAR10.test] == THEIRS.test_list
    assert CIFAR10.meta == (THEIRS.meta["filename"], THEIRS.meta["md5"])


def test_batches_are_read_in_their_order(published: Published, tmp_path: Path) -> None:
    folder = published.write_batches(tmp_path / "batches")
    train = load_batches(folder, "train", "small", published.archive)
    np.testing.assert_array_equal(train.images, published.train_images)
    np.testing.assert_array_equal(train.labels, published.train_labels)
    assert (train.class_names, train.name, train.split) == (("cat", "dog"), "small", "train")
    test = load_batches(folder, "test", "small", published.archive)
    np.testing.assert_array_equal(test.images, published.train_images[:2])


def test_batches_are_found_in_their_folder_and_in_the_one_around_it(published: Published, tmp_path: Path) -> None:
    assert find_batches(tmp_path, published.archive) is None
    folder = published.write_batches(tmp_path / "small-batches")
    assert find_batches(tmp_path, published.archive) == find_batches(folder, published.archive) == folder


def test_a_batch_with_a_wrong_checksum_is_never_opened(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published.write_batches(tmp_path / "batches")
    (folder / "data_batch_2").write_bytes(published.files["data_batch_1"])

    with pytest.raises(ValueError, match=r"data_batch_2 has the MD5 .* instead of .*; delete .* fetch CIFAR-10 again"):
        verify_batches(folder, published.archive)
    monkeypatch.setattr(batches_module, "_BatchUnpickler", lambda *_, **__: pytest.fail("opened"))
    (folder / "batches.meta").write_bytes(b"not what was published")
    with pytest.raises(ValueError, match=r"batches\.meta has the MD5"):
        load_batches(folder, "train", "small", published.archive)


def test_a_missing_batch_is_named(published: Published, tmp_path: Path) -> None:
    folder = published.write_batches(tmp_path / "batches")
    (folder / "test_batch").unlink()
    with pytest.raises(ValueError, match=r"test_batch cannot be read \(No such file or directory\)"):
        load_batches(folder, "test", "small", published.archive)
    assert len(load_batches(folder, "train", "small", published.archive)) == 6


def test_a_pickle_that_asks_for_more_than_arrays_is_refused(tmp_path: Path) -> None:
    class Command:
        def __reduce__(self):
            return print, ("this must not run",)

    files = {"test_batch": pickle.dumps(Command()), "batches.meta": pickle.dumps({"label_names": ["cat"]})}
    archive, _ = publish(files)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print does not belong into an image batch"):
        load_batches(tmp_path, "test", "small", archive)


def test_batches_written_by_python_2_are_read() -> None:
    """The published files name numpy.core and hold byte strings: one such array, pickled by hand."""
    old = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n"
        b"(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x07\\xff'\ntb."
    )
    array = batches_module._BatchUnpickler(io.BytesIO(old), encoding="latin1").load()
    assert array.tolist() == [7, 255]
