"""The goals of a recipe in words: whether each is met, and the figure that decides it."""

from __future__ import annotations

from html import escape

from cifarlab.network.goals import Verdict

WORDS = {True: ("met", "met"), False: ("missed", "missed"), None: ("open", "not yet known")}

STYLE = """
<style>
.goal-lines {display: grid; gap: .35rem; font-size: .84rem; line-height: 1.35}
.goal-lines .state {display: inline-block; min-width: 4.1rem; margin-right: .4rem; padding: 0 .4rem;
  border-radius: .6rem; color: #fff; font-size: .72rem; text-align: center}
.goal-lines .met {background: #2f855a} .goal-lines .missed {background: #c05643} .goal-lines .open {background: #7b8794}
.goal-lines .reason {display: block; opacity: .72}
</style>
"""


def goal_lines(verdicts: tuple[Verdict, ...]) -> str:
    """A line for each goal, as HTML; without goals, how to get some."""
    if not verdicts:
        return "<p>This recipe sets no goals. A recipe's <code>goals</code> list what an assignment asks.</p>"
    return f'{STYLE}<div class="goal-lines">{"".join(_line(verdict) for verdict in verdicts)}</div>'


def _line(verdict: Verdict) -> str:
    style, words = WORDS[verdict.met]
    return (
        f'<div><span class="state {style}">{words}</span>{escape(verdict.title)}'
        f'<span class="reason">{escape(verdict.reason)}</span></div>'
    )
