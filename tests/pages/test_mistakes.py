import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cifarlab.analysis import examination
from cifarlab.data import load_images
from cifarlab.training.runs.lock import RunLock
from pages.mistakes import selection

ROOT = Path(__file__).parents[2]
# The page, the one that it links to, and the boundary around it, without the bar that stands on every page.
SCRIPT = """
import streamlit as st
from pages.parts.boundary import boundary
from pages.parts.places import page_file

names = ("mistakes", "train")
pages = [st.Page(page_file(name), url_path=name, default=name == "mistakes") for name in names]
page = st.navigation(pages, position="hidden")
with boundary():
    page.run()
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page Mistakes before its first run, on a machine with these runs and no network that came along."""
    monkeypatch.setenv("CIFARLAB_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("CIFARLAB_DATA", raising=False)
    monkeypatch.setattr(examination, "shipped_checkpoints", dict)
    st.cache_resource.clear()
    st.cache_data.clear()
    return AppTest.from_string(SCRIPT, default_timeout=60)


@pytest.fixture
def visit(page):
    """Opens the page."""
    return page.run


@pytest.fixture
def answered(make_run, image_folder, store_answers):
    """A run whose first 12 of 30 test images were recognised; three each of airplane, automobile, bird and cat."""
    path, facts = make_run("answered")
    store_answers(path, facts, load_images(image_folder, "test").labels, right=12)
    return path


def words(app):
    """Everything that stands on the page as text."""
    return " ".join(
        element.value for kind in ("markdown", "caption", "info", "error", "warning") for element in app.get(kind)
    )


def html(app):
    return " ".join(element.value for element in app.html)


def cards(app):
    return html(app).count("<figure")


def test_figures_and_charts_do_not_wait_for_torch():
    code = "import sys; from pages.mistakes import charts, choice, gallery; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout.strip() == "False"


def test_without_a_trained_network_the_page_says_what_to_do_next(visit):
    app = visit()
    assert "No trained network yet" in words(app)
    assert [link.label for link in app.page_link] == ["Train one"]


@pytest.mark.usefixtures("answered")
def test_figures_come_with_their_interval_and_number_of_images(visit):
    figures = html(visit())
    assert "<b>40.0 %</b> accuracy (95 % interval 24.6 to 57.7)" in figures
    assert "<b>18</b> mistakes in 30 test images of folder images" in figures


@pytest.mark.usefixtures("answered")
def test_what_the_confidence_is_worth_is_said_with_the_number_of_bins(visit):
    # Each answer has e^5 / (e^5 + 9) = 94.3 %, and 12 of 30 are right.
    said = "On average it is 54.3 points too sure; expected calibration error 54.3 points (10 bins)."
    assert said in words(visit())


@pytest.mark.usefixtures("answered")
def test_every_mistake_has_a_card_with_both_classes_and_the_confidence(visit):
    app = visit()
    assert cards(app) == 18
    assert "**18** images classified wrong" in words(app)
    caption = html(app).split("<figcaption>")[1]
    says, is_ = caption.split("is <i")
    assert says.startswith("<span>says")
    assert "<b>dog</b></span><span>94 %" in says  # e^5 / (e^5 + 9)
    assert "<b>deer</b></span><span>&lt; 1 %" in is_


@pytest.mark.usefixtures("answered")
def test_a_filter_by_class_narrows_the_gallery(visit):
    app = visit()
    app.selectbox(key=selection.TRUE).set_value(5).run()
    assert cards(app) == 3
    assert "**3** images of dog classified wrong" in words(app)
    app.button(key="mistakes.all").click().run()
    assert cards(app) == 18


@pytest.mark.usefixtures("answered")
def test_a_choice_among_the_classes_of_another_network_is_dropped(visit, make_run, store_answers):
    path, facts = make_run("letters", "/nowhere", class_names=tuple("abcdefghij"))
    store_answers(path, facts, np.arange(10))
    app = visit()
    app.selectbox(key="model").set_value("answered").run()
    app.selectbox(key=selection.TRUE).set_value(5).run()
    app.selectbox(key="model").set_value("letters").run()
    assert app.session_state[selection.TRUE] == selection.ANY
    assert not app.error


def test_a_browser_that_still_shows_other_classes_chooses_none_of_these():
    app = AppTest.from_string(
        "import streamlit\nfrom pages.mistakes import selection\nstreamlit.write(selection.current(('ant', 'bee')))\n",
        default_timeout=60,
    )
    app.session_state[selection.AMONG] = ("ant", "bee")
    app.session_state[selection.TRUE], app.session_state[selection.ANSWER] = "is dog", 1
    assert not app.run().exception
    assert (app.session_state[selection.TRUE], app.session_state[selection.ANSWER]) == (selection.ANY, selection.ANY)


def ticked(app):
    """The rows ticked in the table of the pairs confused most often, and what its first row is about."""
    table = app.dataframe[0]
    return app.session_state[table.key]["selection"]["rows"], tuple(table.value.iloc[0, :2])


@pytest.mark.usefixtures("answered")
def test_the_tick_in_the_table_of_pairs_follows_the_choice(visit, make_run, image_folder, store_answers):
    path, facts = make_run("better")
    store_answers(path, facts, load_images(image_folder, "test").labels, right=15)
    app = visit()
    app.selectbox(key="model").set_value("answered").run()
    app.selectbox(key=selection.TRUE).set_value(5)
    app.selectbox(key=selection.ANSWER).set_value(6).run()
    assert ticked(app) == ([1], ("deer", "dog"))
    app.selectbox(key="model").set_value("better").run()
    assert ticked(app) == ([0], ("dog", "frog"))
    app.button(key="mistakes.all").click().run()
    assert ticked(app) == ([], ("dog", "frog"))


@pytest.mark.parametrize(("rows", "chosen"), [([1], (5, 6)), ([], (selection.ANY, selection.ANY)), ([2], (4, 5))])
def test_a_tick_chooses_its_pair_and_taking_it_away_all_mistakes(rows, chosen):
    app = AppTest.from_string(
        "from pages.mistakes import charts\ncharts._pair_clicked('table', [(4, 5), (5, 6)])\n", default_timeout=60
    )
    app.session_state["table"] = {"selection": {"rows": rows}}
    app.session_state[selection.TRUE], app.session_state[selection.ANSWER] = 4, 5
    app.run()
    assert (app.session_state[selection.TRUE], app.session_state[selection.ANSWER]) == chosen


@pytest.mark.usefixtures("answered")
def test_the_same_class_twice_shows_what_was_recognised(visit):
    app = visit()
    app.selectbox(key=selection.TRUE).set_value(0)
    app.selectbox(key=selection.ANSWER).set_value(0).run()
    assert "**3** images of airplane classified right" in words(app)
    assert cards(app) == 3


def test_a_network_without_mistakes_is_said_to_have_none(visit, make_run, image_folder, store_answers):
    path, facts = make_run()
    store_answers(path, facts, load_images(image_folder, "test").labels, right=30)
    app = visit()
    assert "<b>100.0 %</b> accuracy (95 % interval 88.6 to 100.0)" in html(app)
    assert "**0** images classified wrong among the 30 test images." in words(app)


@pytest.mark.usefixtures("answered")
def test_a_filter_that_leaves_nothing_says_so(visit):
    app = visit()
    app.selectbox(key=selection.TRUE).set_value(0).run()
    assert "**0** images of airplane classified wrong among the 30 test images." in words(app)


@pytest.mark.parametrize("kind", ["answer", "true class", "difference"])
@pytest.mark.usefixtures("answered")
def test_every_kind_of_map_can_be_drawn(visit, kind):
    app = visit()
    app.segmented_control(key="mistakes.map").set_value(kind).run()
    assert cards(app) == 18
    assert not app.error


def test_more_mistakes_than_fit_come_in_pages_and_each_network_begins_with_its_first(
    visit, make_run, image_folder, store_answers
):
    for name in ("one", "other"):
        path, facts = make_run(name)
        store_answers(path, facts, load_images(image_folder, "test").labels)
    app = visit()
    assert cards(app) == 24
    app.pagination[0].set_value(2).run()
    assert cards(app) == 6
    before = app.selectbox(key="model").value
    app.selectbox(key="model").set_value("one" if before == "other" else "other").run()
    assert cards(app) == 24


@pytest.mark.usefixtures("answered")
def test_a_link_leads_to_the_choice_of_images(page):
    link = {"mistakes.true": "4", "mistakes.answer": "5", "mistakes.order": "loss", "mistakes.map": "true class"}
    for name, value in link.items():
        page.query_params[name] = value
    app = page.run()
    assert "**3** images of deer taken for dog" in words(app)
    assert app.selectbox(key=selection.ORDER).value == "loss"
    assert app.segmented_control(key="mistakes.map").value == "true class"


@pytest.mark.usefixtures("answered")
def test_a_garbled_link_shows_all_mistakes(page):
    for name, value in {"true": "40", "answer": "5", "order": "x", "map": "x"}.items():
        page.query_params[f"mistakes.{name}"] = value
    app = page.run()
    assert "**18** images classified wrong" in words(app)
    assert app.segmented_control(key="mistakes.map").value == "answer"
    assert cards(app) == 18
    assert not app.exception


@pytest.mark.usefixtures("answered")
def test_of_images_classified_right_no_difference_to_the_true_class_is_offered(visit):
    app = visit()
    offered = app.segmented_control(key="mistakes.map").options
    assert "difference" in offered
    app.segmented_control(key="mistakes.map").set_value("difference").run()
    app.selectbox(key=selection.TRUE).set_value(0)
    app.selectbox(key=selection.ANSWER).set_value(0).run()
    assert "images of airplane classified right" in words(app)
    assert [kind for kind in offered if kind != "difference"] == app.segmented_control(key="mistakes.map").options
    assert not app.exception


@pytest.mark.usefixtures("answered")
def test_the_page_says_when_the_network_belongs_to_other_images_than_those_in_use(visit):
    assert "It was trained and tested on folder images; the images in use" in words(visit())


def test_images_in_use_that_are_those_of_the_network_are_shown_whatever_it_calls_them(
    visit, make_run, store_answers, remember_images, image_folder, monkeypatch
):
    path, facts = make_run("a-moved", data="images")
    other, its_facts = make_run("elsewhere", data="photographs")
    images = load_images(image_folder, "test")
    for run, known in ((path, facts), (other, its_facts)):
        store_answers(run, known, images.labels, right=12)
        remember_images(run, test_fingerprint=images.fingerprint)
    monkeypatch.setenv("CIFARLAB_DATA", str(image_folder))
    app = visit()
    assert app.selectbox(key="model").options == ["elsewhere", "a-moved"]
    assert app.selectbox(key="model").value == "a-moved"  # by the folder's name; what is in it comes later
    for name in ("a-moved", "elsewhere"):
        app.selectbox(key="model").set_value(name).run()
        assert cards(app) == 18
        assert "never put to it" not in words(app)


def test_without_its_images_others_can_be_chosen_on_the_spot(
    visit, make_run, store_answers, remember_images, image_folder
):
    path, facts = make_run(data="elsewhere")
    images = load_images(image_folder, "test")
    store_answers(path, facts, images.labels, right=12)
    remember_images(path, test_fingerprint=images.fingerprint)
    app = visit()
    assert (cards(app), "The images cannot be shown" in words(app)) == (0, True)
    app.text_input(key="mistakes.folder").set_value(str(image_folder)).run()
    assert (cards(app), "The images cannot be shown" in words(app)) == (18, False)


def test_without_its_images_there_are_figures_and_an_explanation(visit, make_run, store_answers):
    path, facts = make_run(data="/nowhere/images")
    store_answers(path, facts, np.arange(10), right=4)
    app = visit()
    assert "<b>40.0 %</b> accuracy" in html(app)
    assert "The images cannot be shown" in words(app)
    assert "/nowhere/images" in words(app)
    assert cards(app) == 0


@pytest.mark.usefixtures("answered")
def test_a_damaged_test_image_leaves_the_figures_and_once_it_is_mended_the_gallery_is_back(visit, image_folder):
    damaged = image_folder / "test" / "cat" / "damaged.png"
    damaged.write_bytes(b"\x89PNG")
    app = visit()
    assert "<b>40.0 %</b> accuracy" in html(app)
    assert "test/cat/damaged.png" in words(app)
    assert cards(app) == 0
    damaged.unlink()
    app.run()
    assert cards(app) == 18


@pytest.mark.usefixtures("answered")
def test_a_damaged_checkpoint_costs_one_sentence_and_another_can_be_chosen(visit, make_run):
    path, _ = make_run("damaged")
    (path / "last.safetensors").write_bytes(b"not weights")
    app = visit()
    app.selectbox(key="model").set_value("damaged").run()
    assert len(app.error) == 1
    assert "the file is cut off or damaged" in app.error[0].value
    app.selectbox(key="model").set_value("answered").run()
    assert not app.error
    assert cards(app) == 18


def test_damaged_weights_behind_stored_answers_leave_the_charts(visit, answered):
    weights = answered / "last.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    app = visit()
    assert len(app.error) == 1
    assert "the file is cut off or damaged" in app.error[0].value


@pytest.mark.usefixtures("answered")
def test_a_run_that_vanished_gives_way_to_another(visit, make_run):
    path, _ = make_run("vanishing")
    app = visit()
    app.selectbox(key="model").set_value("vanishing").run()
    path.rename(path.parent.parent / "gone")  # out of the folder of runs
    app.run()
    assert app.selectbox(key="model").value == "answered"
    assert cards(app) == 18
    missing = "There is no trained network vanishing here; it may have been deleted or moved."
    assert [warning.value for warning in app.warning] == [missing]


@pytest.mark.usefixtures("answered")
def test_a_network_is_missing_until_another_is_chosen(visit, make_run):
    make_run("other")
    app = visit()
    assert not app.warning
    app.query_params["model"] = "cut-sho"
    app.run()
    assert "There is no trained network cut-sho here" in app.warning[0].value
    app.run()
    assert app.warning
    app.selectbox(key="model").set_value(
        "other" if app.selectbox(key="model").value == "answered" else "answered"
    ).run()
    assert not app.warning


@pytest.mark.usefixtures("answered")
def test_the_kind_of_map_outlives_a_choice_without_images(visit):
    app = visit()
    app.segmented_control(key="mistakes.map").set_value("true class").run()
    app.selectbox(key=selection.TRUE).set_value(0).run()
    assert not app.segmented_control
    app.button(key="mistakes.all").click().run()
    assert app.segmented_control(key="mistakes.map").value == "true class"


@pytest.mark.usefixtures("answered")
def test_a_network_whose_images_are_here_comes_before_one_that_started_later(visit, make_run, tmp_path):
    make_run("later", data=str(tmp_path / "elsewhere"))
    chosen = visit().selectbox(key="model")
    assert chosen.options == ["later", "answered"]
    assert chosen.value == "answered"


@pytest.mark.usefixtures("answered")
def test_a_link_leads_to_its_network_whatever_was_looked_at_before(visit, make_run):
    make_run("another")
    app = visit()
    linked, before = app.selectbox(key="model").options
    app.selectbox(key="model").set_value(before).run()
    app.query_params["model"] = linked
    assert app.run().selectbox(key="model").value == linked
    app.query_params.clear()  # as after another page
    assert app.run().selectbox(key="model").value == linked


def test_a_run_in_its_first_epoch_has_nothing_to_look_at_yet(visit, make_run):
    path, _ = make_run("early")
    (path / "last.safetensors").unlink()
    app = visit()
    assert "early has no complete epoch yet" in words(app)
    assert [link.label for link in app.page_link] == ["See how it stands"]


def test_new_weights_are_shown_as_soon_as_the_page_is_drawn_again(visit, answered, image_folder, store_answers):
    app = visit()
    assert "<b>18</b> mistakes" in html(app)
    facts = examination.checkpoint_facts(answered)
    store_answers(answered, facts, load_images(image_folder, "test").labels, right=29)
    app.run()
    assert "<b>1</b> mistake in" in html(app)


ASKING = """
import streamlit as st
from cifarlab.training import RunDirectory
from pages.mistakes import choice

st.session_state["drawings"] = st.session_state.get("drawings", 0) + 1
if st.session_state["drawings"] == 1:
    choice._offer_newer(RunDirectory({path!r}), ())
"""


def test_while_the_run_goes_on_newer_weights_are_offered(answered):
    with RunLock(answered):
        app = AppTest.from_string(ASKING.format(path=str(answered)), default_timeout=60).run()
    assert app.session_state["drawings"] == 1
    assert not app.button(key="mistakes.newer").disabled


@pytest.mark.parametrize("is_gone", [False, True])
def test_when_the_run_ends_or_vanishes_the_page_is_drawn_anew_and_asks_no_longer(answered, is_gone):
    if is_gone:
        answered.rename(answered.parent.parent / "gone")
    app = AppTest.from_string(ASKING.format(path=str(answered)), default_timeout=60).run()
    assert app.session_state["drawings"] == 2
    assert not app.button
    assert not app.error


def test_a_page_about_a_run_that_goes_on_asks_and_one_about_an_ended_run_does_not(visit, answered):
    with RunLock(answered):
        assert visit().button(key="mistakes.newer").disabled
    assert "mistakes.newer" not in [button.key for button in visit().button]
