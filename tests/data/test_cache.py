import errno
import logging
import os
from pathlib import Path

import numpy as np
import pytest

from cifarlab.data import ImageSet, cache_folder
from cifarlab.data.cache import cached_images


def pictures(level: int = 7) -> ImageSet:
    return ImageSet(np.full((3, 32, 32, 3), level, np.uint8), np.array([0, 1, 0]), ("cat", "dög"), "somewhere", "train")


def never() -> ImageSet:
    raise AssertionError("made again although it is cached")


def test_images_are_made_once_and_come_back_as_they_were() -> None:
    cached_images("some", "key", "train", pictures)
    again = cached_images("some", "key", "train", never)
    np.testing.assert_array_equal(again.images, pictures().images)
    np.testing.assert_array_equal(again.labels, pictures().labels)
    assert (again.class_names, again.name, again.split) == (("cat", "dög"), "somewhere", "train")


def test_another_key_replaces_what_was_cached(cache: Path) -> None:
    cached_images("some", "old", "train", pictures)
    assert cached_images("some", "new", "train", lambda: pictures(9)).images.max() == 9
    assert cached_images("some", "new", "train", never).images.max() == 9
    assert [path.name for path in cache.iterdir()] == ["some-train.npz"]


def test_what_a_killed_process_had_not_finished_is_removed_and_what_another_is_writing_is_not(cache: Path) -> None:
    cache.mkdir(exist_ok=True)
    killed, writing = (cache / f".some-train.npz.{digit * 32}" for digit in "ab")
    for fragment in (killed, writing):
        fragment.write_bytes(b"half an image")
    os.utime(killed, (1_000, 1_000))
    cached_images("some", "key", "train", pictures)
    assert sorted(path.name for path in cache.iterdir()) == [writing.name, "some-train.npz"]


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_torn_file_is_made_anew(cache: Path, length: int, caplog: pytest.LogCaptureFixture) -> None:
    cached_images("some", "key", "train", pictures)
    path = cache / "some-train.npz"
    path.write_bytes(path.read_bytes()[:length])
    assert cached_images("some", "key", "train", pictures).images.max() == 7
    assert "unreadable" in caplog.text
    assert len(cached_images("some", "key", "train", never)) == 3


def test_a_changed_pixel_in_the_file_is_noticed(cache: Path) -> None:
    cached_images("some", "key", "train", pictures)
    path = cache / "some-train.npz"
    content = bytearray(path.read_bytes())
    content[content.rindex(bytes([7] * 100)) + 50] = 8
    path.write_bytes(content)
    assert set(cached_images("some", "key", "train", pictures).images.flat) == {7}


def test_a_full_disk_prevents_caching_and_nothing_else(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with caplog.at_level(logging.WARNING):
        assert len(cached_images("some", "key", "train", pictures)) == 3
    assert "not cached" in caplog.text
    assert "No space left on device" in caplog.text
    assert list(cache.iterdir()) == []


def test_a_cache_that_cannot_be_made_prevents_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CIFARLAB_CACHE", str(tmp_path / "file"))
    assert len(cached_images("some", "key", "train", pictures)) == 3


def test_the_cache_lies_at_home_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CIFARLAB_CACHE", "~/elsewhere")
    assert cache_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("CIFARLAB_CACHE")
    assert cache_folder() == tmp_path / ".cache" / "cifarlab"
    assert list(tmp_path.iterdir()) == []
