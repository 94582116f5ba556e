"""Arguments and options that several commands take, each with its help, once."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from typer import Argument, Option

RecipeArgument: TypeAlias = Annotated[
    str, Argument(metavar="RECIPE", help="Name of a recipe that ships (see `cifarlab recipes`), or a YAML file.")
]
JsonOption: TypeAlias = Annotated[bool, Option("--json", help="Print JSON instead of a table.")]
DataOption: TypeAlias = Annotated[
    str | None, Option(help="cifar10, sketch10, or a folder of images; see `cifarlab data`.", metavar="SOURCE")
]
DeviceOption: TypeAlias = Annotated[str, Option(help="auto, cpu, cuda:N or mps; auto takes the quickest.")]
CheckpointArgument: TypeAlias = Annotated[
    str,
    Argument(
        metavar="CHECKPOINT|RUN_DIR",
        help="Folder of a run, folder or name of a checkpoint that ships, or a .safetensors file beside a recipe.yaml.",
    ),
]
