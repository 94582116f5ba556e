"""Words from elsewhere: what a document, link, file or folder says stands on a page as it is, never as Markdown.

A message may hold the name of a run out of a link, or a field out of somebody's recipe. Drawn as Markdown, such words
could bring pictures of another host, links or formulas on to the page, and several findings would run together.
"""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
"""Takes no room, and parts no words."""

_ACTIVE = re.compile(
    r"[\\`*\[\]<&~$|]"  # code, emphasis, links and pictures, HTML, characters by name, formulas, tables
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; not within a name such as peak_epoch
    r"|:(?=\w)"  # Streamlit's colours and other directives
    r"|^[#>+=:-]"  # at the beginning of a line: headings, quotations, lists, rules
)
_NUMBERED = re.compile(r"^(\d+)([.)])")
_TURNED = re.compile(
    r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@[-\w])"  # links
    r"|(?<=:)(?=material/|[\w+-]+:)",  # icons
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Markdown that shows `text` as it is, line by line, for whatever draws Markdown: messages, captions, labels, help.

    Backslashes do not keep bare links and icons away, which are looked for once they are gone: a word joiner does.

    Source: CommonMark 0.31.2, sections 2.4 and 6.7; GitHub Flavored Markdown 0.29, section 6.9; the documentation of
    `st.markdown`.
    """
    return "  \n".join(_line(line.strip()) for line in text.splitlines())


def _line(text: str) -> str:
    parted = _TURNED.sub(WORD_JOINER, text)
    return _NUMBERED.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", parted))
