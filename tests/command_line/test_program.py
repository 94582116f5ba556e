from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from cifarlab.command_line import recipes
from cifarlab.command_line.program import app


def commands(command=None, path=()):
    """Every command below the program, with the words that call it."""
    command = command or typer.main.get_command(app)
    if path:
        yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


COMMANDS = dict(commands())


def test_the_commands_are_those_that_are_described():
    assert {" ".join(path) for path in COMMANDS} == {
        *(
            "recipes",
            "table",
            "export",
            "train",
            "resume",
            "find-lr",
            "runs",
            "verify",
            "evaluate",
            "mistakes",
            "checkpoints",
            "ship",
            "data",
            "data fetch",
        )
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_argument_and_option_has_its_help(path):
    assert COMMANDS[path].help
    for parameter in COMMANDS[path].params:
        assert parameter.help, f"{' '.join(path)} {parameter.name}"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_shows_what_a_command_takes(cifarlab, path):
    ran = cifarlab(*path, "--help")
    assert ran.code == 0
    assert f"Usage: cifarlab {' '.join(path)}" in ran.out
    for parameter in COMMANDS[path].params:
        assert (parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.metavar) in ran.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_is_listed_with_a_line_that_is_not_cut(cifarlab, path):
    listed = cifarlab(*path[:-1], "--help").out.split("Commands:")[1]
    (line,) = (line for line in listed.splitlines() if line.strip().startswith(path[-1]))
    assert line.endswith(".")
    assert not line.endswith("...")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_that_prints_a_table_prints_json_too(path):
    tables = {"checkpoints", "recipes", "table", "find-lr", "runs", "verify", "evaluate", "mistakes", "data"}
    assert ("--json" in {option for p in COMMANDS[path].params for option in p.opts}) == (" ".join(path) in tables)


def test_without_a_command_the_program_shows_its_help(cifarlab):
    ran = cifarlab()
    assert ran.code == 2
    assert "Commands:" in ran.out + ran.err


def test_an_unknown_command_is_answered_with_the_close_one(cifarlab):
    ran = cifarlab("tabel")
    assert ran.code == 2
    assert "No such command 'tabel'" in ran.err
    assert "'table'" in ran.err


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ValueError("epochs: 0 is not allowed"), 2, "Error: epochs: 0 is not allowed\n"),
        (OSError(28, "No space left on device", "/a/b"), 1, "Error: /a/b: No space left on device\n"),
        (OSError(28, "No space left on device"), 1, "Error: the system: No space left on device\n"),
        (KeyError("x"), 1, "Error: unexpected KeyError: 'x'; `cifarlab --debug ...` shows where it comes from\n"),
    ],
)
def test_an_error_is_one_message_and_an_exit_code(cifarlab, monkeypatch, error, code, sentence):
    def fail():
        raise error

    monkeypatch.setattr(recipes, "recipe_names", fail)
    ran = cifarlab("recipes")
    assert (ran.code, ran.out, ran.err) == (code, "", sentence)


@pytest.mark.parametrize("asked", ["option", "environment"])
def test_the_traceback_is_there_for_those_who_ask(cifarlab, monkeypatch, asked):
    def fail():
        raise KeyError("x")

    monkeypatch.setattr(recipes, "recipe_names", fail)
    if asked == "environment":
        monkeypatch.setenv("CIFARLAB_DEBUG", "1")
    ran = cifarlab(*(["--debug"] if asked == "option" else []), "recipes")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert "in fail" in ran.err


def test_the_module_is_the_program():
    ran = subprocess.run([sys.executable, "-m", "cifarlab", "table", "nope"], capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: recipe: 'nope' is not known")


@pytest.mark.parametrize("arguments", [["recipes"], ["table", "quick"], ["data"], ["train", "--help"]])
def test_what_needs_no_torch_does_not_wait_for_it(arguments):
    source = (
        f"import sys\nfrom cifarlab.command_line import main\nmain({arguments!r})\nsys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", source], stdout=subprocess.DEVNULL).returncode == 0
