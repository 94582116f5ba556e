import json
import os
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
import torch

from cifarlab.data import load_images
from cifarlab.network import build
from cifarlab.recipe import load_recipe
from cifarlab.training import (
    RunDirectory,
    checkpoint_facts,
    checkpoint_statement,
    load_checkpoint,
    load_test_logits,
    shipped_checkpoints,
    train,
)
from cifarlab.training import computing as computing_module
from cifarlab.training.checkpoints.card import card, stated_accuracy
from cifarlab.training.checkpoints.checkpoint import save_test_logits, weights_content
from cifarlab.training.checkpoints.ship import ship
from cifarlab.training.checkpoints.verification import IMAGES_ALLOWED_ELSEWHERE, AccuracyClaim, verify
from cifarlab.training.computing import computing


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run, to be tampered with."""
    return shutil.copytree(finished.path, tmp_path / "run")


@pytest.fixture
def shipped(finished, tmp_path):
    return ship(finished, tmp_path / "shipped")


def right_answers(path, pictures):
    """How many test pictures the weights at `path` classify right, by torch alone."""
    (model, recipe), images = load_checkpoint(path), load_images(pictures, "test")
    pixels = torch.from_numpy(images.images.copy()).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(v)[:, None, None] for v in recipe.augmentation.normalize.to_plain().values())
    with torch.no_grad():
        return int((model((pixels - mean) / std).argmax(1) == torch.from_numpy(images.labels.copy())).sum())


def test_a_run_is_confirmed_exactly_where_it_was_trained(finished, pictures):
    verification = verify(finished.path, device="cpu")
    assert (verification.confirmed, verification.changed, verification.data) == (True, (), str(pictures))
    assert [claim.stated_in for claim in verification.accuracies] == [
        "metrics.jsonl, epoch 3",
        "test_logits.safetensors",
    ]
    right = right_answers(finished.path, pictures)
    for claim in verification.accuracies:
        assert (claim.stated, claim.measured, claim.images, claim.allowed) == (right, right, 30, 0)


def test_the_images_are_put_to_a_network_with_as_many_threads_as_it_was_trained_with(finished, monkeypatch):
    threads = finished.info().threads
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(computing_module, "usable_cores", lambda: threads)
    with computing(torch.device("cpu"), threads + 1):
        verification = verify(finished.path, device="cpu")
    assert (verification.changed, verification.conditions.threads) == ((), threads)


def test_a_checkpoint_is_confirmed_by_its_header_card_metrics_and_answers(shipped, pictures):
    verification = verify(shipped, data=pictures, device="cpu")
    assert verification.confirmed
    assert verification.changed == ()
    assert [claim.stated_in for claim in verification.accuracies] == [
        *("model.safetensors", "card.md", "metrics.jsonl, epoch 3", "test_logits.safetensors")
    ]
    assert {claim.stated for claim in verification.accuracies} == {right_answers(shipped, pictures)}


def test_parameters_are_held_against_the_trace_and_the_card(shipped, pictures):
    weights = safetensors.numpy.load_file(shipped / "model.safetensors")
    learnt = sum(array.size for name, array in weights.items() if "running" not in name and "num_batches" not in name)
    parameters = verify(shipped, data=pictures, device="cpu").parameters
    assert [(claim.stated_in, claim.stated, claim.measured) for claim in parameters] == [
        ("recipe.yaml", learnt, learnt),
        ("card.md", learnt, learnt),
    ]


def test_what_ship_states_is_what_the_stored_answers_say(finished, shipped):
    stored, statement = load_test_logits(shipped), checkpoint_facts(shipped).statement
    assert statement.correct == (stored.logits.argmax(1) == stored.labels).sum()
    assert statement.images == 30
    info = finished.info()
    conditions = statement.conditions
    assert (conditions.hardware, conditions.threads, conditions.versions) == (
        info.hardware,
        info.threads,
        info.versions,
    )


def test_a_card_that_is_one_image_off_is_refuted(shipped, pictures):
    card = shipped / "card.md"
    right = right_answers(shipped, pictures)
    card.write_text(card.read_text().replace(f"**{100 * right / 30:.2f} %**", f"**{100 * (right - 1) / 30:.2f} %**"))
    verification = verify(shipped, data=pictures, device="cpu")
    assert [claim.stated_in for claim in verification.accuracies if not claim.confirmed] == ["card.md"]
    assert verification.accuracies[1].difference == 1
    assert not verification.confirmed


def test_a_card_with_another_number_of_parameters_is_refuted(shipped, pictures):
    card = shipped / "card.md"
    card.write_text(card.read_text().replace(" parameters", "1 parameters"))
    verification = verify(shipped, data=pictures, device="cpu")
    assert [claim.confirmed for claim in verification.parameters] == [True, False]
    assert not verification.confirmed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: re.sub(r"\| green \| [\d.]+", "| green | 99.9", text),
            r"line \d+ of card.md is '\| green \| 99.9 % ",
        ),
        (lambda text: text.replace("Test accuracy **", "Test accuracy *"), r"line 3 of card.md is 'Test accuracy \*\d"),
        (lambda text: text[: text.index("## Classes")], r"card.md ends before line \d+, which is '## Classes' by the "),
        (lambda text: f"{text}\nThe best of all.\n", r"line \d+ of card.md, '', is none of the checkpoint's own"),
    ],
    ids=["class", "accuracy", "half", "more"],
)
def test_a_card_that_is_not_the_one_of_the_checkpoints_statement_is_refuted(shipped, pictures, change, told):
    path = shipped / "card.md"
    path.write_text(change(path.read_text()))
    verification = verify(shipped, data=pictures, device="cpu")
    assert not verification.confirmed
    assert all(claim.confirmed for claim in (*verification.accuracies, *verification.parameters))
    assert re.match(told, verification.card_deviation)


@pytest.mark.parametrize("name", shipped_checkpoints())
def test_every_card_that_ships_is_the_one_of_its_checkpoints_statement(name):
    path = shipped_checkpoints()[name]
    made = card(load_recipe(path / "recipe.yaml"), load_test_logits(path), checkpoint_statement(path))
    assert (path / "card.md").read_text(encoding="utf-8") == made


def test_what_a_description_says_is_no_figure_of_the_card(exact, pictures, tmp_path):
    boast = "Fewer than 200,000 parameters, and Test accuracy **99.00 %** on 5 images."
    recipe = exact().model_copy(update={"description": boast})
    train(recipe, tmp_path / "run", data=pictures, device="cpu")
    shipped = ship(RunDirectory(tmp_path / "run"), tmp_path / "shipped")
    assert boast in (shipped / "card.md").read_text()
    assert verify(shipped, data=pictures, device="cpu").confirmed


@pytest.mark.parametrize("images", [3, 30, 10_000, 12_001, 26_032, 100_000])
def test_a_card_gives_back_the_number_of_right_answers_whatever_the_number_of_images(shipped, images):
    recipe, stored = load_checkpoint(shipped)[1], load_test_logits(shipped)
    statement = stored.facts.statement
    for correct in {0, 1, images // 3, images // 7, images - 2, images}:
        text = card(recipe, stored, statement.model_copy(update={"correct": correct, "images": images}))
        assert stated_accuracy(text) == (correct, images)


def test_weights_that_were_changed_are_refuted(run, pictures):
    _, recipe = load_checkpoint(run)
    torch.manual_seed(3)
    untrained = build(recipe.network)
    facts = checkpoint_facts(run)
    (run / "best.safetensors").write_bytes(weights_content(untrained.state_dict(), facts))
    verification = verify(run, device="cpu")
    right = right_answers(run, pictures)
    assert not verification.confirmed
    assert {claim.measured for claim in verification.accuracies} == {right}
    assert all(claim.difference == right - claim.stated for claim in verification.accuracies)


def change_answers(directory, count):
    """Make `count` of the stored right answers wrong."""
    stored = load_test_logits(directory)
    logits = stored.logits.copy()
    right = np.flatnonzero(logits.argmax(1) == stored.labels)[:count]
    logits[right, (stored.labels[right] + 1) % 3] = 100
    save_test_logits(directory, logits, stored.labels, stored.facts)


def test_elsewhere_ten_images_may_differ_and_not_eleven(run):
    info = run / "run.json"
    info.write_text(json.dumps(json.loads(info.read_text()) | {"hardware": "Another Processor"}))
    change_answers(run, IMAGES_ALLOWED_ELSEWHERE)
    within = verify(run, device="cpu")
    assert (within.confirmed, len(within.changed)) == (True, 1)
    assert within.changed[0].endswith(" instead of Another Processor")
    assert within.accuracies[1].difference == 10
    change_answers(run, 1)
    assert not verify(run, device="cpu").confirmed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"threads": 99}, r"threads \d+ instead of 99"),
        ({"versions": {"torch": "1.0"}}, r"torch 2\.\S+ instead of 1\.0"),
        ({"versions": {"fortran": "77"}}, "fortran is missing instead of 77"),
    ],
)
def test_what_differs_from_the_stated_conditions_is_told(run, change, told):
    info = run / "run.json"
    info.write_text(json.dumps(json.loads(info.read_text()) | change))
    (changed,) = verify(run, device="cpu").changed
    assert re.fullmatch(told, changed)


def test_a_checkpoint_that_states_no_conditions_is_held_to_the_wider_bound(shipped, pictures):
    model, _ = load_checkpoint(shipped)
    facts, stored = checkpoint_facts(shipped).model_copy(update={"statement": None}), load_test_logits(shipped)
    (shipped / "model.safetensors").write_bytes(weights_content(model.state_dict(), facts))
    save_test_logits(shipped, stored.logits, stored.labels, facts)
    verification = verify(shipped, data=pictures, device="cpu")
    assert verification.confirmed
    assert verification.changed == ("what the figures were measured on is not stated",)
    assert verification.accuracies[0].stated_in == "card.md"
    assert {claim.allowed for claim in verification.accuracies} == {10}


def test_a_figure_without_any_statement_cannot_be_verified(run):
    for name in ("metrics.jsonl", "test_logits.safetensors"):
        (run / name).unlink()
    with pytest.raises(ValueError, match=r"nothing beside .*best.safetensors states its test accuracy"):
        verify(run, device="cpu")


def test_a_card_that_is_no_text_gives_one_sentence(shipped, pictures):
    (shipped / "card.md").write_bytes(b"# tiny \xff")
    with pytest.raises(
        ValueError, match=r"card.md: it is no text in UTF-8 \(.*\); copy it again, or ship its run anew"
    ):
        verify(shipped, data=pictures, device="cpu")


def test_other_images_than_those_of_the_figures_are_refused(shipped, pictures, tmp_path):
    fewer = shutil.copytree(pictures, tmp_path / "fewer")
    (fewer / "test/red/000.png").unlink()
    with pytest.raises(ValueError, match=r"the 29 test images of .*fewer are not the 30 that test_logits.safetensors"):
        verify(shipped, data=fewer, device="cpu")
    (shipped / "test_logits.safetensors").unlink()
    with pytest.raises(ValueError, match=r"fewer has 29 test images, but the figure in model.safetensors is of 30;"):
        verify(shipped, data=fewer, device="cpu")


def test_images_of_other_classes_are_refused(shipped):
    with pytest.raises(ValueError, match=r"sketch10 has the classes airplane, .*, but .* trained on blue, green, red;"):
        verify(shipped, data="sketch10", device="cpu")


def test_a_device_that_is_not_here_is_refused(finished):
    with pytest.raises(ValueError, match="device: 'cuda:99' is not here"):
        verify(finished.path, device="cuda:99")


def test_a_difference_is_counted_in_images_and_in_points():
    claim = AccuracyClaim("card.md", stated=9312, measured=9302, images=10_000, allowed=10)
    assert (claim.difference, claim.confirmed) == (-10, True)
    assert claim.difference_points == pytest.approx(-0.1)
    assert not replace(claim, measured=9301).confirmed
    assert replace(claim, measured=9322).confirmed
    assert not replace(claim, measured=9323).confirmed


def test_the_network_that_ships_is_confirmed():
    assert verify(shipped_checkpoints()["quick"], device="cpu").confirmed


@pytest.mark.skipif("CIFARLAB_TEST_IMAGES" not in os.environ, reason="CIFARLAB_TEST_IMAGES names no copy of CIFAR-10")
def test_a_network_trained_on_photographs_is_confirmed_where_they_are():
    verification = verify(shipped_checkpoints()["advanced-170k"], data=os.environ["CIFARLAB_TEST_IMAGES"], device="cpu")
    assert verification.confirmed
    assert {claim.images for claim in verification.accuracies} == {10_000}
