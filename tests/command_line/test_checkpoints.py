from __future__ import annotations

import json
import shutil

import pytest

from cifarlab.analysis import examine, mistakes
from cifarlab.data import CLASS_NAMES


def test_evaluate_shows_every_class_and_the_accuracy_in_all(cifarlab, trained):
    ran = cifarlab("evaluate", trained)
    evaluation = examine(trained).evaluation
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[2:12]] == list(CLASS_NAMES)
    assert f"accuracy {evaluation.accuracy:.2%} (" in ran.out.splitlines()[-1]
    assert "on 30 test images of " in ran.out.splitlines()[-1]


def test_evaluate_as_json_has_the_figures_of_the_library(cifarlab, trained, folder):
    printed = json.loads(cifarlab("evaluate", trained, "--json").out)
    evaluation = examine(trained).evaluation
    assert printed["data"] == str(folder)
    assert printed["images"] == 30
    assert printed["accuracy"] == evaluation.accuracy
    assert printed["loss"] == evaluation.loss
    assert [figures["images"] for figures in printed["per_class"]] == [3] * 10
    assert sum(figures["correct"] for figures in printed["per_class"]) == evaluation.correct


def test_mistakes_are_listed_with_the_surest_first(cifarlab, trained):
    printed = json.loads(cifarlab("mistakes", trained, "--json", "--count", "5").out)
    evaluation = examine(trained).evaluation
    wrong = mistakes(evaluation)
    assert [mistake["image"] for mistake in printed["mistakes"]] == wrong[:5].tolist()
    assert printed["mistaken"] == len(wrong)
    first = printed["mistakes"][0]
    assert first["true"] == CLASS_NAMES[evaluation.labels[wrong[0]]]
    assert first["predicted"] == CLASS_NAMES[evaluation.predicted[wrong[0]]]
    assert first["confidence"] == pytest.approx(evaluation.confidence[wrong[0]])
    assert sum(confusion["images"] for confusion in printed["most_confused"]) <= len(wrong)


def test_mistakes_are_shown_as_a_table(cifarlab, trained):
    ran = cifarlab("mistakes", trained, "--count", "3")
    wrong = mistakes(examine(trained).evaluation)
    assert [line.split()[0] for line in ran.out.splitlines()[2:5]] == [str(index) for index in wrong[:3]]
    assert f"3 of {len(wrong)} mistakes" in ran.out


def test_other_images_are_put_to_the_network_and_it_is_said(cifarlab, trained, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "others")
    (tmp_path / "others" / "test" / "cat" / "0.png").rename(tmp_path / "others" / "test" / "cat" / "last.png")
    ran = cifarlab("evaluate", trained, "--data", tmp_path / "others", "--json")
    assert ran.code == 0
    assert ran.err == (
        f"Note: the network was trained on {folder}; these are the test images of {tmp_path / 'others'}.\n"
    )
    own = json.loads(cifarlab("evaluate", trained, "--json").out)
    assert json.loads(ran.out)["accuracy"] == own["accuracy"]


def test_the_images_of_the_training_need_no_note_wherever_they_lie(cifarlab, trained, folder, tmp_path):
    assert cifarlab("evaluate", trained, "--data", folder).err == ""
    shutil.copytree(folder, tmp_path / "moved")
    assert cifarlab("evaluate", trained, "--data", tmp_path / "moved").err == ""


@pytest.mark.parametrize("command", ["evaluate", "mistakes"])
def test_a_checkpoint_that_is_not_there_is_a_bad_argument(cifarlab, tmp_path, command):
    ran = cifarlab(command, tmp_path / "nothing")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: checkpoint: ")
    assert str(tmp_path / "nothing") in ran.err


@pytest.mark.parametrize("command", ["evaluate", "mistakes"])
def test_a_corrupt_checkpoint_is_a_bad_document(cifarlab, trained, tmp_path, command):
    broken = shutil.copytree(trained, tmp_path / "broken")
    for weights in broken.glob("*.safetensors"):
        weights.write_bytes(weights.read_bytes()[:100])
    ran = cifarlab(command, broken)
    assert (ran.code, ran.out) == (2, "")
    assert "damaged" in ran.err
    assert "Traceback" not in ran.err


def test_a_count_below_one_is_a_bad_argument(cifarlab, trained):
    ran = cifarlab("mistakes", trained, "--count", "0")
    assert ran.code == 2
    assert "Invalid value for '--count'" in ran.err
