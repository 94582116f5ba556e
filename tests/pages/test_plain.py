from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from zlib import compress

import pytest
from hypothesis import example, given
from hypothesis import strategies as values
from markdown_it import MarkdownIt

from cifarlab.recipe import load_recipe, to_share_text
from cifarlab.recipe.concise import to_concise
from pages.parts.plain import WORD_JOINER, plain

PICTURE = "![x](https://evil.example/p.png)"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LATER = {
    "a link": r"https?://|www(?=\.)|[-.\w+]@[-\w]",
    "an emoji": r":[\w+-]+:",
    "an icon": r":material[/_]",
}
"""What Streamlit's page looks for in text, whether backslashes stood in it or not."""


def shown(markdown):
    """The lines that a reader sees, by a parser of Markdown, which finds nothing in them but text."""
    blocks = MARKDOWN.parse(markdown)
    assert {block.type for block in blocks} <= {"paragraph_open", "inline", "paragraph_close"}
    parts = [part for block in blocks for part in (block.children or [])]
    assert {part.type for part in parts} <= {"text", "text_special", "hardbreak"}
    lines = [[part.content or "\n" for part in block.children] for block in blocks if block.children is not None]
    return "\n".join("".join(line) for line in lines).replace(WORD_JOINER, "").split("\n")


@given(values.text("ab1_*[]()!<>&;:#+-=~`\\|.$\"'@/ \n", max_size=40))
@example(PICTURE)
@example("[a]: https://evil.example\n[a]")
@example("<img src=x> &lt; <https://evil.example>")
@example("1. one\n12) two\n- three\n# four\n> five\n    six")
@example("a | b\n:-|-:\n---")
@example("__init__ _x_ **y** ~~z~~ ``")
def test_a_reader_sees_the_words_as_they_are_line_by_line(text):
    assert [line for line in shown(plain(text)) if line] == [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/p.png, HTTP://EVIL.EXAMPLE and www.evil.example",
        "me@evil.example",
        ":smile: :a:b: :+1: :streamlit:",
        ":material/home: :material_home: :material/home",
    ],
)
def test_what_is_looked_for_once_backslashes_are_gone_is_not_found_either(text):
    (words,) = shown(plain(text))
    assert words == text
    left = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain(text))
    assert not [found for found, pattern in LATER.items() if re.search(pattern, left, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("text", "escaped"), [(":red[x]", r"\:red\[x\]"), ("10:30", r"10\:30"), ("::leaf", r"\:\:leaf"), ("$x$", r"\$x\$")]
)
def test_colours_and_formulas_are_escaped(text, escaped):
    assert plain(text) == escaped


def test_the_names_of_fields_and_the_usual_words_of_a_refusal_need_no_escape():
    sentence = "peak_epoch: 30 is not allowed; the peak lies within the 24 epochs of the run (give less, or 'none')."
    assert plain(sentence) == sentence


def told(app):
    """All that the page draws as Markdown of its own accord."""
    kinds = ("warning", "error", "info", "markdown", "caption")
    return [element.value for kind in kinds for element in app.get(kind)]


def test_a_link_to_a_run_brings_no_picture(open_page):
    app = open_page("train", run=PICTURE)
    assert PICTURE in shown(app.warning[0].value)[0]


def test_a_recipe_out_of_a_link_brings_no_picture(app):
    app.query_params["recipe"] = to_share_text(load_recipe("quick").model_copy(update={"description": PICTURE}))
    app.run()
    assert app.selectbox(key="recipe.name").help == plain(PICTURE)
    assert plain(PICTURE) in told(app)


def test_what_is_wrong_with_a_link_brings_no_picture(app):
    document = to_concise(load_recipe("quick")) | {PICTURE: 1}
    app.query_params["recipe"] = f"r1-{urlsafe_b64encode(compress(json.dumps(document).encode())).decode().rstrip('=')}"
    app.run()
    assert PICTURE in shown(app.warning[0].value)[0]
