import platform
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import torch

import cifarlab
from cifarlab.training.runs import surroundings


def test_versions_are_those_of_the_libraries_in_use():
    versions = surroundings.versions()
    assert versions["numpy"] == np.__version__
    assert torch.__version__.startswith(versions["torch"])
    assert sys.version.startswith(versions["python"])


def test_a_library_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr(surroundings, "_DISTRIBUTIONS", ("numpy", "no-such-library"))
    assert set(surroundings.versions()) == {"python", "cifarlab", "numpy"}


def test_a_checkout_that_is_not_installed_knows_its_version(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(surroundings, "version", missing)
    assert surroundings.versions() == {"python": platform.python_version(), "cifarlab": cifarlab.__version__}


def test_what_is_installed_is_the_version_that_the_library_states():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "cifarlab.__version__"}


def test_the_commit_is_that_of_the_checkout_and_says_if_files_differ(tmp_path, monkeypatch):
    def git(*words):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(["git", *identity, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    monkeypatch.setattr(surroundings, "_ROOT", tmp_path)
    assert surroundings.git_commit() is None
    git("init")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "--no-verify", "-m", "first")
    commit = git("rev-parse", "HEAD")
    assert surroundings.git_commit() == commit
    (tmp_path / "file").write_text("two")
    assert surroundings.git_commit() == f"{commit}-dirty"


def test_a_machine_without_git_has_no_commit(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(surroundings.subprocess, "run", missing)
    assert surroundings.git_commit() is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/home/a/.venv/bin/python", "-m", "cifarlab", "train", "quick"], "python -m cifarlab train quick"),
        (["/usr/bin/cifarlab", "train", "my recipe.yaml"], "cifarlab train 'my recipe.yaml'"),
    ],
)
def test_the_command_line_is_one_that_a_shell_takes(monkeypatch, words, shown):
    monkeypatch.setattr(sys, "orig_argv", words)
    assert surroundings.command_line() == shown
