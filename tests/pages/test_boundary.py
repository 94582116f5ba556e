from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.spec import SpecError
from pages.parts.boundary import UNEXPECTED, boundary, sentence
from pages.parts.plain import plain

SCRIPT = """
import streamlit as st
from pages.parts.boundary import boundary

st.write("before")
with boundary():
    st.session_state.act()
st.write("after")
"""


def shown(act):
    app = AppTest.from_string(SCRIPT, default_timeout=30)
    app.session_state["act"] = act
    app.run()
    assert not app.exception
    assert [text.value for text in app.markdown] == ["before", "after"]
    return [error.value for error in app.error]


def raising(error):
    def act():
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SpecError(["network.layers[7].kernel: 0 is not allowed"]), "network.layers[7].kernel: 0 is not allowed"),
        (FileNotFoundError(2, "No such file or directory", "runs/one"), "No such file or directory: runs/one"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (KeyError("layer9"), UNEXPECTED),
        (ZeroDivisionError("division by zero"), UNEXPECTED),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_the_page_stands(error, words):
    assert shown(raising(error)) == [plain(words)]


def test_each_finding_about_a_document_stands_on_a_line_of_its_own():
    assert shown(raising(SpecError(["name: is missing", "training: is missing"]))) == [
        "name: is missing  \ntraining: is missing"
    ]


def test_what_goes_well_shows_nothing():
    assert shown(lambda: None) == []


def test_the_log_gets_the_traceback(caplog):
    shown(raising(KeyError("layer9")))
    assert any(record.exc_info and "layer9" in str(record.exc_info[1]) for record in caplog.records)


def test_an_error_without_words_is_named_by_its_class():
    assert sentence(ValueError()) == "ValueError"


def test_it_is_a_decorator_too():
    @boundary()
    def answer():
        return 42

    assert answer() == 42
