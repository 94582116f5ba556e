"""CIFAR-10 comes over the network: resumed where it stopped, verified before it is unpacked, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from cifarlab.data.batches import CIFAR10, Archive, find_batches, verify_batches
from cifarlab.data.cache import cache_folder
from cifarlab.paths import whole_path

Progress = Callable[[int, int], None]
"""Is told how many bytes are there, and of how many."""

STALL_SECONDS = 30.0
"""A server that sends nothing for this long has stalled."""

_CHUNK_BYTES = 256 * 1024


class FetchError(RuntimeError):
    """CIFAR-10 could not be fetched. The message is one sentence: what happened, and what to do."""


class FetchCancelledError(FetchError):
    """The caller asked to stop; what has arrived is kept, and the next fetch goes on from there."""


def data_folder() -> Path | None:
    """The folder of real images that CIFARLAB_DATA names, None when it is unset. It need not exist."""
    chosen = os.environ.get("CIFARLAB_DATA")
    return whole_path("CIFARLAB_DATA", chosen, "set it to a folder") if chosen else None


def find_cifar10() -> Path | None:
    """The folder of CIFAR-10's batches: in CIFARLAB_DATA, else where they were fetched to; None without any."""
    folder = data_folder()
    return (find_batches(folder) if folder else None) or find_batches(cache_folder())


def fetch_cifar10(
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    archive: Archive = CIFAR10,
    stall_seconds: float = STALL_SECONDS,
) -> Path:
    """Downloads, verifies and unpacks CIFAR-10 into the cache; returns the folder of its batches.

    Does nothing when intact batches are there. `progress` is called after each chunk with bytes done and bytes in all;
    `cancelled` is asked before each. A download that breaks off is kept beside, and the next call goes on from where it
    stopped. The batches appear only when every checksum is right.

    Raises FetchError when the network, the server, the disk or a checksum fails; FetchCancelledError when asked to.
    """
    target = cache_folder() / archive.folder
    with _disk_errors(target.parent, archive):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target.parent / f"{archive.folder}.lock"):
            if not _is_intact(target, archive):
                part = target.parent / f"{archive.folder}.part"
                _download(archive, part, progress or _ignore, cancelled or _never, stall_seconds)
                _install(archive, part, target)
    return target


def _ignore(_done: int, _total: int) -> None:
    """The progress of a caller who does not ask for it."""


def _never() -> bool:
    return False


def _is_intact(folder: Path, archive: Archive) -> bool:
    try:
        verify_batches(folder, archive)
    except ValueError:
        return False
    return True


def _download(
    archive: Archive, part: Path, progress: Progress, cancelled: Callable[[], bool], stall_seconds: float
) -> None:
    """Brings `part` to the archive's size, starting from what it holds already."""
    done = part.stat().st_size if part.exists() else 0
    if done == archive.size:
        return
    with _request(archive, done if done < archive.size else 0, stall_seconds) as response:
        resumed = response.status == 206
        done = done if resumed else 0
        with _removed_on_disk_error(part), part.open("ab" if resumed else "wb") as file:
            for chunk in _chunks(response, archive, cancelled):
                file.write(chunk)
                done += len(chunk)
                progress(done, archive.size)
                if done > archive.size:  # a server that never ends; the checksum will tell
                    return
    if done < archive.size:
        raise _broken_off(f"the connection broke after {_megabytes(done)} of {_megabytes(archive.size)}")


def _request(archive: Archive, offset: int, stall_seconds: float) -> HTTPResponse:
    """The server's answer to a request for the archive from byte `offset` on; status 206 when it starts there."""
    headers = {"Range": f"bytes={offset}-"} if offset else {}
    request = urllib.request.Request(archive.url, headers=headers)  # noqa: S310  the address is the archive's, not a visitor's
    with _network_errors(archive):
        response: HTTPResponse = urllib.request.urlopen(request, timeout=stall_seconds)  # noqa: S310
    start = offset if response.status == 206 else 0
    announced = response.headers.get("Content-Length")
    range_is_right = response.headers.get("Content-Range", f"bytes {start}-").startswith(f"bytes {start}-")
    if not range_is_right or (announced is not None and start + int(announced) != archive.size):
        response.close()
        raise _failure(f"{archive.url} holds something else than its {_megabytes(archive.size)}; {_by_hand()}")
    return response


def _chunks(response: HTTPResponse, archive: Archive, cancelled: Callable[[], bool]) -> Iterator[bytes]:
    while True:
        if cancelled():
            raise FetchCancelledError("CIFAR-10 was not fetched: stopped as asked; fetch again to go on from there")
        with _network_errors(archive):
            chunk = response.read(_CHUNK_BYTES)
        if not chunk:
            return
        yield chunk


def _install(archive: Archive, part: Path, target: Path) -> None:
    """Verifies and unpacks `part`, and moves the batches to `target` in one step; `part` is removed either way."""
    unpacked = target.with_name(f"{target.name}.unpacking")
    try:
        _verify_archive(archive, part)
        shutil.rmtree(unpacked, ignore_errors=True)
        _unpack(archive, part, unpacked)
        if target.exists():
            shutil.rmtree(target)
        unpacked.replace(target)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        part.unlink(missing_ok=True)


def _verify_archive(archive: Archive, part: Path) -> None:
    with part.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != archive.md5:
        raise _failure(f"what arrived has the MD5 {md5} instead of {archive.md5} and was deleted; fetch again")


def _unpack(archive: Archive, part: Path, folder: Path) -> None:
    """Writes the batches, and nothing else that the archive may hold, into `folder`, and verifies each."""
    folder.mkdir()
    try:
        with tarfile.open(part, "r:gz") as tar:
            for file in archive.files:
                content = tar.extractfile(f"{archive.folder}/{file.name}")
                if content is None:
                    raise KeyError(file.name)
                with content, (folder / file.name).open("wb") as copy:
                    shutil.copyfileobj(content, copy)
        verify_batches(folder, archive)
    except (KeyError, EOFError, tarfile.TarError, ValueError) as error:
        raise _failure(f"the archive is not the one that was expected ({error}); {_by_hand()}") from error


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Holds `path` for this thread alone; the system lets go of it when the process dies."""
    with path.open("ab") as file:
        # Windows has no flock. Two fetches at once spoil each other's download there, and both fail at its checksum.
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FetchError("CIFAR-10 is being fetched already; wait until that is done") from None
        yield


@contextmanager
def _removed_on_disk_error(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _disk_errors(folder: Path, archive: Archive) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # An archive and its unpacked batches, which barely compress, lie side by side for a moment.
        need = f"{_megabytes(2.2 * archive.size)} are needed there: free some space"
        advice = f"{need}, or set CIFARLAB_CACHE to another folder"
        raise _failure(f"{folder} cannot be written ({error.strerror or error}); {advice}") from error


@contextmanager
def _network_errors(archive: Archive) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise _failure(f"{archive.url} answered {error.code} {error.reason}; {_by_hand()}") from error
    except TimeoutError as error:
        raise _broken_off("the server stopped sending") from error
    except urllib.error.URLError as error:
        raise _failure(f"{archive.url} cannot be reached ({error.reason}); {_by_hand()}") from error
    except (OSError, HTTPException) as error:
        raise _broken_off(f"the connection broke ({error})") from error


def _failure(what: str) -> FetchError:
    return FetchError(f"CIFAR-10 was not fetched: {what}")


def _broken_off(what: str) -> FetchError:
    return _failure(f"{what}; what has arrived is kept: fetch again to go on from there")


def _by_hand() -> str:
    return f"try again later, or unpack a copy of the archive into {cache_folder()}"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:,.1f} MB"
