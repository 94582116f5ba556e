"""The goals of a recipe, as chips or as lines: whether each is met, and the figure that decides it."""

from __future__ import annotations

from html import escape

from cifarlab.network.goals import Verdict

STATES = {True: ("met", "met", "✓"), False: ("missed", "missed", "✗"), None: ("open", "not yet known", "?")}


def goal_chips(verdicts: tuple[Verdict, ...]) -> str:
    """A chip for each goal, with the reason on hover, after how many are met; as HTML."""
    if not verdicts:
        return ""
    chips = "".join(map(_chip, verdicts))
    met = sum(verdict.met is True for verdict in verdicts)
    return f'<span class="goals"><span>goals <b>{met}/{len(verdicts)}</b></span>{chips}</span>'


def goal_line(verdict: Verdict, more: str = "") -> str:
    """What a goal asks and how it stands, and under it `more`, as HTML."""
    state, words, mark = STATES[verdict.met]
    chip = f'<span class="chip {state}" role="img" aria-label="{words}" title="{words}">{mark}</span>'
    return (
        f'<div class="goal-line">{chip}<span>{escape(verdict.title)}</span>'
        f'<span class="reason">{escape(verdict.reason)}</span>{more}</div>'
    )


def _chip(verdict: Verdict) -> str:
    state, words, mark = STATES[verdict.met]
    text = escape(f"{verdict.title}: {words}. {verdict.reason}", quote=True)
    return f'<span class="chip {state}" tabindex="0" role="img" aria-label="{text}" title="{text}">{mark}</span>'
