"""A real Chromium before a real server: one server per module, on a port and with folders of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

from benchmarks.pages.browser import FLAGS, READY, system_chromium

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0
NO_BROWSER = (
    "NO CHROMIUM HERE: THE BROWSER TESTS DID NOT RUN. Install one (apt install chromium, or playwright install)"
)

expect.set_options(timeout=1000 * PATIENCE_SECONDS / 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Visitor:
    """One browser window with a profile of its own, before one server."""

    page: Page
    address: str

    def open(self, path: str = "") -> None:
        """Go to a page and wait until it stands."""
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def open_network(self) -> None:
        """Open the page Network with `dilated-69k`, and wait until each of its parts stands: they load one by one."""
        self.open("network?recipe=dilated-69k")
        expect(self.at("network-layers-list").locator(".row")).to_have_count(15)
        expect(self.at("network-table").locator("tbody tr")).to_have_count(15)
        expect(self.at("network-inspector").get_by_role("spinbutton", name="Kernel")).to_be_visible()
        expect(self.at("header")).to_contain_text("68,992 params")

    def select_layer(self, position: int, title: str | None = None) -> None:
        """Select a layer in the list of the page Network; what it is edited with bears its title then, or this one."""
        row = self.at("network-layers-list").locator(".row").nth(position)
        row.locator(".name").click()
        expect(row).to_have_class(re.compile(r"\bselected\b"))
        expect(self.at("network-inspector")).to_contain_text(title or row.locator(".title").inner_text())

    def set_layer(self, field: str, value: int) -> None:
        """Set a number of the selected layer, in that layer's own box: those of another may stand there yet."""
        layer = self.at("network-layers-list").locator(".row.selected").get_attribute("data-id")
        box = self.at(f"network.{layer}.{field}").get_by_role("spinbutton")
        box.fill(str(value))
        box.press("Enter")

    def settle(self) -> None:
        """Wait until the script has run to its end."""
        self.page.wait_for_selector(READY, timeout=1000 * PATIENCE_SECONDS)

    def at(self, key: str) -> Locator:
        """The widget or container that has this key."""
        return self.page.locator(f".st-key-{re.sub(r'[^a-zA-Z0-9_-]', '-', key)}").first

    def picture(self, key: str) -> str:
        """What the picture in a container shows, as the address of its data."""
        image = self.at(key).locator("img").first
        image.wait_for(timeout=1000 * PATIENCE_SECONDS)
        return str(image.get_attribute("src"))

    def changed_picture(self, key: str, before: str) -> str:
        """What the picture shows when it no longer shows `before`."""
        expect(self.at(key).locator("img").first).not_to_have_attribute("src", before)
        return self.picture(key)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    executable = system_chromium() or playwright.chromium.executable_path
    if not Path(executable).exists():
        pytest.skip(NO_BROWSER)
    with closing(playwright.chromium.launch(executable_path=executable, args=list(FLAGS))) as browser:
        yield browser


@pytest.fixture(scope="session")
def drawn_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which the images are drawn already: once for all servers, because that takes seconds."""
    folder = tmp_path_factory.mktemp("drawn")
    code = "from cifarlab.data import load_images; load_images('sketch10', 'train'); load_images('sketch10', 'test')"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=_environment(folder, folder))
    return folder


@pytest.fixture(scope="module")
def server_home(drawn_images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this module's server: its `cache`, with the images drawn, and its `runs`, empty at first."""
    home = tmp_path_factory.mktemp("server")
    shutil.copytree(drawn_images, home / "cache")
    return home


@pytest.fixture(scope="module")
def server(chromium: Browser, server_home: Path) -> Iterator[str]:  # noqa: ARG001
    """The address of a fresh server that no other module uses; without a browser none is started."""
    with _serving(server_home) as address:
        yield address


@pytest.fixture
def new_visitor(chromium: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    """Lets visitors in, each with a profile of its own; `width` and `height` are those of the window."""
    contexts = []

    def let_in(width: int = 1366, height: int = 768) -> Visitor:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}))
        return Visitor(contexts[-1].new_page(), server)

    yield let_in
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor()


@pytest.fixture
def at_network(visitor: Visitor, server_home: Path) -> Iterator[Visitor]:
    """On the page Network with `dilated-69k`; afterwards no traceback has been shown, nor logged."""
    visitor.open_network()
    yield visitor
    expect(visitor.page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (server_home / "log.txt").read_text()


@pytest.fixture
def short_lived_server(server_home: Path) -> Callable[[], AbstractContextManager[str]]:
    """Starts another server over this module's folders, and kills it where its context ends."""
    return lambda: _serving(server_home, subprocess.Popen.kill)


@contextmanager
def _serving(home: Path, end: Callable[[subprocess.Popen[bytes]], None] = subprocess.Popen.terminate) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true"]
    log = home / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(home / "cache", home / "runs"), stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)
        process.wait(timeout=PATIENCE_SECONDS)


def _environment(cache: Path, runs: Path) -> dict[str, str]:
    unset = {name: value for name, value in os.environ.items() if name != "CIFARLAB_DATA"}
    return {**unset, "CIFARLAB_CACHE": str(cache), "CIFARLAB_RUNS": str(runs), "OMP_NUM_THREADS": "1"}


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310  the address is our own
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            continue
    raise RuntimeError(f"the server did not answer within {PATIENCE_SECONDS:g} s: {log.read_text()}")
