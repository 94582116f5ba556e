from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.augment import LibraryStep
from cifarlab.augment.catalogue import catalogue, entry
from pages.augment import library_form


def forms_of_all_transforms():
    from cifarlab.augment.catalogue import catalogue
    from pages.augment.library_form import edit_arguments

    for found in catalogue():
        edit_arguments(found.new_step(), f"form.{found.name}", lambda _: None)


def form_of_a_mapping():
    from cifarlab.augment import LibraryStep
    from pages.augment.library_form import edit_arguments

    scale = {"x": [0.9, 1.1], "y": [1.0, 1.0]}
    edit_arguments(LibraryStep(transform="Affine", arguments={"scale": scale}), "form", lambda _: None)


def test_every_transform_of_the_library_has_a_form_that_can_be_drawn():
    app = AppTest.from_function(forms_of_all_transforms, default_timeout=60).run()
    assert not app.exception
    drawn = {element.proto.id for element in app.get("bidi_component")}
    assert len(drawn) + len(app.text_input) + len(app.selectbox) + len(app.toggle) > len(catalogue())


def test_an_argument_that_is_a_mapping_is_a_line_of_json():
    app = AppTest.from_function(form_of_a_mapping, default_timeout=60).run()
    assert not app.exception
    assert app.text_input(key="form.scale").value == '{"x": [0.9, 1.1], "y": [1.0, 1.0]}'


@pytest.fixture
def slide(monkeypatch):
    """Moves one slider of a form: the arguments that the step has then."""

    def move(step, name, value):
        moved = []
        draw = lambda _, *, on_change, **__: on_change(name, value)  # noqa: E731
        monkeypatch.setattr(library_form, "live_sliders", draw)
        monkeypatch.setattr(library_form, "_widget", lambda *_: None)
        library_form.edit_arguments(step, "form", moved.append)
        return moved[-1].arguments.to_plain()

    return move


@pytest.mark.parametrize(
    ("transform", "argument"),
    [("CLAHE", "tile_grid_size"), ("RandomGridShuffle", "grid"), ("GridElasticDeform", "num_grid_xy")],
)
@pytest.mark.parametrize(("index", "value"), [(0, 6), (1, 2)])
def test_rows_and_columns_move_apart_from_each_other(slide, transform, argument, index, value):
    step = LibraryStep(transform=transform, arguments={**entry(transform).start, argument: [4, 4]})
    expected = [4, 4]
    expected[index] = value
    assert slide(step, f"{argument}:{index}", value)[argument] == expected


@pytest.mark.parametrize(("index", "value", "expected"), [(0, 3.0, [3, 3]), (1, 1.0, [1, 1]), (1, 3.0, [1, 3])])
def test_the_other_end_of_a_range_gives_way(slide, index, value, expected):
    step = LibraryStep(transform="CLAHE", arguments={"clip_limit": [1, 2]})
    assert slide(step, f"clip_limit:{index}", value)["clip_limit"] == expected
