"""The recipe: one document with everything that an experiment is, read, written, shared, compared and judged."""

from cifarlab.recipe.changes import changes
from cifarlab.recipe.document import Published, Recipe
from cifarlab.recipe.files import (
    load_recipe,
    read_network,
    read_recipe,
    recipe_names,
    save_recipe,
    write_recipe,
    write_section,
)
from cifarlab.recipe.judge import judge
from cifarlab.recipe.share import from_share_text, to_share_text
from cifarlab.recipe.training import Training, with_epochs, with_rate

__all__ = [
    "Published",
    "Recipe",
    "Training",
    "changes",
    "from_share_text",
    "judge",
    "load_recipe",
    "read_network",
    "read_recipe",
    "recipe_names",
    "save_recipe",
    "to_share_text",
    "with_epochs",
    "with_rate",
    "write_recipe",
    "write_section",
]
