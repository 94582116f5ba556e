import errno
import os
import shutil
from dataclasses import replace
from statistics import mean, stdev

import cv2
import numpy as np
import pytest
import torch

from cifarlab.network import trace
from cifarlab.recipe import save_recipe
from cifarlab.spec import read_spec
from cifarlab.training import RunDirectory, checkpoint_facts, load_checkpoint, load_test_logits, train
from cifarlab.training import computing as computing_module
from cifarlab.training.checkpoints.card import card
from cifarlab.training.checkpoints.checkpoint import load_weights
from cifarlab.training.checkpoints.ship import ship, ship_another_seed
from cifarlab.training.checkpoints.verification import verify
from cifarlab.training.computing import computing


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
    info = finished.info()
    assert f", {info.precision}, {info.memory_format}, " in text
    origin = checkpoint_facts(shipped).statement.origin
    assert (origin.precision, origin.memory_format) == (info.precision, info.memory_format)


def test_no_path_of_this_machine_is_handed_on(shipped, pictures):
    assert checkpoint_facts(shipped).data == load_test_logits(shipped).facts.data == pictures.name
    for path in shipped.iterdir():
        assert str(pictures).encode() not in path.read_bytes()


@pytest.mark.parametrize("hand_on", [ship, ship_another_seed])
def test_a_run_whose_figures_were_deleted_does_not_ship(finished, shipped, tmp_path, hand_on):
    copy, target = (shutil.copytree(path, tmp_path / path.name) for path in (finished.path, shipped))
    (copy / "metrics.jsonl").unlink()
    with pytest.raises(ValueError, match=r"^run: no epoch stands in metrics.jsonl, which says how long the run took;"):
        hand_on(RunDirectory(copy), target)


def test_a_run_that_did_not_finish_does_not_ship(finished, tmp_path):
    copy = shutil.copytree(finished.path, tmp_path / "copy")
    status = finished.status().model_copy(update={"state": "stopped"})
    (copy / "status.json").write_text(status.model_dump_json())
    with pytest.raises(ValueError, match="is stopped; only a finished run ships"):
        ship(RunDirectory(copy), tmp_path / "shipped")
    assert not (tmp_path / "shipped").exists()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_run_is_never_overwritten_by_a_checkpoint_be_it_another_or_itself(finished, tmp_path):
    another = shutil.copytree(finished.path, tmp_path / "another")
    for target in (another, finished.path):
        before = contents(target)
        with pytest.raises(ValueError, match=f"folder: {target} is the directory of a run, which a checkpoint would"):
            ship(finished, target)
        assert contents(target) == before


@pytest.mark.parametrize("name", ["run.json", "state.safetensors", "status.json", "request.json", "run.lock"])
def test_a_run_that_has_but_begun_is_not_overwritten_either(finished, name, tmp_path):
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match="is the directory of a run"):
        ship(finished, tmp_path)
    assert contents(tmp_path) == {name: b""}


def test_a_checkpoint_is_not_taken_for_a_run(shipped, tmp_path):
    with pytest.raises(ValueError, match=f"run: {shipped} is a checkpoint, which has shipped; give the directory of a"):
        ship(RunDirectory(shipped), tmp_path / "again")


@pytest.fixture(scope="module")
def reseeded(exact, pictures, tmp_path_factory):
    """Runs of the tiny recipe, in float32, with the seeds that are asked for."""
    folder = tmp_path_factory.mktemp("seeds")

    def run(seed, **training):
        directory = folder / f"{seed}-{len(list(folder.iterdir()))}"
        train(exact(seed=seed, **training), directory, data=pictures, device="cpu")
        return RunDirectory(directory)

    return run


def test_half_the_space_takes_half_the_space_and_states_what_it_scores_so(finished, pictures, tmp_path):
    shipped = ship(finished, tmp_path / "half", float16=True)
    before, after = load_weights(finished.path), load_weights(shipped)
    for name, tensor in before.items():
        assert after[name].dtype == (torch.float16 if tensor.ndim > 1 else tensor.dtype)
        assert torch.equal(after[name].to(tensor.dtype), tensor.half().to(tensor.dtype) if tensor.ndim > 1 else tensor)
    statement = checkpoint_facts(shipped).statement
    assert statement.correct_as_trained == load_test_logits(finished.path).correct
    assert not np.array_equal(load_test_logits(shipped).logits, load_test_logits(finished.path).logits)
    assert "The weights are in float16" in (shipped / "card.md").read_text()
    verification = verify(shipped, data=pictures, device="cpu")
    assert verification.confirmed
    assert {claim.stated_in: claim.allowed for claim in verification.accuracies} == {
        "model.safetensors": 0,
        "card.md": 0,
        "metrics.jsonl, epoch 3": 10,
        "test_logits.safetensors": 0,
    }
    model, _ = load_checkpoint(shipped)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_weights_in_float16_are_measured_with_as_many_threads_as_they_were_trained_with(
    finished, tmp_path, monkeypatch
):
    threads = finished.info().threads
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(computing_module, "usable_cores", lambda: threads)
    with computing(torch.device("cpu"), threads + 1):
        shipped = ship(finished, tmp_path / "half", float16=True)
    assert checkpoint_facts(shipped).statement.conditions.threads == threads


def test_other_seeds_are_counted_and_leave_the_weights_as_they_are(reseeded, pictures, tmp_path):
    runs = [reseeded(seed) for seed in (5, 9, 2)]
    shipped = ship(runs[0], tmp_path / "shipped")
    assert checkpoint_facts(shipped).statement.mean_and_spread is None
    weights, right = load_weights(shipped), [load_test_logits(run.path).correct for run in runs]
    for run in (runs[1], runs[2], runs[2]):
        ship_another_seed(run, shipped)
    statement = checkpoint_facts(shipped).statement
    assert statement.accuracies == {5: right[0] / 30, 2: right[2] / 30, 9: right[1] / 30}
    average, spread = mean(count / 30 for count in right), stdev(count / 30 for count in right)
    assert statement.mean_and_spread == pytest.approx((average, spread))
    text = (shipped / "card.md").read_text()
    assert (
        f"Over 3 seeds the mean is {100 * average:.2f} % and the standard deviation {100 * spread:.2f} points" in text
    )
    assert "- Seed: 5, 2, 9; these are the weights of the first" in text
    for name, tensor in load_weights(shipped).items():
        assert torch.equal(tensor, weights[name])
    assert verify(shipped, data=pictures, device="cpu").confirmed


def test_a_run_that_ships_again_keeps_its_other_seeds_and_another_training_does_not(reseeded, tmp_path):
    first = reseeded(5)
    shipped = ship_another_seed(reseeded(9), ship(first, tmp_path / "shipped"))
    counted = checkpoint_facts(shipped).statement.repetitions
    assert [again.seed for again in counted] == [9]
    before = contents(shipped)
    assert contents(ship(first, shipped)) == before
    assert checkpoint_facts(ship(first, shipped, float16=True)).statement.repetitions == counted
    assert "- Seed: 5, 9; these are the weights of the first" in (shipped / "card.md").read_text()
    for other in (reseeded(5, batch_size=24), reseeded(2)):
        copy = shutil.copytree(shipped, tmp_path / other.name)
        assert checkpoint_facts(ship(other, copy)).statement.repetitions == ()


def test_a_run_that_only_tells_another_story_is_counted(reseeded, tmp_path):
    shipped, other = ship(reseeded(5), tmp_path / "shipped"), shutil.copytree(reseeded(9).path, tmp_path / "other")
    told = {"description": "Written anew.", "tuning": "Told anew."}
    save_recipe(RunDirectory(other).recipe().model_copy(update=told), other / "recipe.yaml")
    assert list(checkpoint_facts(ship_another_seed(RunDirectory(other), shipped)).statement.accuracies) == [5, 9]


@pytest.mark.parametrize("shipping", [ship, ship_another_seed])
def test_a_full_disk_leaves_the_former_checkpoint_as_it_was(reseeded, shipping, monkeypatch, tmp_path):
    shipped, other = ship(reseeded(5), tmp_path / "shipped"), reseeded(9)
    before = contents(shipped)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        shipping(other, shipped)
    assert contents(shipped) == before


@pytest.mark.parametrize(
    ("seed", "training", "message"),
    [
        (4, {}, "has the seed 4, as the checkpoint itself"),
        (5, {"batch_size": 24}, "trained another recipe, or on other images"),
        (6, {"validation_images": 9}, "trained another recipe, or on other images"),
    ],
)
def test_what_is_not_the_same_recipe_with_another_seed_is_not_counted(reseeded, seed, training, message, tmp_path):
    shipped = ship(reseeded(4), tmp_path / "shipped")
    before = contents(shipped)
    with pytest.raises(ValueError, match=message):
        ship_another_seed(reseeded(seed, **training), shipped)
    assert contents(shipped) == before


def test_a_run_that_was_tested_on_other_images_is_not_counted(reseeded, exact, pictures, tmp_path):
    shipped = ship(reseeded(4), tmp_path / "shipped")
    others = shutil.copytree(pictures, tmp_path / "others")
    (others / "test" / "red" / "000.png").unlink()
    train(exact(seed=6), tmp_path / "run", data=others, device="cpu")
    with pytest.raises(ValueError, match="was tested on other images than the checkpoint of tiny"):
        ship_another_seed(RunDirectory(tmp_path / "run"), shipped)


@pytest.mark.parametrize(
    ("split", "message"),
    [("train", "trained another recipe, or on other images"), ("test", "was tested on other images")],
)
def test_images_that_differ_in_a_single_picture_are_others(reseeded, exact, pictures, split, message, tmp_path):
    first = reseeded(4)
    shipped = ship(first, tmp_path / "shipped")
    others = shutil.copytree(pictures, tmp_path / "others")
    picture = others / split / "red" / "000.png"
    cv2.imwrite(str(picture), 255 - cv2.imread(str(picture)))
    train(exact(seed=6), tmp_path / "run", data=others, device="cpu")
    augmentation = first.recipe().augmentation
    save_recipe(exact(seed=6).model_copy(update={"augmentation": augmentation}), tmp_path / "run" / "recipe.yaml")
    with pytest.raises(ValueError, match=message):
        ship_another_seed(RunDirectory(tmp_path / "run"), shipped)


def test_a_checkpoint_keeps_the_fingerprints_of_its_images(finished, shipped):
    info, facts = finished.info(), checkpoint_facts(shipped)
    origin = facts.statement.origin
    assert len(info.fingerprint) == len(info.test_fingerprint) == 32
    assert (origin.fingerprint, origin.test_fingerprint) == (info.fingerprint, info.test_fingerprint)
    assert facts.test_fingerprint == checkpoint_facts(finished.path).test_fingerprint == info.test_fingerprint
    assert load_test_logits(shipped).facts == facts


def test_a_folder_that_is_called_like_a_named_source_is_not_taken_for_it(exact, pictures, tmp_path):
    folder = shutil.copytree(pictures, tmp_path / "mine" / "sketch10")
    train(exact(), tmp_path / "run", data=folder, device="cpu")
    assert checkpoint_facts(ship(RunDirectory(tmp_path / "run"), tmp_path / "shipped")).data == "mine/sketch10"


def test_a_folder_with_blanks_in_its_name_is_quoted_in_the_command(shipped):
    recipe, stored = load_checkpoint(shipped)[1], load_test_logits(shipped)
    named = replace(stored, facts=stored.facts.model_copy(update={"data": "my own images"}))
    command = "`python -m cifarlab train recipe.yaml --data 'my own images' --device cpu`"
    assert command in card(recipe, named, stored.facts.statement)


def test_the_card_sets_the_source_beside_and_tells_how_the_training_was_found(exact, pictures, tmp_path):
    recipe = exact()
    published = {"accuracy_percent": 91.5, "class_accuracies_percent": [88.0, 76.5, 90.0]}
    recipe = read_spec(type(recipe), recipe.to_plain() | {"tuning": "We tried.", "published": published}, "recipe")
    train(recipe, tmp_path / "run", data=pictures, device="cpu")
    text = (ship(RunDirectory(tmp_path / "run"), tmp_path / "shipped") / "card.md").read_text()
    assert "Its source states 91.5 %." in text
    assert "## How this training was found\n\nWe tried.\n" in text
    assert "| class | accuracy | images | source |\n|--|--:|--:|--:|\n" in text
    assert "| 10 | 76.5 % |\n" in text
