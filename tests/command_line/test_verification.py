from __future__ import annotations

import json
import shutil

import pytest

from cifarlab.training import RunDirectory


@pytest.fixture
def refutable(trained, tmp_path):
    """A copy of the run whose metrics claim that every test image was classified right."""
    copy = shutil.copytree(trained, tmp_path / "run")
    last = RunDirectory(copy).metrics()[-1]
    with (copy / "metrics.jsonl").open("a") as file:
        claimed = last.model_copy(update={"test_accuracy": 1.0})
        file.write(claimed.model_dump_json(exclude_none=True) + "\n")
    return copy


def test_a_run_is_confirmed_with_both_figures(cifarlab, trained):
    ran = cifarlab("verify", trained, "--device", "cpu")
    assert (ran.code, ran.err) == (0, "")
    right = round(RunDirectory(trained).metrics()[-1].test_accuracy * 30)
    figure = f"{right / 30:.2%} ({right} of 30)"
    *table, exact, verdict = ran.out.splitlines()
    rows = [row for row in table if row.endswith("confirmed")]
    assert rows[0].split("  ")[0] == "metrics.jsonl, epoch 2"
    assert rows[0].count(figure) == 2
    assert "+0 images, +0.00 points" in rows[0]
    assert "94,298 parameters" in rows[2]
    assert exact.startswith("The figures must hold exactly")
    assert verdict.startswith(
        f"confirmed: {figure} stated in metrics.jsonl, epoch 2, {figure} measured on the test images of "
    )


def test_a_run_is_refuted_with_both_figures_and_an_exit_code(cifarlab, trained, refutable):
    ran = cifarlab("verify", refutable, "--device", "cpu")
    assert (ran.code, ran.err) == (1, "")
    right = round(RunDirectory(trained).metrics()[-1].test_accuracy * 30)
    assert right < 30
    verdict = ran.out.splitlines()[-1]
    assert verdict.startswith(
        f"refuted: 100.00% (30 of 30) stated in metrics.jsonl, epoch 2, {right / 30:.2%} ({right} of 30) measured on "
    )
    assert [line.split()[-1] for line in ran.out.splitlines() if line.startswith("metrics")] == ["refuted"]


def test_a_refusal_names_what_was_refuted_and_nothing_else(cifarlab, trained, folder, tmp_path):
    assert cifarlab("ship", trained, tmp_path / "shipped").code == 0
    card = tmp_path / "shipped" / "card.md"
    line = card.read_text().splitlines().index("| class | accuracy | images |") + 3
    text = card.read_text().replace("- Network: 94,298 ", "- Network: 94,299 ")
    card.write_text(text)
    ran = cifarlab("verify", tmp_path / "shipped", "--data", folder, "--device", "cpu")
    verdict = ran.out.splitlines()[-1]
    assert (ran.code, ran.err) == (1, "")
    assert verdict.startswith("refuted: 94,299 parameters stated in card.md, 94,298 counted; line ")
    card.write_text(text.replace("94,299", "94,298").replace("| airplane | ", "| airplane | 1"))
    ran = cifarlab("verify", tmp_path / "shipped", "--data", folder, "--device", "cpu")
    assert ran.code == 1
    assert ran.out.splitlines()[-1].startswith(f"refuted: line {line} of card.md is '| airplane | 1")


def test_as_json_every_figure_is_there(cifarlab, refutable):
    ran = cifarlab("verify", refutable, "--device", "cpu", "--json")
    assert ran.code == 1
    printed = json.loads(ran.out)
    assert (printed["verdict"], printed["changed"]) == ("refuted", [])
    assert printed["card_deviation"] is None
    metrics, answers = printed["accuracies"]
    assert (metrics["stated"], metrics["images"], metrics["allowed_images"], metrics["confirmed"]) == (
        1.0,
        30,
        0,
        False,
    )
    assert metrics["difference_images"] == round(30 * (metrics["measured"] - 1))
    assert metrics["difference_points"] == pytest.approx(100 * (metrics["measured"] - 1))
    assert (answers["stated"], answers["confirmed"]) == (answers["measured"], True)
    assert printed["parameters"] == [
        {"stated_in": "recipe.yaml", "stated": 94298, "measured": 94298, "confirmed": True}
    ]


def test_other_conditions_are_told(cifarlab, trained, tmp_path):
    copy = shutil.copytree(trained, tmp_path / "run")
    info = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(info | {"hardware": "Abacus"}))
    ran = cifarlab("verify", copy, "--device", "cpu")
    assert ran.code == 0
    assert "Up to 10 images may differ, because the conditions do: hardware " in ran.out
    assert " instead of Abacus." in ran.out


def test_what_rounding_may_have_changed_is_told(cifarlab, trained, folder, tmp_path):
    assert cifarlab("ship", trained, tmp_path / "half", "--float16").code == 0
    ran = cifarlab("verify", tmp_path / "half", "--data", folder, "--device", "cpu")
    assert ran.code == 0
    assert "The figures must hold exactly: " in ran.out
    assert "Up to 10 images may differ from what the weights scored before they were rounded." in " ".join(
        ran.out.split()
    )


def test_a_checkpoint_that_ships_goes_by_its_name(cifarlab):
    ran = cifarlab("verify", "quick", "--device", "cpu")
    assert ran.code == 0
    assert "card.md" in ran.out
    assert ran.out.splitlines()[-1].endswith(" measured on the test images of sketch10")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "Error: checkpoint: "),
        (["quick", "--device", "cuda:99"], "Error: device: 'cuda:99' is not here"),
        (["quick", "--data", "nowhere"], "Error: images: "),
    ],
)
def test_what_cannot_be_verified_is_a_bad_argument(cifarlab, arguments, sentence):
    ran = cifarlab("verify", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)
