"""HTML that follows edits: only what differs is drawn anew."""

from pages.parts.steady_html.component import ADOPT, steady_html

__all__ = ["ADOPT", "steady_html"]
