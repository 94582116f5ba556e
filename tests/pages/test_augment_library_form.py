from __future__ import annotations

from streamlit.testing.v1 import AppTest

from cifarlab.augment.catalogue import catalogue


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
