"""What README says is so: its session runs, its figures are printed by the commands it names, its tree exists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cifarlab.recipe import Training
from cifarlab.recipe.yaml_text import parse_yaml
from cifarlab.spec import read_spec

ROOT = Path(__file__).parents[1]
WORDS = {True: "met", False: "missed", None: "unknown"}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(*arguments):
    """What a process of this Python prints, started where README stands."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_session_for_a_notebook_runs_and_prints_what_it_says():
    session = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    assert len([line for line in session.splitlines() if line.strip()]) == 10
    printed = run("-c", session).splitlines()
    assert printed[0] == re.search(r"# ([\d ]+)$", session, re.MULTILINE)[1]
    assert "Confusion(" in printed[1]


def test_the_training_that_it_shows_is_one_and_names_every_kind():
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1]
    training = read_spec(Training, parse_yaml(shown)["training"])
    schema = Training.model_json_schema()["properties"]
    for part in ("optimizer", "schedule"):
        line = re.search(rf"^  {part}: .*$", shown, re.MULTILINE)[0]
        assert set(schema[part]["discriminator"]["mapping"]) <= set(re.findall(r"\w+", line))
    assert training.model_fields_set == set(schema) - {"validation_images", "seed"}


def test_the_table_of_recipes_is_what_the_command_prints():
    rows = [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in table_below("| recipe | parameters |")]
    printed = json.loads(run("-m", "cifarlab", "recipes", "--json"))
    assert rows == [_row(recipe) for recipe in printed]


def table_below(head):
    """The rows of the Markdown table whose head starts so."""
    return README[README.index(head) :].partition("\n\n")[0].splitlines()[2:]


def test_the_table_of_checkpoints_is_what_the_command_prints():
    printed = run("-m", "cifarlab", "checkpoints", "--markdown").strip()
    assert " ".join(printed.split()) in " ".join(README.split())


def _row(recipe):
    field = f"{recipe['receptive_field_before_pooling']} / {recipe['receptive_field']}"
    counts = Counter(WORDS[goal["met"]] for goal in recipe["goals"])
    goals = ", ".join(f"{counts[word]} {word}" for word in WORDS.values() if counts[word])
    return [recipe["name"], f"{recipe['parameters']:,}", f"{recipe['multiply_adds'] / 1e6:.2f} M", field, goals]


def tree_entries():
    block = README.partition("## The tree\n")[2].partition("\n## ")[0]
    folder = Path()
    for indent, entry in re.findall(r"^    ( *)(\S+)", block, re.MULTILINE):
        yield str(folder / entry if indent else Path(entry))
        folder = Path(entry) if not indent else folder


@pytest.mark.parametrize("entry", list(tree_entries()))
def test_what_stands_in_the_tree_exists(entry):
    assert (ROOT / entry).exists()


def test_every_package_of_the_library_stands_in_the_tree():
    packages = {f"cifarlab/{path.parent.name}" for path in (ROOT / "cifarlab").glob("*/__init__.py")}
    assert packages <= set(tree_entries())


def test_a_shell_is_told_to_activate_what_make_installs_into():
    environment = re.search(r"`\. (\S+)/activate`", README.partition("## In a shell\n")[2].partition("\n## ")[0])[1]
    assert f"\nBIN := {environment}\n" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make (\w+) +#", README))))
def test_make_knows_the_targets(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()
