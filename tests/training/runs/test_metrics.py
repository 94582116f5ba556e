import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cifarlab.training import EpochMetrics, RunDirectory
from cifarlab.training.runs.metrics import Epochs, read_metrics

MANY = 100_000


def line(epoch: int, test_accuracy: float = 0.625) -> bytes:
    """As long as lines are in real runs."""
    return (
        b'{"epoch":%d,"train_loss":0.2192712646484375,"train_accuracy":0.9274,"test_loss":0.27204423224566365,'
        b'"test_accuracy":%r,"learning_rate":0.00010000000000000009,"elapsed_seconds":42.71842809100053,'
        b'"images_per_second":1633.0101881551407}\n' % (epoch, test_accuracy)
    )


def one_by_one(content: bytes) -> tuple[EpochMetrics, ...]:
    """The plain way to read: each whole line apart, by the record itself."""
    found = {}
    for whole in content.split(b"\n")[:-1]:
        try:
            metrics = EpochMetrics.model_validate_json(whole)
        except ValidationError:
            continue
        found[metrics.epoch] = metrics
    return tuple(found.values())


def test_a_torn_line_among_others_is_passed_over():
    content = line(1) + line(2)[:30] + b"\n" + b"\xff\n" + line(3)
    assert [epoch.epoch for epoch in read_metrics(content)] == [1, 3]


def test_fields_of_a_newer_version_are_passed_over():
    newer = line(1).replace(b'{"epoch"', b'{"top5":0.99,"epoch"')
    assert read_metrics(newer) == read_metrics(line(1))


def test_of_an_epoch_that_is_there_twice_the_last_line_counts():
    metrics = read_metrics(line(1) + line(2, 0.25) + line(3, 0.25) + line(2, 0.5) + line(3, 0.75))
    assert [(epoch.epoch, epoch.test_accuracy) for epoch in metrics] == [(1, 0.625), (2, 0.5), (3, 0.75)]


pieces = st.one_of(
    st.builds(line, st.integers(1, 9), st.floats(0, 1)),
    st.builds(lambda epoch, cut: line(epoch)[:cut], st.integers(1, 9), st.integers(0, 200)),
    st.sampled_from(
        [b"\n", b"{}\n", b"[]\n", b"1\n", b'{"epoch":1}\n', line(4).replace(b"0.9274", b"null"), b"\xff\n"]
    ),
    st.builds(
        lambda epoch: line(epoch).replace(b"}", b',"validation_loss":1,"validation_accuracy":null}'), st.integers(1, 9)
    ),
)


@given(st.lists(pieces, max_size=12).map(b"".join))
def test_whatever_the_lines_are_they_read_as_one_by_one(content):
    assert read_metrics(content) == one_by_one(content)


def test_epochs_are_a_sequence_of_records():
    metrics, plain = read_metrics(line(1) + line(2) + line(3)), one_by_one(line(1) + line(2) + line(3))
    assert isinstance(metrics[0], EpochMetrics)
    assert (len(metrics), metrics[-1], tuple(metrics)) == (3, plain[-1], plain)
    assert metrics[::-1][::2][::-1] == plain[::-1][::2][::-1]
    assert (metrics == plain, metrics != plain[:2], hash(metrics)) == (True, True, hash(plain))
    assert (Epochs() == (), bool(Epochs()), metrics == 3) == (True, False, False)
    with pytest.raises(IndexError):
        metrics[3]


@pytest.fixture
def long_run(tmp_path):
    (tmp_path / "metrics.jsonl").write_bytes(b"".join(map(line, range(1, MANY + 1))))
    return RunDirectory(tmp_path)


def seconds_to_read(run):
    """The processor's time of the quickest of three readings, and what was read."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        metrics = run.metrics()
        taken.append(time.process_time() - started)
    return min(taken), metrics


# 0.14 s on an idle core (Xeon 2.5 GHz, Python 3.11, pydantic 2.14); the bound is for a machine with other work.
def test_a_hundred_thousand_epochs_are_read_quickly(long_run):
    seconds, metrics = seconds_to_read(long_run)
    assert seconds < 0.6
    assert (len(metrics), metrics[-1]) == (MANY, EpochMetrics.model_validate_json(line(MANY)))


def test_a_line_that_was_torn_in_a_long_file_costs_little(long_run):
    path = long_run.path / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(line(70_000), line(70_000)[:50] + b"\n"))
    seconds, metrics = seconds_to_read(long_run)
    assert seconds < 1.2
    assert (len(metrics), metrics[-1].epoch) == (MANY - 1, MANY)
