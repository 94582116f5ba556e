from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cifarlab.recipe.files import (
    load_recipe,
    read_network,
    read_recipe,
    recipe_names,
    save_recipe,
    write_recipe,
    write_section,
)
from cifarlab.spec import SpecError

SHIPPED = ("advanced-170k", "bottleneck-151k", "dilated-69k", "quick", "resnet9-6m6", "strided-135k")


def test_the_five_reference_systems_and_quick_ship():
    assert recipe_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_is_called_like_its_file(name):
    assert load_recipe(name).name == name


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_says_what_it_is(name):
    assert load_recipe(name).description.endswith(".")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_written_of_a_shipped_recipe_reads_back_equal(name):
    recipe = load_recipe(name)
    assert read_recipe(write_recipe(recipe), name) == recipe


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_written_of_any_recipe_reads_back_equal(recipes, data):
    recipe = data.draw(recipes)
    assert read_recipe(write_recipe(recipe), "any") == recipe


@pytest.mark.parametrize("name", SHIPPED)
def test_each_layer_is_written_on_a_line_as_in_the_shipped_file(name):
    shipped = (Path(__file__).parents[2] / f"cifarlab/recipe/recipes/{name}.yaml").read_text()
    network = shipped.split("\nnetwork:\n")[1].split("\naugmentation:\n")[0]
    assert f"\nnetwork:\n{network}\naugmentation:\n" in write_recipe(load_recipe(name))


@pytest.mark.parametrize("name", SHIPPED)
def test_no_written_line_is_too_long_to_read(name):
    assert max(map(len, write_recipe(load_recipe(name)).splitlines())) <= 120


def test_a_shipped_recipe_loads_within_30_milliseconds():
    load_recipe("dilated-69k")
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        load_recipe("dilated-69k")
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.030


def test_a_recipe_is_loaded_by_the_path_of_its_file(tmp_path):
    recipe = load_recipe("quick")
    save_recipe(recipe, tmp_path / "mine.yaml")
    assert load_recipe(tmp_path / "mine.yaml") == recipe
    assert load_recipe(str(tmp_path / "mine.yaml")) == recipe


def test_a_folder_stands_for_the_recipe_in_it(tmp_path):
    save_recipe(load_recipe("quick"), tmp_path / "recipe.yaml")
    assert load_recipe(tmp_path) == load_recipe("quick")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "windows.yaml").write_text(write_recipe(load_recipe("quick")), encoding="utf-8-sig")
    assert load_recipe(tmp_path / "windows.yaml") == load_recipe("quick")


@pytest.mark.parametrize(
    ("name", "close"), [("quik", "quick"), ("dilated69k", "dilated-69k"), ("resnet9", "resnet9-6m6")]
)
def test_an_unknown_name_is_answered_with_the_close_ones_and_the_list(name, close):
    with pytest.raises(SpecError) as refusal:
        load_recipe(name)
    message = str(refusal.value)
    assert message.startswith(f"recipe: {name!r} is not known; did you mean {close}")
    assert all(shipped in message for shipped in SHIPPED)


def test_a_name_like_none_of_ours_gets_the_list_alone():
    with pytest.raises(SpecError, match=r"'zzz' is not known; Choose advanced-170k, .*strided-135k"):
        load_recipe("zzz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpecError, match=r"recipe: .*absent\.yaml cannot be read: No such file"):
        load_recipe(tmp_path / "absent.yaml")


def test_a_folder_without_a_recipe_is_named(tmp_path):
    with pytest.raises(SpecError, match=r"recipe\.yaml cannot be read: No such file"):
        load_recipe(tmp_path)


@pytest.mark.parametrize("name", ["a" * 300, Path("a" * 300), "a" * 300 + ".yaml"])
def test_a_name_that_no_disk_takes_is_refused(name):
    with pytest.raises(SpecError, match=r"^recipe: .*a{300}.* cannot be read: File name too long$"):
        load_recipe(name)


def test_a_folder_that_may_not_be_looked_into_is_refused(monkeypatch):
    look = Path.stat

    def refuse(path, **options):
        if path.parts[0] == "theirs":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(SpecError, match=r"^recipe: theirs/mine cannot be read: Permission denied$"):
        load_recipe("theirs/mine")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(SpecError, match=r"picture\.yaml: byte 1 is not UTF-8"):
        load_recipe(tmp_path / "picture.yaml")


def test_findings_carry_the_name_of_the_file_and_the_path_in_it():
    text = "name: a\nnetwork: {layers: [{type: conv, out_channels: 0}]}\ntraining: {epochs: 1, batch: 3}\n"
    with pytest.raises(SpecError) as refusal:
        read_recipe(text, "my.yaml")
    assert refusal.value.findings == (
        "my.yaml: network.layers[0].out_channels: 0 is not allowed; "
        "a number of output channels is 1 to 65,536 channels",
        "my.yaml: training.batch: this field is not known; did you mean batch_size? "
        "allowed here: epochs, batch_size, optimizer, schedule, label_smoothing, ema, validation_images, "
        "test_time_flip, precision, seed",
    )


def test_a_file_that_is_something_else_gets_a_few_findings_and_their_number():
    text = "\n".join(f"key{number}: {number}" for number in range(100))
    with pytest.raises(SpecError) as refusal:
        read_recipe(text, "other.yaml")
    assert len(refusal.value.findings) == 9
    assert refusal.value.findings[-1] == "other.yaml: 95 more findings like these; is this file a recipe?"


@pytest.mark.parametrize(("text", "held"), [("", "nothing"), ("- a\n- b", "a list"), ("quick", "a str")])
def test_what_holds_no_fields_is_no_recipe(text, held):
    with pytest.raises(SpecError, match=f"my.yaml: {held} is not a recipe; give at least name, network and training"):
        read_recipe(text, "my.yaml")


def test_saving_replaces_the_file_and_leaves_nothing_beside_it(tmp_path):
    for name in ("quick", "dilated-69k"):
        save_recipe(load_recipe(name), tmp_path / "recipe.yaml")
    assert load_recipe(tmp_path).name == "dilated-69k"
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.yaml"]


def test_a_save_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    save_recipe(load_recipe("quick"), tmp_path / "recipe.yaml")

    def refuse(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        save_recipe(load_recipe("dilated-69k"), tmp_path / "recipe.yaml")
    assert load_recipe(tmp_path) == load_recipe("quick")
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.yaml"]


def test_a_section_is_what_the_recipe_says_in_it():
    recipe = load_recipe("dilated-69k")
    assert write_section(recipe, "augmentation") in write_recipe(recipe)


def test_a_section_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="'optimiser' is not in the recipe; choose name, description, network"):
        write_section(load_recipe("quick"), "optimiser")


@pytest.mark.parametrize("name", recipe_names())
def test_a_network_is_read_from_its_section_and_from_a_whole_recipe(name):
    recipe = load_recipe(name)
    assert read_network(write_section(recipe, "network")) == recipe.network
    assert read_network(write_recipe(recipe)) == recipe.network


def test_the_rest_of_a_recipe_is_not_read_for_its_network_but_unknown_sections_are_refused():
    assert read_network("network: {layers: []}\ntraining: {epochs: none}").layers == ()
    with pytest.raises(SpecError, match=r"^layres: this field is not known"):
        read_network("network: {layers: []}\nlayres: []")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "^nothing is not a network; give a section that begins with network:"),
        ("[1]", "^a list is not a network"),
        ("layers: []", "^network: is missing"),
        ("network: {layers: [{type: gap, side: 1}]}", r"^network.layers\[0\].side: this field is not known"),
        ("network: [", "^line 2, column 1: while parsing"),
    ],
)
def test_a_text_without_a_network_is_refused_with_what_it_should_be(text, sentence):
    with pytest.raises(SpecError, match=sentence):
        read_network(text)
