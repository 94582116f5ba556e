from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cifarlab.command_line import main
from cifarlab.data import CLASS_NAMES


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, and what it printed to standard output and to standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def cifarlab(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs the command line in this process: `cifarlab("table", "quick")`."""

    def run(*arguments: object) -> Ran:
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and caches of the tests go to a folder of their own, and no images of this machine are found."""
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CIFARLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CIFARLAB_DATA", raising=False)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of images, few and plain: each class has a brightness of its own."""
    root = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    for split, count in (("train", 6), ("test", 3)):
        for label, name in enumerate(CLASS_NAMES):
            (root / split / name).mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(25 * label, 25 * label + 25, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(root / split / name / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def trained(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a finished run of `quick` on `folder`."""
    run_dir = tmp_path_factory.mktemp("trained") / "run"
    code = main(
        ["train", "quick", "--epochs", "2", "--data", str(folder), "--device", "cpu", "--run-dir", str(run_dir)]
    )
    assert code == 0
    return run_dir
