import errno
import json

import pytest
import safetensors.torch
import torch

from cifarlab import storage
from cifarlab.training.runs.state import Milestone, TrainingState, read_state, write_state

MILESTONE = Milestone(epoch=3, elapsed_seconds=1.5, metrics_bytes=700, best_epoch=2, best_accuracy=0.1 + 0.2)


def drawn(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


def a_state(**changes):
    weights = {"layers.0.weight": drawn(2, 3, 3, 3), "layers.0.batches": torch.tensor(2**40 + 1)}
    memory = {"layers.0.weight:exp_avg": drawn(2, 3, 3, 3), "layers.0.weight:step": torch.tensor(7.0)}
    whole = {"model": weights, "optimizer": memory, "weights": weights, "best": weights, "answers": drawn(4, 3)}
    return TrainingState(**({"milestone": MILESTONE} | whole | changes))


def assert_same(read, written):
    assert read.milestone == written.milestone
    pairs = [(read.answers, written.answers)]
    for name in ("model", "optimizer", "weights", "best", "average"):
        before, after = getattr(written, name), getattr(read, name)
        assert list(before) == sorted(after, key=list(before).index)
        pairs += [(after[key], before[key]) for key in before]
    assert all(a.dtype == b.dtype and torch.equal(a, b) for a, b in pairs)


def test_a_state_is_read_as_it_was_written(tmp_path):
    other, best = {"w": drawn(5)}, {"w": drawn(5) + 1}
    written = a_state(weights=other, best=best, average={"average.w": drawn(5) + 2, "updates": torch.tensor(3)})
    write_state(tmp_path, written)
    assert_same(read_state(tmp_path), written)


def test_weights_that_are_the_same_are_written_once(tmp_path):
    written = a_state()
    write_state(tmp_path, written)
    with safetensors.safe_open(tmp_path / "state.safetensors", framework="pt") as file:
        assert {name.partition("/")[0] for name in file.keys()} == {"model", "optimizer", "answers"}  # noqa: SIM118
    read = read_state(tmp_path)
    assert_same(read, written)
    assert read.best is read.weights is read.model


def test_the_order_of_values_in_memory_does_not_matter(tmp_path):
    weights = {"w": drawn(2, 4, 3, 3).to(memory_format=torch.channels_last)}
    write_state(tmp_path, a_state(model=weights, weights=weights, best=weights))
    assert torch.equal(read_state(tmp_path).model["w"], weights["w"])


def test_a_directory_without_a_state_has_none(tmp_path):
    assert read_state(tmp_path) is None


def test_a_state_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    write_state(tmp_path, a_state())

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write_all", full)
    with pytest.raises(OSError, match="No space left"):
        write_state(tmp_path, a_state(answers=drawn(9, 3)))
    assert_same(read_state(tmp_path), a_state())
    assert [path.name for path in tmp_path.iterdir()] == ["state.safetensors"]


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.999])
def test_a_state_that_is_cut_off_is_refused_with_one_sentence(tmp_path, part):
    write_state(tmp_path, a_state())
    path = tmp_path / "state.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    assert_refused(tmp_path, "the file is cut off or damaged")


@pytest.mark.parametrize("metadata", [None, {}, {"cifarlab": "{"}, {"cifarlab": '{"epoch": "three"}'}])
def test_a_file_that_does_not_say_how_far_the_run_came_is_refused_with_one_sentence(tmp_path, metadata):
    content = safetensors.torch.save({"model/w": drawn(3), "answers/logits": drawn(3)}, metadata)
    (tmp_path / "state.safetensors").write_bytes(content)
    assert_refused(tmp_path, "it does not hold a run's state; train again in a new directory$")


def test_a_state_without_weights_is_refused_with_one_sentence(tmp_path):
    content = safetensors.torch.save({"answers/logits": drawn(3)}, {"cifarlab": MILESTONE.model_dump_json()})
    (tmp_path / "state.safetensors").write_bytes(content)
    assert_refused(tmp_path, "it does not hold a run's state; train again in a new directory$")


def test_a_state_of_a_newer_version_is_refused_with_one_sentence(tmp_path):
    newer = {"schema_version": 2, "something": "else"}
    content = safetensors.torch.save({"w": drawn(3)}, {"cifarlab": json.dumps(newer)})
    (tmp_path / "state.safetensors").write_bytes(content)
    assert_refused(tmp_path, r"written by a newer version of CIFAR Lab \(schema 2, known here: 1\); go on with that")


def assert_refused(directory, text):
    with pytest.raises(ValueError, match=text) as refused:
        read_state(directory)
    assert str(refused.value).startswith(f"{directory / 'state.safetensors'}: ")
    assert "\n" not in str(refused.value)
