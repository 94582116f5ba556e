import os
from dataclasses import replace

import numpy as np
import pytest

from cifarlab.analysis import examination
from cifarlab.analysis.evaluation import Evaluation
from cifarlab.analysis.examination import evaluate, examine, stamp, trained_networks
from cifarlab.analysis.predictions import predict
from cifarlab.data import CLASS_NAMES, load_images


def test_images_are_put_to_the_network_where_no_answers_are_stored(make_run, image_folder, quick, normalization):
    path, facts = make_run()
    seen = []
    found = examine(path, on_progress=lambda done, total: seen.append((done, total)))
    images = load_images(image_folder, "test")
    np.testing.assert_allclose(found.evaluation.logits, predict(quick, images.images, normalization), atol=1e-6)
    assert found.evaluation.labels.tolist() == images.labels.tolist()
    assert (found.facts, found.problem, len(found.images)) == (facts, "", 30)
    assert seen == [(30, 30)]


def test_stored_answers_are_used_where_there_are_some(make_run, image_folder, store_answers):
    path, facts = make_run()
    store_answers(path, facts, load_images(image_folder, "test").labels, right=12)
    found = examine(path, on_progress=lambda *_: pytest.fail("the images were put to the network"))
    assert found.evaluation.correct == 12
    assert len(found.images) == 30


def test_stored_answers_of_other_weights_are_not_used(make_run, image_folder, store_answers):
    path, facts = make_run(epoch=3)
    store_answers(path, facts.model_copy(update={"epoch": 2}), load_images(image_folder, "test").labels, right=30)
    seen = []
    examine(path, on_progress=lambda done, _: seen.append(done))
    assert seen == [30]


def test_without_its_images_a_network_is_judged_by_its_stored_answers(make_run, store_answers):
    path, facts = make_run(data="/nowhere/images")
    store_answers(path, facts, np.arange(10), right=4)
    found = examine(path)
    assert found.evaluation.correct == 4
    assert found.images is None
    assert "/nowhere/images" in found.problem


def test_a_test_image_that_was_damaged_since_leaves_the_figures_of_the_stored_answers(
    make_run, image_folder, store_answers
):
    path, facts = make_run()
    store_answers(path, facts, load_images(image_folder, "test").labels, right=12)
    (image_folder / "test" / "cat" / "damaged.png").write_bytes(b"\x89PNG")
    found = examine(path)
    assert found.evaluation.correct == 12
    assert found.images is None
    assert "test/cat/damaged.png" in found.problem


def test_images_of_another_source_are_never_put_to_a_network(make_run, monkeypatch):
    path, _ = make_run(data="/nowhere/images")
    monkeypatch.setattr(examination, "predict", lambda *_, **__: pytest.fail("scored on other images"))
    with pytest.raises(ValueError, match="/nowhere/images"):
        examine(path)


def test_the_same_images_are_shown_wherever_they_lie_by_now(
    make_run, image_folder, store_answers, remember_images, tmp_path
):
    path, facts = make_run(data="a-folder-elsewhere")
    images = load_images(image_folder, "test")
    store_answers(path, facts, images.labels, right=12)
    assert examine(path, source=str(image_folder)).images is None  # nothing tells these images from others
    remember_images(path, test_fingerprint=images.fingerprint)
    found = examine(path, source=str(image_folder))
    assert (found.images.name, found.problem, found.evaluation.correct) == (str(image_folder), "", 12)
    for source in ("sketch10", str(tmp_path / "nowhere"), None):
        found = examine(path, source=source)
        assert (found.images, "a-folder-elsewhere" in found.problem) == (None, True)


def test_other_images_in_use_are_never_put_to_a_network(make_run, image_folder, remember_images, monkeypatch):
    path, _ = make_run(data="a-folder-elsewhere")
    remember_images(path, test_fingerprint="that of others")
    monkeypatch.setattr(examination, "predict", lambda *_, **__: pytest.fail("scored on other images"))
    with pytest.raises(ValueError, match="a-folder-elsewhere"):
        examine(path, source=str(image_folder))


def test_images_that_changed_since_are_not_shown_beside_old_answers(make_run, image_folder, store_answers):
    path, facts = make_run()
    store_answers(path, facts, load_images(image_folder, "test").labels[::-1].copy())
    found = examine(path)
    assert found.images is None
    assert "are no longer the ones that were answered; train again" in found.problem


def test_other_images_with_the_same_labels_are_not_shown_beside_old_answers(
    make_run, image_folder, store_answers, remember_images
):
    path, facts = make_run()
    images = load_images(image_folder, "test")
    store_answers(path, facts, images.labels, right=12)
    remember_images(path, test_fingerprint=images.fingerprint)
    assert examine(path).images is not None
    first = image_folder / "test" / "cat" / "0.png"
    first.rename(first.with_name("9.png"))  # the same labels; each picture of a cat before it moves up by one
    found = examine(path)
    assert (found.images, found.evaluation.correct) == (None, 12)
    assert "are no longer the ones that were answered; train again" in found.problem


def test_images_whose_classes_have_other_names_by_now_are_not_shown(make_run, image_folder, store_answers):
    path, facts = make_run()
    store_answers(path, facts, load_images(image_folder, "test").labels, right=12)
    for split in ("train", "test"):
        (image_folder / split / "truck").rename(image_folder / split / "van")
    found = examine(path)
    assert (found.images, found.evaluation.correct) == (None, 12)


def test_any_images_of_the_same_classes_can_be_evaluated(make_run, image_folder):
    path, _ = make_run(data="cifar10")
    assert isinstance(evaluate(path, load_images(image_folder, "train")), Evaluation)


def test_images_of_other_classes_are_refused(make_run, image_folder):
    path, _ = make_run()
    images = replace(load_images(image_folder, "test"), class_names=(*CLASS_NAMES[:9], "tractor"))
    with pytest.raises(ValueError, match=r"tractor, but the network was trained on .* choose images of those classes"):
        evaluate(path, images)


def test_damaged_weights_are_refused_with_a_sentence(make_run):
    path, _ = make_run()
    weights = path / "last.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ValueError, match="the file is cut off or damaged"):
        examine(path)


def test_a_vanished_directory_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="holds no weights; give a run directory"):
        examine(tmp_path / "gone")


def test_the_stamp_changes_with_the_weights_and_with_the_answers(make_run, store_answers):
    path, facts = make_run()
    first = stamp(path)
    store_answers(path, facts, np.arange(10))
    second = stamp(path)
    os.utime(path / "last.safetensors", ns=(1, 1))
    assert len({first, second, stamp(path)}) == 3
    assert stamp(path) == stamp(path)


def test_runs_come_first_and_a_run_without_weights_is_listed_too(make_run, tmp_path, monkeypatch):
    make_run("with-weights")
    (make_run("too-early")[0] / "last.safetensors").unlink()
    monkeypatch.setattr(examination, "shipped_checkpoints", lambda: {"quick": tmp_path / "quick"})
    found = trained_networks(tmp_path / "runs")
    assert {network.name for network in found[:2]} == {"with-weights", "too-early"}
    assert all(network.run.path == network.path for network in found[:2])
    assert (found[2].name, found[2].run) == ("quick", None)


def test_without_runs_and_checkpoints_nothing_is_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(examination, "shipped_checkpoints", dict)
    assert trained_networks(tmp_path / "none") == ()
