"""Imports only point down, importing does nothing, and modules stay small enough to read."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "cifarlab"
LONGEST_MODULE = 300

# What each package may import of its own kind: what stands below it, and nothing beside or above it.
BOTTOM = {"intervals", "paths", "spec", "storage"}
BELOW = {
    "intervals": set(),
    "paths": set(),
    "spec": set(),
    "storage": set(),
    "data": BOTTOM,
    "augment": BOTTOM,
    "network": BOTTOM,
    "recipe": BOTTOM | {"data", "augment", "network"},
    "training": BOTTOM | {"data", "augment", "network", "recipe"},
    "analysis": BOTTOM | {"data", "augment", "network", "recipe", "training"},
    "plots": BOTTOM | {"data", "augment", "network", "recipe", "training", "analysis"},
    "command_line": BOTTOM | {"data", "augment", "network", "recipe", "training", "analysis"},
    "__main__": {"command_line"},
    # The package itself only says where its public names live.
    "__init__": {"data", "augment", "network", "recipe", "training", "analysis"},
}
USER_INTERFACES = {"streamlit", "gradio"}
SLOW = {"numpy", "torch", "torchvision", "albumentations", "streamlit", "gradio", "cv2", "plotly"}
LIGHT = [
    "cifarlab",
    "cifarlab.spec",
    "cifarlab.network",
    "cifarlab.recipe",
    "cifarlab.augment",
    "cifarlab.command_line",
]
# The data package holds arrays, and OpenCV decodes its files; neither it nor the others may take a device or a thread.
IMPORTED = [*LIGHT, "cifarlab.data", "cifarlab.training", "cifarlab.analysis", "cifarlab.plots"]

MODULES = sorted(LIBRARY.rglob("*.py"))
PROGRAMS = [*sorted(ROOT.glob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def part_of(path: Path) -> str:
    """The package or module directly under cifarlab that a file belongs to."""
    return Path(path.relative_to(LIBRARY).parts[0]).stem


def imports_of(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Every module name that a source imports, anywhere in it, as absolute names; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{home}.{alias.name}" for alias in node.names)


def imported_modules(path: Path) -> set[str]:
    return set(imports_of(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parent.parts))


def imported_packages(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in imported_modules(path)}


def test_every_part_of_the_library_has_its_place_in_the_order():
    assert {part_of(path) for path in MODULES} <= BELOW.keys()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_only_point_down(path):
    own = part_of(path)
    parts = [module.split(".")[1] for module in imported_modules(path) if module.startswith("cifarlab.")]
    assert set(parts) - {own} <= BELOW[own]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_library_knows_no_user_interface(path):
    assert USER_INTERFACES.isdisjoint(imported_packages(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_library_knows_no_page(path):
    assert {"pages", "app", "demo"}.isdisjoint(imported_packages(path))


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_a_page_leaves_torch_to_the_library(path):
    assert {"torch", "torchvision"}.isdisjoint(imported_packages(path))


# The rule's own reading is tested, since a form that it overlooks would pass for obedience.
@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import a.b", "a.b"),
        ("import x, a as y", "a"),
        ("from a import b", "a.b"),
        ("def f():\n    from a.b import c", "a.b.c"),
        ("if True:\n    import a", "a"),
        ("from . import b", "cifarlab.data.b"),
        ("from .b import c", "cifarlab.data.b.c"),
        ("from ..b import c", "cifarlab.b.c"),
    ],
)
def test_every_form_of_import_is_seen(source, module):
    assert module in set(imports_of(source, ("cifarlab", "data")))


@pytest.mark.parametrize("path", MODULES + PROGRAMS, ids=name_of)
def test_a_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES + PROGRAMS, ids=name_of)
def test_a_module_is_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


IMPORT_AND_TELL = """
import json, sys, threading
written = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        written.append(str(arguments[0]))
    if event in ("os.mkdir", "os.remove", "os.rename", "socket.connect", "subprocess.Popen", "os.fork"):
        written.append(event)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
import {module}
loaded = sorted({{name.partition(".")[0] for name in sys.modules}})
print(json.dumps(dict(loaded=loaded, written=written, threads=threading.active_count())))
"""


@cache
def what_importing_does(module: str) -> dict:
    command = [sys.executable, "-c", IMPORT_AND_TELL.format(module=module)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("\n") == 1, "an import printed something"
    assert ran.stderr == ""
    return json.loads(ran.stdout)


@pytest.mark.parametrize("module", IMPORTED)
def test_importing_writes_nothing_and_starts_nothing(module):
    done = what_importing_does(module)
    assert done["written"] == []
    assert done["threads"] == 1


@pytest.mark.parametrize("module", LIGHT)
def test_importing_a_light_package_loads_nothing_slow(module):
    assert SLOW.isdisjoint(what_importing_does(module)["loaded"])


def test_importing_the_images_takes_no_deep_learning_framework():
    assert {"torch", "torchvision", "albumentations"}.isdisjoint(what_importing_does("cifarlab.data")["loaded"])
