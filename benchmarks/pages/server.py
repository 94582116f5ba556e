"""A server of its own for a benchmark: on a free port, over folders that end with it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
TROUBLE = re.compile(r"^.*(?:\bERROR\b|\bWARNING\b|Traceback|shown to a visitor).*$", re.MULTILINE)


@dataclass(frozen=True)
class Memory:
    """Memory of a process in MB of 10^6 bytes, with what is swapped out: its own, that and its share of files, all."""

    own: float
    proportional: float
    resident: float


@dataclass(frozen=True)
class Server:
    """A server that runs: where it answers, which process it is, where it logs."""

    address: str
    process_id: int
    log: Path

    def trouble(self) -> list[str]:
        """The lines of the log that tell of errors and warnings."""
        return TROUBLE.findall(self.log.read_text(encoding="utf-8"))

    def memory(self) -> Memory | None:
        """What the process holds now; None where there is no /proc."""
        rollup = Path(f"/proc/{self.process_id}/smaps_rollup")
        if not rollup.exists():
            return None
        kibibytes = re.findall(r"^(\w+):\s+(\d+) kB$", rollup.read_text(encoding="ascii"), re.MULTILINE)
        held = {name: float(number) * 1024 / 1e6 for name, number in kibibytes}
        swapped = held["SwapPss"]
        return Memory(held["Pss_Anon"] + swapped, held["Pss"] + swapped, held["Rss"] + held["Swap"])

    def processor_seconds(self) -> float:
        """What the process has used of all cores so far; nan where there is no /proc."""
        stat = Path(f"/proc/{self.process_id}/stat")
        if not stat.exists():
            return float("nan")
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(images: Path | None) -> Iterator[Server]:
    """A server over a folder of real images, or over drawn ones; it ends with the context."""
    with tempfile.TemporaryDirectory(prefix="cifarlab-benchmark-") as folder:
        home, port = Path(folder), free_port()
        log = home / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        command += ["--server.address=127.0.0.1", "--server.headless=true"]
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment(home, images), stdout=output, stderr=subprocess.STDOUT
            )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_healthy(address, process, log)
            yield Server(address, process.pid, log)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def environment(home: Path, images: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "CIFARLAB_DATA"}
    own = {"CIFARLAB_CACHE": str(home / "cache"), "CIFARLAB_RUNS": str(home / "runs")}
    return {**kept, **own, **({"CIFARLAB_DATA": str(images.resolve())} if images else {})}


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310  the address is our own
                return
        except OSError:
            time.sleep(0.05)  # nothing tells when a port begins to listen
    raise RuntimeError(f"the server did not answer within {PATIENCE_SECONDS:g} s: {log.read_text(encoding='utf-8')}")
