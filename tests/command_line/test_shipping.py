from __future__ import annotations

import json
import shutil

from cifarlab import training
from cifarlab.recipe import load_recipe, save_recipe
from cifarlab.training import checkpoint_facts, checkpoint_statement, load_test_logits, shipped_checkpoints
from cifarlab.training.checkpoints.checkpoint import save_test_logits


def test_a_finished_run_ships_as_a_checkpoint_with_the_same_figures(cifarlab, trained, tmp_path):
    ran = cifarlab("ship", trained, tmp_path / "checkpoint")
    assert (ran.code, ran.err) == (0, "")
    assert str(tmp_path / "checkpoint") in ran.out
    assert {path.name for path in (tmp_path / "checkpoint").iterdir()} == {
        *("recipe.yaml", "model.safetensors", "metrics.jsonl", "test_logits.safetensors", "card.md")
    }


def test_a_folder_without_a_run_does_not_ship(cifarlab, tmp_path):
    ran = cifarlab("ship", tmp_path / "nothing", tmp_path / "checkpoint")
    assert (ran.code, ran.out) == (2, "")
    assert str(tmp_path / "nothing") in ran.err
    assert not (tmp_path / "checkpoint").exists()


def test_weights_ship_in_half_the_space_where_that_is_asked_for(cifarlab, trained, tmp_path):
    for name, options in (("whole", ()), ("half", ("--float16",))):
        assert cifarlab("ship", trained, tmp_path / name, *options).code == 0
    whole, half = ((tmp_path / name / "model.safetensors").stat().st_size for name in ("whole", "half"))
    assert 0.45 < half / whole < 0.6


def test_a_run_of_the_same_seed_is_not_counted_as_another(cifarlab, trained, tmp_path):
    cifarlab("ship", trained, tmp_path / "checkpoint")
    ran = cifarlab("ship", trained, tmp_path / "checkpoint", "--another-seed")
    assert (ran.code, ran.out) == (2, "")
    assert "has the seed 0, as the checkpoint itself; give one of another seed" in ran.err


def test_seeds_that_go_with_the_training_that_is_replaced_are_told(cifarlab, trained, tmp_path):
    other = shutil.copytree(trained, tmp_path / "other")
    info, recipe = json.loads((other / "run.json").read_text()), load_recipe(other / "recipe.yaml")
    (other / "run.json").write_text(json.dumps(info | {"seed": 7}))
    training = recipe.training.model_copy(update={"seed": 7})
    save_recipe(recipe.model_copy(update={"training": training}), other / "recipe.yaml")
    told = "Not counted any more, with the training that was replaced: seed 7\n"
    for arguments in ((trained,), (other, "--another-seed"), (trained,)):
        ran = cifarlab("ship", arguments[0], tmp_path / "checkpoint", *arguments[1:])
        assert (ran.code, told in ran.out) == (0, False)
    assert list(checkpoint_statement(tmp_path / "checkpoint").accuracies) == [0, 7]
    assert told in cifarlab("ship", other, tmp_path / "checkpoint").out


def test_no_weights_are_rounded_where_none_are_stored(cifarlab, trained, tmp_path):
    ran = cifarlab("ship", trained, tmp_path / "checkpoint", "--another-seed", "--float16")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Error: --float16: it does not go with --another-seed, which stores no weights; leave one out\n"


def test_what_ships_is_listed_with_what_its_card_says(cifarlab):
    ran = cifarlab("checkpoints", "--json")
    listed = {summary["name"]: summary for summary in json.loads(ran.out)}
    assert (ran.code, list(listed)) == (0, list(shipped_checkpoints()))
    for name, path in shipped_checkpoints().items():
        summary, card = listed[name], (path / "card.md").read_text()
        assert f"Test accuracy **{100 * summary['accuracy']:.2f} %**" in card
        assert f"{summary['parameters']:,} parameters" in card
        assert f"{summary['seconds']:,.0f} s\n" in card
        assert summary["accuracies"] == {
            str(seed): share for seed, share in checkpoint_statement(path).accuracies.items()
        }
        assert summary["epochs"] == checkpoint_facts(path).epochs


def test_the_command_of_a_checkpoint_quotes_a_folder_with_blanks(cifarlab, trained, tmp_path, monkeypatch):
    run = shutil.copytree(trained, tmp_path / "run")
    stored = load_test_logits(run)
    facts = stored.facts.model_copy(update={"data": "my own images"})
    save_test_logits(run, stored.logits, stored.labels, facts)
    assert cifarlab("ship", run, tmp_path / "checkpoint").code == 0
    monkeypatch.setattr(training, "shipped_checkpoints", lambda: {"checkpoint": tmp_path / "checkpoint"})
    (listed,) = json.loads(cifarlab("checkpoints", "--json").out)
    assert listed["command"] == "python -m cifarlab train quick --data 'my own images'"


def test_the_list_is_a_table_of_a_line_for_each(cifarlab):
    lines = cifarlab("checkpoints").out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(shipped_checkpoints())
    rows = cifarlab("checkpoints", "--markdown").out.strip().splitlines()
    assert {row.count("|") for row in rows} == {11}
    assert rows[2].startswith(f"| `{next(iter(shipped_checkpoints()))}`")
