"""`evaluate` and `mistakes`: how good a trained network is, and where it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cifarlab.command_line.arguments import CheckpointArgument, DataOption, JsonOption
from cifarlab.command_line.output import new_table, print_json, print_rich, progress, say

if TYPE_CHECKING:
    from rich.table import Table

    from cifarlab.analysis import Evaluation


def evaluate(checkpoint: CheckpointArgument, data: DataOption = None, json: JsonOption = False) -> None:
    """Show how good a trained network is.

    Accuracy in all and per class, with 95 % intervals, and loss. Without --data they are those on the test images that
    belong to its training.
    """
    source, evaluation = _evaluate(checkpoint, data)
    if json:
        print_json(_plain_figures(source, evaluation) | {"per_class": _plain_classes(evaluation)})
    else:
        print_rich(_class_table(evaluation), _headline(source, evaluation))


def mistakes(
    checkpoint: CheckpointArgument,
    data: DataOption = None,
    count: Annotated[int, typer.Option(min=1, help="Show so many images, those with the surest answers first.")] = 20,
    json: JsonOption = False,
) -> None:
    """List what a trained network gets wrong.

    Each image with its index, true and predicted class, and the network's confidence. Without --data these are the test
    images that belong to its training.
    """
    from cifarlab.analysis import mistakes as find_mistakes

    source, evaluation = _evaluate(checkpoint, data)
    wrong = find_mistakes(evaluation)
    shown = [_plain_mistake(evaluation, int(index)) for index in wrong[:count]]
    if json:
        found = {"mistakes": shown, "mistaken": len(wrong), "most_confused": _plain_confusions(evaluation)}
        print_json(_plain_figures(source, evaluation) | found)
        return
    table = new_table("image", "true", "predicted", "confidence", words=("true", "predicted"))
    for mistake in shown:
        table.add_row(str(mistake["image"]), mistake["true"], mistake["predicted"], f"{mistake['confidence']:.1%}")
    print_rich(table, f"\n{len(shown)} of {len(wrong):,} mistakes", _headline(source, evaluation))


def _evaluate(checkpoint: str, data: str | None) -> tuple[str, Evaluation]:
    """The images' source and the answers; those that were stored with the weights serve when they belong to them."""
    from cifarlab.analysis import evaluate as put_to_network
    from cifarlab.analysis import examine
    from cifarlab.data import load_images
    from cifarlab.training import checkpoint_facts, shipped_checkpoints

    path = shipped_checkpoints().get(checkpoint, checkpoint)
    with progress("Classifying") as on_progress:
        if data is None:
            examination = examine(path, on_progress=on_progress)
            return examination.facts.data, examination.evaluation
        images = load_images(data, "test")
        facts = checkpoint_facts(path)
        if images.name != facts.data and images.fingerprint != facts.test_fingerprint:
            say(f"Note: the network was trained on {facts.data}; these are the test images of {images.name}.")
        return images.name, put_to_network(path, images, on_progress=on_progress)


def _headline(source: str, evaluation: Evaluation) -> str:
    low, high = evaluation.interval
    return (
        f"\naccuracy {evaluation.accuracy:.2%} ({low:.1%} to {high:.1%}) and loss {evaluation.loss:.4f} "
        f"on {len(evaluation):,} test images of {source}"
    )


def _class_table(evaluation: Evaluation) -> Table:
    table = new_table("class", "images", "right", "accuracy", "95 % interval", words=("class",))
    for figures in evaluation.per_class:
        low, high = figures.interval
        accuracy = "-" if figures.accuracy is None else f"{figures.accuracy:.1%}"
        table.add_row(figures.name, str(figures.count), str(figures.correct), accuracy, f"{low:.1%} to {high:.1%}")
    return table


def _plain_figures(source: str, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "data": source,
        "images": len(evaluation),
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "loss": evaluation.loss,
    }


def _plain_classes(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {"name": f.name, "images": f.count, "correct": f.correct, "accuracy": f.accuracy, "interval": list(f.interval)}
        for f in evaluation.per_class
    ]


def _plain_mistake(evaluation: Evaluation, index: int) -> dict[str, Any]:
    return {
        "image": index,
        "true": evaluation.class_names[evaluation.labels[index]],
        "predicted": evaluation.class_names[evaluation.predicted[index]],
        "confidence": float(evaluation.confidence[index]),
    }


def _plain_confusions(evaluation: Evaluation) -> list[dict[str, Any]]:
    from cifarlab.analysis import most_confused

    names = evaluation.class_names
    return [
        {"true": names[c.true], "predicted": names[c.predicted], "images": c.count, "share": c.share}
        for c in most_confused(evaluation)
    ]
