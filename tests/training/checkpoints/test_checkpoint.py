import shutil

import numpy as np
import pytest
import safetensors.numpy
import torch

from cifarlab.augment import resolve
from cifarlab.data import load_images
from cifarlab.recipe import load_recipe
from cifarlab.training import checkpoint_facts, load_checkpoint, load_test_logits, shipped_checkpoints
from cifarlab.training.checkpoints.checkpoint import normalization_of, save_test_logits
from cifarlab.training.evaluation import evaluate


@pytest.fixture
def copy(finished, tmp_path):
    """A copy of the finished run, to be damaged."""
    return shutil.copytree(finished.path, tmp_path / "copy")


def test_a_run_comes_back_as_the_network_that_was_evaluated(finished, pictures):
    model, recipe = load_checkpoint(finished.path)
    outcome = evaluate(model, load_images(pictures, "test"), recipe.augmentation.normalize, torch.device("cpu"))
    last = finished.metrics()[-1]
    assert not model.training
    assert outcome.accuracy == last.test_accuracy
    assert outcome.loss == pytest.approx(last.test_loss, rel=1e-5)
    stored = load_test_logits(finished.path)
    np.testing.assert_allclose(stored.logits, outcome.logits, rtol=2e-3, atol=1e-3)
    assert np.array_equal(stored.labels, load_images(pictures, "test").labels)


def test_a_checkpoint_says_what_it_was_trained_on(finished, pictures):
    facts = checkpoint_facts(finished.path)
    assert facts == load_test_logits(finished.path).facts
    assert (facts.data, facts.class_names, facts.epoch, facts.epochs) == (str(pictures), ("blue", "green", "red"), 3, 3)


def test_the_fingerprint_of_the_test_images_is_told_where_it_is_known(copy, finished):
    assert checkpoint_facts(copy).test_fingerprint == finished.info().test_fingerprint
    (copy / "run.json").unlink()
    assert checkpoint_facts(copy).test_fingerprint is None
    for path in shipped_checkpoints().values():
        facts = checkpoint_facts(path)
        assert facts.test_fingerprint == facts.statement.origin.test_fingerprint


def test_a_file_of_weights_is_loaded_with_the_recipe_beside_it(finished):
    by_file, _ = load_checkpoint(finished.path / "last.safetensors")
    by_run, _ = load_checkpoint(finished.path)
    assert all(torch.equal(*pair) for pair in zip(by_file.parameters(), by_run.parameters(), strict=True))


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
def test_a_file_that_is_cut_off_gives_one_sentence(copy, share):
    path = copy / "best.safetensors"
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"best.safetensors: the file is cut off or damaged .*; copy it again"):
        load_checkpoint(copy)
    with pytest.raises(ValueError, match="cut off or damaged"):
        checkpoint_facts(copy)


def test_weights_of_another_network_give_one_sentence(copy):
    recipe = copy / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("out_channels: 4", "out_channels: 5"))
    with pytest.raises(
        ValueError, match=r"do not fit the network of .*has the shape \(4, 3, 3, 3\) instead of \(5, 3,"
    ):
        load_checkpoint(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights: weights.pop("layers.linear1.bias", weights.popitem()), "is missing"),
        (lambda weights: weights.update(extra=np.zeros(1)), "extra has no place in it"),
    ],
)
def test_weights_too_few_or_too_many_give_one_sentence(copy, change, message):
    weights = safetensors.numpy.load_file(copy / "best.safetensors")
    change(weights)
    safetensors.numpy.save_file(weights, copy / "best.safetensors")
    with pytest.raises(ValueError, match=f"do not fit the network .*{message}"):
        load_checkpoint(copy)
    with pytest.raises(ValueError, match="it does not say what it was trained on"):
        checkpoint_facts(copy)


def test_the_state_of_a_run_is_not_taken_for_its_weights(finished):
    told = r"state.safetensors: it does not say what it was trained on; give best.safetensors, model.safetensors, last"
    with pytest.raises(ValueError, match=told):
        checkpoint_facts(finished.path / "state.safetensors")


def test_a_pickle_is_never_read(copy):
    torch.save({"weights": torch.zeros(1)}, copy / "best.safetensors")
    with pytest.raises(ValueError, match="cut off or damaged"):
        load_checkpoint(copy)


def test_a_place_without_weights_gives_one_sentence(tmp_path):
    for place in (tmp_path, tmp_path / "gone", tmp_path / "gone.safetensors"):
        with pytest.raises(ValueError, match="holds no weights; give a run directory with at least one complete epoch"):
            load_checkpoint(place)


def test_weights_without_a_recipe_give_one_sentence(copy):
    (copy / "recipe.yaml").unlink()
    with pytest.raises(ValueError, match=r"recipe.yaml cannot be read"):
        load_checkpoint(copy)


def test_stored_answers_that_are_missing_or_torn_give_one_sentence(copy):
    (copy / "test_logits.safetensors").unlink()
    with pytest.raises(ValueError, match=r"test_logits.safetensors: it is not there"):
        load_test_logits(copy)
    safetensors.numpy.save_file({"logits": np.zeros((2, 3))}, copy / "test_logits.safetensors")
    with pytest.raises(ValueError, match="does not hold logits and labels"):
        load_test_logits(copy)


@pytest.mark.parametrize(("name", "path"), shipped_checkpoints().items())
def test_every_checkpoint_that_ships_is_its_recipe_trained(name, path):
    recipe, trained = load_recipe(name), load_recipe(path / "recipe.yaml")
    on_same_images = path if name == "quick" else path.parent / "dilated-69k"
    numbers = normalization_of(load_recipe(on_same_images / "recipe.yaml"))
    augmentation = resolve(recipe.augmentation, numbers.mean, numbers.std)
    assert trained.to_plain() == recipe.model_copy(update={"augmentation": augmentation}).to_plain()


def test_answers_beyond_the_range_of_float16_stay_numbers(copy):
    logits = np.array([[1e6, -1e6, 0.5]], np.float32)
    save_test_logits(copy, logits, np.array([2]), checkpoint_facts(copy))
    assert load_test_logits(copy).logits.tolist() == [[65472, -65504, 0.5]]


@pytest.mark.parametrize("row", [[3.00001, 3.00002, -1], [-3.00002, -3.00001, -4], [7e4, 1e6, 0], [-2e5, -1e5, -3e5]])
def test_no_answer_changes_when_it_is_stored(copy, row):
    save_test_logits(copy, np.array([row], np.float32), np.array([1]), checkpoint_facts(copy))
    stored = load_test_logits(copy)
    assert stored.correct == 1
    np.testing.assert_allclose(stored.logits, np.clip([row], -65504, 65504), rtol=2e-3)


def test_every_checkpoint_that_ships_loads_with_its_answers():
    for name, path in shipped_checkpoints().items():
        model, recipe = load_checkpoint(path)
        assert recipe.name == name
        assert load_test_logits(path).logits.shape[1] == model.network.classes


def test_a_recipe_before_training_has_no_numbers_to_normalise_by():
    with pytest.raises(
        ValueError, match=r"augmentation\.normalize: 'dataset' is not allowed in the recipe of a trained"
    ):
        normalization_of(load_recipe("quick"))
