import shutil

import numpy as np
import pytest

from cifarlab.network import trace
from cifarlab.training import RunDirectory, checkpoint_facts, load_checkpoint, load_test_logits
from cifarlab.training.checkpoints.ship import ship


@pytest.fixture(scope="module")
def shipped(finished, tmp_path_factory):
    return ship(finished, tmp_path_factory.mktemp("checkpoints") / "tiny")


def test_a_checkpoint_holds_what_was_best_in_the_run(finished, shipped):
    assert sorted(path.name for path in shipped.iterdir()) == [
        "card.md",
        "metrics.jsonl",
        "model.safetensors",
        "recipe.yaml",
        "test_logits.safetensors",
    ]
    ours, recipe = load_checkpoint(shipped)
    theirs, _ = load_checkpoint(finished.path)
    assert recipe == finished.recipe()
    for name, tensor in theirs.state_dict().items():
        assert np.array_equal(ours.state_dict()[name].numpy(), tensor.numpy())
    assert np.array_equal(load_test_logits(shipped).logits, load_test_logits(finished.path).logits)


def test_the_card_tells_how_good_and_how_made(finished, shipped):
    text = (shipped / "card.md").read_text()
    stored, table = load_test_logits(finished.path), trace(finished.recipe().network)
    right = stored.logits.argmax(1) == stored.labels
    assert f"**{100 * right.mean():.2f} %** on 30 images" in text
    assert f"{table.parameters:,} parameters, receptive field {table.receptive_field_before_pooling} (" in text
    assert f"| green | {100 * right[stored.labels == 1].mean():.1f} % | 10 |" in text
    assert "Seed: 0" in text
    assert "torch 2." in text


def test_no_path_of_this_machine_is_handed_on(shipped, pictures):
    assert checkpoint_facts(shipped).data == load_test_logits(shipped).facts.data == pictures.name
    for path in shipped.iterdir():
        assert str(pictures).encode() not in path.read_bytes()


def test_a_run_that_did_not_finish_does_not_ship(finished, tmp_path):
    copy = shutil.copytree(finished.path, tmp_path / "copy")
    status = finished.status().model_copy(update={"state": "stopped"})
    (copy / "status.json").write_text(status.model_dump_json())
    with pytest.raises(ValueError, match="is stopped; only a finished run ships"):
        ship(RunDirectory(copy), tmp_path / "shipped")
    assert not (tmp_path / "shipped").exists()
