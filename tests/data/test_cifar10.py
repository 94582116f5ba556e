import dataclasses
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from cifarlab.data import Archive, FetchCancelledError, FetchError, fetch_cifar10
from cifarlab.data import cifar10 as cifar10_module
from cifarlab.data.batches import load_batches

from .conftest import Published, publish

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the test says, and keeps the Range header of each request."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range"))
        self.server.answer(self)

    def send(self, body: bytes, status: int = 200, announced: int | None = None, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


class Server(ThreadingHTTPServer):
    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.answer: Answer = whole
        self.ranges: list[str | None] = []
        self.released = Event()


def whole(handler: Handler) -> None:
    handler.send(handler.server.content)


def cut(handler: Handler) -> None:
    content = handler.server.content
    handler.send(content[: len(content) // 2], announced=len(content))


def ranged(handler: Handler) -> None:
    content = handler.server.content
    start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    handler.send(content[start:], 206, content_range=f"bytes {start}-{len(content) - 1}/{len(content)}")


def stalled(handler: Handler) -> None:
    cut(handler)
    handler.wfile.flush()
    handler.server.released.wait(timeout=30)


@pytest.fixture
def server(published: Published) -> Iterator[Server]:
    server = Server(published.content)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def archive(published: Published, server: Server, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr(cifar10_module, "_CHUNK_BYTES", 1024)
    return dataclasses.replace(published.archive, url=f"http://127.0.0.1:{server.server_port}/small.tar.gz")


def left_behind(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()} - {"small-batches.lock"}


def test_what_is_fetched_can_be_loaded_and_only_that_is_kept(
    archive: Archive, published: Published, cache: Path
) -> None:
    seen: list[tuple[int, int]] = []
    folder = fetch_cifar10(lambda done, total: seen.append((done, total)), archive=archive)
    assert folder == cache / "small-batches"
    np.testing.assert_array_equal(load_batches(folder, "train", "small", archive).images, published.train_images)
    assert seen[-1] == (archive.size, archive.size)
    assert seen == sorted(seen)
    assert left_behind(cache) == {"small-batches"}


def test_intact_batches_are_not_fetched_again_and_damaged_ones_are(archive: Archive, server: Server) -> None:
    folder = fetch_cifar10(archive=archive)
    fetch_cifar10(archive=archive)
    assert len(server.ranges) == 1
    (folder / "test_batch").write_bytes(b"damaged")
    fetch_cifar10(archive=archive)
    assert len(server.ranges) == 2
    assert len(load_batches(folder, "test", "small", archive)) == 2


def test_a_download_that_broke_off_goes_on_where_it_stopped(archive: Archive, server: Server, cache: Path) -> None:
    server.answer = cut
    with pytest.raises(FetchError, match=r"^CIFAR-10 was not fetched: the connection broke.*fetch again to go on"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == {"small-batches.part"}
    server.answer = ranged
    seen: list[int] = []
    folder = fetch_cifar10(lambda done, _: seen.append(done), archive=archive)
    assert server.ranges == [None, f"bytes={archive.size // 2}-"]
    assert seen[0] > archive.size // 2
    assert len(load_batches(folder, "train", "small", archive)) == 6
    assert left_behind(cache) == {"small-batches"}


def test_a_server_without_ranges_is_asked_for_all_of_it_again(archive: Archive, server: Server, cache: Path) -> None:
    server.answer = cut
    with pytest.raises(FetchError):
        fetch_cifar10(archive=archive)
    server.answer = whole
    fetch_cifar10(archive=archive)
    assert left_behind(cache) == {"small-batches"}


def test_a_download_that_was_complete_is_only_unpacked(archive: Archive, server: Server, cache: Path) -> None:
    cache.mkdir()
    (cache / "small-batches.part").write_bytes(server.content)
    fetch_cifar10(archive=archive)
    assert server.ranges == []


def test_a_wrong_checksum_leaves_nothing_and_is_never_unpacked(archive: Archive, server: Server, cache: Path) -> None:
    right = server.content
    server.content = right[:100] + bytes([right[100] ^ 1]) + right[101:]
    wrong = hashlib.md5(server.content).hexdigest()  # noqa: S324
    with pytest.raises(FetchError, match=f"has the MD5 {wrong} instead of {archive.md5} and was deleted; fetch again"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()
    server.content = right
    fetch_cifar10(archive=archive)


def test_a_part_that_belongs_to_something_else_is_dropped(archive: Archive, server: Server, cache: Path) -> None:
    cache.mkdir()
    (cache / "small-batches.part").write_bytes(bytes(50))
    server.answer = ranged
    with pytest.raises(FetchError, match="was deleted; fetch again"):
        fetch_cifar10(archive=archive)
    server.answer = whole
    fetch_cifar10(archive=archive)
    assert left_behind(cache) == {"small-batches"}


def test_a_part_that_is_too_long_is_fetched_anew(archive: Archive, server: Server, cache: Path) -> None:
    cache.mkdir()
    (cache / "small-batches.part").write_bytes(bytes(archive.size + 1))
    fetch_cifar10(archive=archive)
    assert server.ranges == [None]


def test_a_page_in_place_of_the_archive_is_refused(archive: Archive, server: Server, cache: Path) -> None:
    server.answer = lambda handler: handler.send(b"<html>please log in</html>")
    with pytest.raises(FetchError, match="holds something else than its"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_a_server_that_never_ends_is_left(archive: Archive, server: Server, cache: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not handler.server.released.is_set():
                handler.wfile.write(bytes(1 << 20))
        except OSError:
            return

    server.answer = endless
    with pytest.raises(FetchError, match="has the MD5"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_a_range_that_starts_elsewhere_is_refused(archive: Archive, server: Server, cache: Path) -> None:
    cache.mkdir()
    (cache / "small-batches.part").write_bytes(server.content[:50])
    server.answer = lambda handler: handler.send(server.content[50:], 206, content_range="bytes 0-9/10")
    with pytest.raises(FetchError, match="holds something else"):
        fetch_cifar10(archive=archive)


def test_an_answer_that_is_an_error_is_told(archive: Archive, server: Server, cache: Path) -> None:
    server.answer = lambda handler: handler.send(b"", 404)
    with pytest.raises(FetchError, match=r"small\.tar\.gz answered 404 Not Found; try again later, or unpack a copy"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_no_network_is_told(archive: Archive, server: Server, cache: Path) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(FetchError, match=r"cannot be reached \(.*refused.*\); try again later") as caught:
        fetch_cifar10(archive=archive)
    assert "\n" not in str(caught.value)
    assert left_behind(cache) == set()


def test_a_server_that_stalls_is_left_and_what_arrived_is_kept(archive: Archive, server: Server, cache: Path) -> None:
    server.answer = stalled
    with pytest.raises(FetchError, match="the server stopped sending; what has arrived is kept"):
        fetch_cifar10(archive=archive, stall_seconds=2)
    server.answer = ranged
    fetch_cifar10(archive=archive)
    assert left_behind(cache) == {"small-batches"}


def test_a_caller_can_stop_and_go_on_later(archive: Archive, server: Server, cache: Path) -> None:
    seen: list[int] = []
    with pytest.raises(FetchCancelledError, match="stopped as asked"):
        fetch_cifar10(lambda done, _: seen.append(done), lambda: len(seen) == 3, archive=archive)
    assert left_behind(cache) == {"small-batches.part"}
    server.answer = ranged
    fetch_cifar10(archive=archive)
    assert server.ranges == [None, "bytes=3072-"]
    assert left_behind(cache) == {"small-batches"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_during_the_download_leaves_nothing(archive: Archive, cache: Path) -> None:
    cache.mkdir()
    (cache / "small-batches.part").symlink_to("/dev/full")
    with pytest.raises(
        FetchError, match=r"cannot be written \(No space left on device\); .* MB are needed there: free"
    ):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_a_disk_that_fills_while_unpacking_leaves_nothing(
    archive: Archive, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(FetchError, match=r"No space left on device.*set CIFARLAB_CACHE to another folder"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_a_cache_that_cannot_be_written_is_told(archive: Archive, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CIFARLAB_CACHE", str(tmp_path / "file"))
    with pytest.raises(FetchError, match=r"file cannot be written \(File exists\)"):
        fetch_cifar10(archive=archive)


def test_two_fetches_at_once_do_not_disturb_each_other(archive: Archive) -> None:
    begun, proceed = Event(), Event()

    def wait(_done: int, _total: int) -> None:
        begun.set()
        assert proceed.wait(timeout=10)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetch_cifar10, wait, archive=archive)
        assert begun.wait(timeout=10)
        with pytest.raises(FetchError, match="being fetched already; wait"):
            fetch_cifar10(archive=archive)
        proceed.set()
        assert len(load_batches(first.result(timeout=10), "train", "small", archive)) == 6


@pytest.mark.parametrize("change", [{"data_batch_2": None}, {"data_batch_2": b"other"}], ids=["missing", "other"])
def test_an_archive_without_the_published_files_leaves_nothing(
    server: Server, published: Published, cache: Path, change: dict[str, bytes | None]
) -> None:
    changed, content = publish({name: data for name, data in (published.files | change).items() if data is not None})
    url = f"http://127.0.0.1:{server.server_port}/small.tar.gz"
    archive = dataclasses.replace(published.archive, url=url, md5=changed.md5, size=changed.size)
    server.content = content
    with pytest.raises(FetchError, match="the archive is not the one that was expected"):
        fetch_cifar10(archive=archive)
    assert left_behind(cache) == set()


def test_what_an_archive_holds_besides_is_not_unpacked(server: Server, published: Published, cache: Path) -> None:
    changed, server.content = publish(published.files | {"../../escaped": b"", "readme.html": b""})
    archive = dataclasses.replace(changed, url=f"http://127.0.0.1:{server.server_port}/small.tar.gz")
    folder = fetch_cifar10(archive=archive)
    assert {path.name for path in folder.iterdir()} == set(published.files)
    assert left_behind(cache) == {"small-batches"}
    assert not (cache.parent / "escaped").exists()
