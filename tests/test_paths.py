import pytest

from cifarlab.data import cache_folder, default_source, source_name
from cifarlab.paths import expanded_path, whole_path
from cifarlab.recipe import load_recipe
from cifarlab.spec import SpecError
from cifarlab.training import RunDirectory, load_checkpoint, resume, runs_folder, train

NOBODY = "~nobody-of-that-name/folder"


def test_a_path_begins_at_the_root_and_has_no_links(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    for written in ("~/folder", "folder", "link", tmp_path / "link" / ".." / "folder"):
        assert whole_path("data", written, "give another") == tmp_path / "folder"


def test_only_the_home_of_a_path_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded_path("data", "~/folder", "give another") == tmp_path / "folder"
    assert str(expanded_path("data", "folder", "give another")) == "folder"


def test_what_is_no_path_is_refused_with_one_sentence(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for written in (NOBODY, "zero\0byte", tmp_path / "circle"):
        with pytest.raises(ValueError, match=r"^data: .* is no path \([^)]+[^.)]\); give another$"):
            whole_path("data", written, "give another")


@pytest.mark.parametrize(
    ("field", "use"),
    [
        ("checkpoint", load_checkpoint),
        ("run_dir", RunDirectory),
        ("run_dir", resume),
        ("run_dir", lambda path: train(load_recipe("quick"), path)),
        ("recipe", load_recipe),
        ("images", source_name),
    ],
)
def test_the_home_of_nobody_is_refused_wherever_a_path_is_given(field, use):
    with pytest.raises(ValueError, match=f"^{field}: '{NOBODY}' is no path .*; give "):
        use(NOBODY)


@pytest.mark.parametrize(
    ("name", "use"),
    [("CIFARLAB_RUNS", runs_folder), ("CIFARLAB_CACHE", cache_folder), ("CIFARLAB_DATA", default_source)],
)
def test_the_home_of_nobody_is_refused_wherever_the_environment_names_it(monkeypatch, name, use):
    monkeypatch.setenv(name, NOBODY)
    with pytest.raises(ValueError, match=f"^{name}: '{NOBODY}' is no path .*; set it to a folder$"):
        use()


def test_a_recipe_in_the_home_of_nobody_is_one_finding():
    with pytest.raises(SpecError) as refused:
        load_recipe(NOBODY)
    assert len(refused.value.findings) == 1
