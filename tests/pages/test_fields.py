from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.augment import ShiftScaleRotate
from cifarlab.network.layers import Conv, MaxPool
from cifarlab.recipe import Training
from cifarlab.recipe.optimizers import AdamW
from cifarlab.recipe.schedules import Cosine, OneCycle, StepDecay
from cifarlab.recipe.training import Ema
from pages.parts.fields import editable
from pages.parts.plain import plain

SCRIPT = """
import streamlit as st
from pages.parts.fields import edit_fields

edit_fields(st.session_state.spec, "spec", lambda edited: st.session_state.update(spec=edited), numbers="{numbers}")
"""


def show(spec, numbers="slider"):
    app = AppTest.from_string(SCRIPT.format(numbers=numbers), default_timeout=30)
    app.session_state["spec"] = spec
    app.run()
    assert not app.exception
    return app


def test_bounds_step_unit_and_help_come_from_the_spec():
    slider = show(ShiftScaleRotate()).slider(key="spec.rotate")
    assert (slider.min, slider.max, slider.step, slider.value) == (0, 180, 1, 15)
    assert slider.label == "Rotate (degrees)"
    assert slider.help == "Largest angle, either way. A rotation is 0 to 180 degrees."


def test_an_edit_gives_a_new_spec_that_differs_in_that_field_alone():
    app = show(ShiftScaleRotate())
    app.slider(key="spec.rotate").set_value(40.0).run()
    assert app.session_state["spec"] == ShiftScaleRotate(rotate=40.0)


def test_a_widget_follows_the_spec_when_it_changes_elsewhere():
    app = show(ShiftScaleRotate())
    app.slider(key="spec.rotate").set_value(40.0).run()
    app.session_state["spec"] = ShiftScaleRotate(rotate=3.0)
    app.run()
    assert app.slider(key="spec.rotate").value == 3


@pytest.mark.parametrize("numbers", ["slider", "box"])
def test_what_a_widget_shows_is_its_default_too(numbers):
    schedule, optimizer = StepDecay(milestones=(3.0, 5.0)), AdamW(weight_decay=0.5, decay_norms_and_biases=False)
    training = Training(
        epochs=9, schedule=schedule, optimizer=optimizer, precision="bfloat16", ema=Ema(decay=0.5), test_time_flip=True
    )
    app = show(training, numbers)
    for spec in (training, Training(epochs=7)):
        app.session_state["spec"] = spec
        app.run()
        for widget in (*app.toggle, *app.number_input, *app.text_input):
            assert widget.proto.default == widget.value, widget.key
        for slider in app.slider:
            assert list(slider.proto.default) == [slider.value], slider.key
        for box in app.selectbox:
            assert box.proto.options[box.proto.default] == box.format_func(box.value), box.key


def test_an_edit_that_the_spec_refuses_springs_back_with_the_reason():
    app = show(Training(epochs=10))
    app.number_input(key="spec.epochs").set_value(2).run()
    assert app.session_state["spec"] == Training(epochs=10)
    assert app.number_input(key="spec.epochs").value == 10
    assert "peak" in app.error[0].value
    app.number_input(key="spec.epochs").set_value(12).run()
    assert app.session_state["spec"].epochs == 12
    assert not app.error


def test_a_refusal_goes_with_the_spec_that_it_was_about_and_does_not_come_back():
    app = show(Training(epochs=24))
    app.number_input(key="spec.schedule.one_cycle.peak_epoch").set_value(30.0).run()
    assert "peak_epoch: 30 is not allowed" in app.error[0].value
    app.run()
    assert len(app.error) == 1
    for epochs in (50, 24):
        app.session_state["spec"] = Training(epochs=epochs)
        assert not app.run().error


def test_a_kind_of_optimizer_is_chosen_and_brings_its_own_fields():
    app = show(Training(epochs=10))
    app.selectbox(key="spec.optimizer").set_value("sgd").run()
    assert app.session_state["spec"].optimizer.type == "sgd"
    app.slider(key="spec.optimizer.sgd.momentum").set_value(0.5).run()
    assert app.session_state["spec"].optimizer.momentum == 0.5


@pytest.mark.parametrize(("epochs", "peak_epoch"), [(1, 0.208333), (3, 0.625), (24, 5.0), (75, 5.0)])
def test_a_kind_of_schedule_can_be_chosen_in_a_run_of_any_length(epochs, peak_epoch):
    app = show(Training(epochs=epochs, schedule=Cosine()))
    app.selectbox(key="spec.schedule").set_value("one_cycle").run()
    assert not app.error
    assert app.session_state["spec"].schedule == OneCycle(peak_epoch=peak_epoch)


def test_numbers_may_stand_in_boxes():
    app = show(Conv(out_channels=8), "box")
    app.number_input(key="spec.kernel").set_value(5).run()
    assert app.session_state["spec"] == Conv(out_channels=8, kernel=5)


def test_a_number_that_may_be_left_out_is_emptied_and_filled():
    app = show(MaxPool(), "box")
    assert app.number_input(key="spec.stride").value is None
    app.number_input(key="spec.stride").set_value(3).run()
    assert app.session_state["spec"].stride == 3


def test_a_box_that_must_hold_a_number_holds_the_last_one_when_it_is_emptied():
    app = show(Conv(out_channels=8), "box")
    app.number_input(key="spec.kernel").set_value(5).run()
    app.number_input(key="spec.kernel").set_value(None).run()
    assert app.session_state["spec"] == Conv(out_channels=8, kernel=5)
    assert app.number_input(key="spec.kernel").value == 5
    assert not app.error


def test_a_switch_edits_a_truth_value():
    app = show(Conv(out_channels=8))
    app.toggle(key="spec.bias").set_value(True).run()
    assert app.session_state["spec"].bias is True


def test_type_id_and_lists_of_operations_are_not_edited_as_values():
    assert editable(Conv) == ["out_channels", "kernel", "stride", "padding", "dilation", "groups", "bias"]


def test_a_part_that_may_be_left_out_is_switched_on_and_brings_its_fields():
    app = show(Training(epochs=10))
    app.toggle(key="spec.ema").set_value(True).run()
    assert app.session_state["spec"].ema == Ema()
    app.number_input(key="spec.ema.Ema.every_steps").set_value(7).run()
    assert app.session_state["spec"].ema == Ema(every_steps=7)
    app.toggle(key="spec.ema").set_value(False).run()
    assert app.session_state["spec"].ema is None


def test_a_list_of_numbers_is_a_line_of_text():
    app = show(StepDecay(milestones=(30.0, 33.333333)))
    line = app.text_input(key="spec.milestones")
    assert (line.label, line.value) == ("Milestones (epochs)", "30, 33.333333")
    line.set_value(" 10;20.5 , 30").run()
    assert app.session_state["spec"].milestones == (10, 20.5, 30)
    app.text_input(key="spec.milestones").set_value("").run()
    assert app.session_state["spec"].milestones == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10, soon", "milestones[1]: 'soon' is not allowed; write a number, such as 0.001"),
        ("20, 10", "milestones[1]: 10 is not allowed after 20; write them in ascending order"),
        ("nan", "milestones[0]: nan is not allowed; write a finite number"),
    ],
)
def test_a_line_that_is_no_such_list_springs_back_with_the_reason(text, sentence):
    app = show(StepDecay(milestones=(10.0,)))
    app.text_input(key="spec.milestones").set_value(text).run()
    assert app.session_state["spec"] == StepDecay(milestones=(10.0,))
    assert app.text_input(key="spec.milestones").value == "10"
    assert app.error[0].value == plain(sentence)


def test_a_share_in_a_box_is_not_called_a_percentage():
    assert show(OneCycle(), "box").number_input(key="spec.start").label == "Start (share of the peak)"
