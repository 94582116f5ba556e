"""Words from elsewhere, as a browser draws them: no picture, no link, nothing asked of another host."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import expect

EVIL = "evil.example"
WORDS = (
    f"![x](https://{EVIL}/p.png) <img src=x> https://{EVIL} www.{EVIL} me@{EVIL} :smile: :material/home: :red[a] $x$"
)


def test_words_out_of_a_link_are_drawn_as_they_are(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open(f"train?run={quote(WORDS)}")
    message = visitor.page.get_by_test_id("stAlert")
    expect(message).to_be_visible()
    assert WORDS in message.inner_text().replace("\u2060", "")
    expect(message.locator("a, img, .katex, .stMarkdownColoredText, [role=img]:not(svg)")).to_have_count(0)
    assert not [address for address in asked if address.split("?")[0].endswith("p.png")]
