import errno

import pytest

from cifarlab.training import EpochMetrics, RunDirectory
from cifarlab.training.runs import journal
from cifarlab.training.runs.journal import Journal

EPOCH = EpochMetrics(
    epoch=1,
    train_loss=1.5,
    train_accuracy=0.5,
    test_loss=1.25,
    test_accuracy=0.625,
    learning_rate=0.01,
    elapsed_seconds=12.5,
    images_per_second=800.0,
)


@pytest.fixture
def clock(monkeypatch):
    """The seconds that the journal believes it is."""
    seconds = [100.0]
    monkeypatch.setattr(journal.time, "monotonic", lambda: seconds[0])
    return seconds


def test_each_report_is_written_and_told(tmp_path):
    told = []
    book = Journal(tmp_path, epochs=3, on_progress=told.append)
    book.report(step=5, message="Training.")
    book.report(step=9)
    assert [(status.step, status.message) for status in told] == [(5, "Training."), (9, "Training.")]
    assert RunDirectory(tmp_path)._read_status() == book.status == told[-1]


def test_a_report_is_due_a_few_times_a_second(tmp_path, clock):
    book = Journal(tmp_path, epochs=3)
    assert book.is_due()
    book.report()
    assert not book.is_due()
    clock[0] += journal.SECONDS_BETWEEN_REPORTS
    assert book.is_due()


def test_epochs_are_added_in_order_and_read_back(tmp_path):
    book = Journal(tmp_path, epochs=3)
    later = EPOCH.model_copy(update={"epoch": 2, "validation_accuracy": 0.25, "validation_loss": 2.0})
    book.add_epoch(EPOCH)
    book.add_epoch(later)
    assert RunDirectory(tmp_path).metrics() == (EPOCH, later)
    assert book.last_epoch == later


def test_an_end_that_cannot_be_written_is_in_the_log(tmp_path, monkeypatch, caplog):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    book = Journal(tmp_path, epochs=3)
    monkeypatch.setattr(journal, "replace_file", full)
    assert book.end("failed", "The disk is full.").state == "failed"
    assert "The disk is full." in caplog.text
    assert "status.json cannot be written: No space left on device" in caplog.text
