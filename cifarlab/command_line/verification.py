"""`verify`: whether a trained network scores what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from cifarlab.command_line.arguments import CheckpointArgument, DataOption, DeviceOption, JsonOption
from cifarlab.command_line.output import FAILED, new_table, print_json, print_rich, progress

if TYPE_CHECKING:
    from rich.table import Table

    from cifarlab.training.checkpoints.verification import AccuracyClaim, Verification

_VERDICT = {True: "confirmed", False: "refuted"}


def verify(
    checkpoint: CheckpointArgument, data: DataOption = None, device: DeviceOption = "auto", json: JsonOption = False
) -> None:
    """Confirm or refute what is stated of a trained network.

    Its test images are put to it again. Every accuracy in its card, metrics and stored answers must come out exactly on
    the stated hardware and versions, and within 10 images elsewhere; parameters are counted, and the card must be
    the one that the checkpoint's own figures make. Ends with 1 if refuted.
    """
    from cifarlab.training import shipped_checkpoints
    from cifarlab.training.checkpoints.verification import verify as verify_figures

    with progress("Classifying"):
        verification = verify_figures(shipped_checkpoints().get(checkpoint, checkpoint), data=data, device=device)
    if json:
        print_json(_plain(verification))
    else:
        print_rich(_claim_table(verification), *_explanations(verification))
    if not verification.confirmed:
        raise typer.Exit(FAILED)


def _claim_table(verification: Verification) -> Table:
    table = new_table("stated in", "stated", "measured", "difference", "verdict", words=("stated in", "verdict"))
    for claim in verification.accuracies:
        stated, measured = (_accuracy(count, claim.images) for count in (claim.stated, claim.measured))
        table.add_row(claim.stated_in, stated, measured, _difference(claim), _VERDICT[claim.confirmed])
    for count in verification.parameters:
        figures = (f"{count.stated:,} parameters", f"{count.measured:,}", f"{count.measured - count.stated:+,}")
        table.add_row(count.stated_in, *figures, _VERDICT[count.confirmed])
    return table


def _accuracy(correct: int, images: int) -> str:
    return f"{correct / images:.2%} ({correct:,} of {images:,})"


def _difference(claim: AccuracyClaim) -> str:
    return f"{claim.difference:+,} images, {claim.difference_points:+.2f} points"


def _explanations(verification: Verification) -> tuple[str, str]:
    """What was allowed and why, and the verdict."""
    allowed, why = max(claim.allowed for claim in verification.accuracies), "; ".join(verification.changed)
    tolerance = "The figures must hold exactly: hardware, threads and versions are those that they were measured with."
    if why:
        tolerance = f"Up to {allowed} images may differ, because the conditions do: {why}."
    elif allowed:
        tolerance += f" Up to {allowed} images may differ from what the weights scored before they were rounded."
    return f"\n{tolerance}", f"{_VERDICT[verification.confirmed]}: {'; '.join(_told(verification))}"


def _told(verification: Verification) -> Iterator[str]:
    """The accuracy that is furthest from the stated one, and whatever else is refuted."""
    worst = max(verification.accuracies, key=lambda claim: (not claim.confirmed, abs(claim.difference)))
    if verification.confirmed or not worst.confirmed:
        yield (
            f"{_accuracy(worst.stated, worst.images)} stated in {worst.stated_in}, "
            f"{_accuracy(worst.measured, worst.images)} measured on the test images of {verification.data}"
        )
    for count in verification.parameters:
        if not count.confirmed:
            yield f"{count.stated:,} parameters stated in {count.stated_in}, {count.measured:,} counted"
    if verification.card_deviation:
        yield verification.card_deviation


def _plain(verification: Verification) -> dict[str, Any]:
    return {
        "verdict": _VERDICT[verification.confirmed],
        "weights": str(verification.weights),
        "data": verification.data,
        "accuracies": [
            {
                "stated_in": claim.stated_in,
                "stated": claim.stated / claim.images,
                "measured": claim.measured / claim.images,
                "images": claim.images,
                "difference_images": claim.difference,
                "difference_points": claim.difference_points,
                "allowed_images": claim.allowed,
                "confirmed": claim.confirmed,
            }
            for claim in verification.accuracies
        ],
        "parameters": [
            {"stated_in": c.stated_in, "stated": c.stated, "measured": c.measured, "confirmed": c.confirmed}
            for c in verification.parameters
        ],
        "conditions": verification.conditions.model_dump(),
        "changed": list(verification.changed),
        "card_deviation": verification.card_deviation,
    }
