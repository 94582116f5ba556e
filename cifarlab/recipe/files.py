"""Recipes as YAML files: those that ship, by name, and anyone's, by path."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from cifarlab.network.layers import Network
from cifarlab.paths import expanded_path
from cifarlab.recipe.concise import to_concise
from cifarlab.recipe.document import Recipe
from cifarlab.recipe.yaml_text import MAXIMUM_CHARACTERS, format_yaml, parse_yaml
from cifarlab.spec import Spec, SpecError, read_spec
from cifarlab.storage import replace_file

_SHIPPED = Path(__file__).parent / "recipes"
_SUFFIXES = (".yaml", ".yml")
_FINDINGS = 8


class _NetworkSection(Spec):
    """What stands below `network` in a recipe."""

    network: Network


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that ship, in alphabetical order."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """A recipe that ships, by its name, or the one in a YAML file, by its path; a folder stands for its recipe.yaml.

    Raises:
        SpecError: there is no such recipe, or the file cannot be read or is not a valid recipe; one sentence for each
            finding, with the file's name.
    """
    try:
        return _read_file(_file_of(name_or_path))
    except OSError as error:
        place = error.filename or name_or_path
        raise SpecError([f"recipe: {place} cannot be read: {error.strerror or error}"]) from error


def _file_of(name_or_path: str | Path) -> Path:
    if str(name_or_path) in recipe_names():
        return _SHIPPED / f"{name_or_path}.yaml"
    path = _path(name_or_path)
    looks_like_path = isinstance(name_or_path, Path) or path.suffix in _SUFFIXES or len(path.parts) > 1
    if not looks_like_path and not path.exists():
        raise SpecError([_unknown(str(name_or_path))])
    return path / "recipe.yaml" if path.is_dir() else path


def _path(written: str | Path) -> Path:
    try:
        return expanded_path("recipe", written, "give the name of a recipe or the path of a YAML file")
    except ValueError as error:
        raise SpecError([str(error)]) from error


def _unknown(name: str) -> str:
    close = get_close_matches(name, recipe_names(), n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return f"recipe: {name!r} is not known; {hint}Choose {', '.join(recipe_names())}, or give the path of a YAML file"


def _read_file(path: Path) -> Recipe:
    with path.open("rb") as file:
        content = file.read(4 * MAXIMUM_CHARACTERS + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError([f"{path}: byte {error.start + 1} is not UTF-8; save the recipe as UTF-8 text"]) from error
    return read_recipe(text, str(path))


def read_recipe(text: str, name: str) -> Recipe:
    """The recipe that a YAML text holds; `name` is what findings call the text, such as its file's name.

    Raises:
        SpecError: the text is not YAML or not a recipe; one sentence for each finding.
    """
    try:
        return read_spec(Recipe, _mapping(text, "a recipe; give at least name, network and training"))
    except SpecError as error:
        raise SpecError(f"{name}: {finding}" for finding in _first(error.findings)) from error


def read_network(text: str) -> Network:
    """The network of a YAML text: of a section as `write_section` gives it, or of a recipe, whose rest is not read.

    Raises:
        SpecError: the text is not YAML, or holds no network or one that is not valid; one sentence for each finding.
    """
    document = _mapping(text, "a network; give a section that begins with network:, or a whole recipe")
    known = {name: value for name, value in document.items() if name == "network" or name not in Recipe.model_fields}
    try:
        return read_spec(_NetworkSection, known).network
    except SpecError as error:
        raise SpecError(_first(error.findings)) from error


def _mapping(text: str, wanted: str) -> dict[object, object]:
    document = parse_yaml(text)
    if isinstance(document, dict):
        return document
    held = "nothing" if document is None else f"a {type(document).__name__}"
    raise SpecError([f"{held} is not {wanted}"])


def _first(findings: tuple[str, ...]) -> tuple[str, ...]:
    """A file that is something else altogether has a finding for every line: a few of them say enough."""
    if (left := len(findings) - _FINDINGS) <= 0:
        return findings
    return (*findings[:_FINDINGS], f"{left} more findings like these; is this file a recipe?")


def write_recipe(recipe: Recipe) -> str:
    """The recipe as YAML, one layer, step or goal per line; `read_recipe` gives an equal recipe back."""
    return format_yaml(to_concise(recipe))


def write_section(recipe: Recipe, name: str) -> str:
    """One section of a recipe as YAML, as it stands in the recipe's own text.

    Raises:
        ValueError: a recipe has no such section, or this one does not say anything in it.
    """
    sections = to_concise(recipe)
    if name not in sections:
        raise ValueError(f"section: {name!r} is not in the recipe; choose {', '.join(sections)}")
    return format_yaml({name: sections[name]})


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Write the recipe to `path`, whole or not at all; a file that is there already is replaced.

    Raises:
        OSError: the folder does not exist or the disk refuses; `path` is as it was.
    """
    replace_file(path, write_recipe(recipe).encode())
