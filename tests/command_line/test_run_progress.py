from __future__ import annotations

import pytest

from cifarlab.command_line.run_progress import bar_figures, epoch_line, shown
from cifarlab.training import EpochMetrics, RunStatus


def metrics(epoch, **changes):
    figures = {
        "train_loss": 1.5,
        "train_accuracy": 0.4,
        "test_loss": 1.25,
        "test_accuracy": 0.5,
        "learning_rate": 0.01,
        "elapsed_seconds": 3723.0,
        "images_per_second": 1234.5,
    }
    return EpochMetrics(epoch=epoch, **figures | changes)


@pytest.fixture
def write(tmp_path):
    """Leaves the figures of these epochs in a run directory, and nothing else."""

    def write(epochs):
        lines = (metrics(epoch).model_dump_json(exclude_none=True) for epoch in epochs)
        (tmp_path / "metrics.jsonl").write_text("".join(f"{line}\n" for line in lines))

    return write


def test_a_line_holds_the_figures_of_an_epoch():
    assert epoch_line(metrics(7), 24) == (
        "epoch  7/24 | train loss 1.5000 accuracy 40.00% | test loss 1.2500 accuracy 50.00% | "
        "learning rate 0.01 | 1,234 images/s | 1:02:03 passed"
    )


def test_a_line_tells_of_mirror_images_and_of_images_held_out_where_there_are_figures():
    line = epoch_line(metrics(1, test_flip_accuracy=0.52, validation_loss=1.0, validation_accuracy=0.45), 3)
    assert line.split(" | ")[2:5] == [
        "test loss 1.2500 accuracy 50.00%",
        "mean answer to image and mirror image: accuracy 52.00%",
        "validation loss 1.0000 accuracy 45.00%",
    ]


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({}, ""),
        ({"step": 0, "steps": 2352}, "0/2,352 steps"),
        (
            {"step": 1062, "steps": 2352, "images_per_second": 5210.4, "eta_seconds": 201.2},
            "1,062/2,352 steps · 5,210 images/s · 0:03:21 left",
        ),
    ],
)
def test_the_bar_tells_what_is_known(known, text):
    assert bar_figures(RunStatus(state="running", **known)) == text


def test_only_epochs_of_this_process_are_printed_each_once(tmp_path, write, capsys):
    write([1, 2, 3])
    with shown(tmp_path, lambda status: f"after {status.epoch}") as tell:
        tell(RunStatus(state="running", epochs=5, message="Loading the images."))
        assert capsys.readouterr().out == ""
        write([1, 2])  # the third is trained again: the state is that after the second
        going = RunStatus(state="running", epoch=2, epochs=5, step=20, steps=50)
        tell(going)
        assert capsys.readouterr().out == "after 2\n"
        write([1, 2, 3, 4])
        tell(going.model_copy(update={"epoch": 5}))
        tell(going.model_copy(update={"epoch": 5}))
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in printed] == ["epoch 3/5", "epoch 4/5"]


def test_a_terminal_of_eighty_columns_has_room_for_every_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    status = RunStatus(
        state="running", epoch=57, epochs=75, step=20_062, steps=23_520, message="Evaluating epoch 57 of 75."
    )
    with shown(tmp_path) as tell:
        tell(status.model_copy(update={"images_per_second": 15_210.0, "eta_seconds": 801.0}))
    printed = capsys.readouterr().out
    assert "20,062/23,520 steps · 15,210 images/s · 0:13:21 left" in printed
