"""One argument of a transform of albumentations: what it takes, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["whole", "real", "whole_range", "real_range", "whole_pair", "choice", "switch", "colour", "other"]

NUMBERS = {
    "whole": "a whole number",
    "real": "a number",
    "whole_range": "two whole numbers, the lower first,",
    "real_range": "two numbers, the lower first,",
    "whole_pair": "two whole numbers",
}
"""The kinds that are numbers, in words."""


@dataclass(frozen=True)
class Argument:
    """One argument of a transform, as a page or a message needs it.

    `default` is plain and hashable (a tuple for a range) and None where nothing is given; `minimum` and `maximum` are
    None where neither albumentations nor this package states a bound. `labels` names the `choices`, in their order.
    """

    name: str
    kind: Kind
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[Any, ...]
    labels: tuple[str, ...]
    is_optional: bool
    help: str

    @property
    def allowed(self) -> str:
        """What may be given, in words, such as `give two numbers, the lower first, from 0 to 1`; may be empty."""
        if self.kind == "switch":
            return "write true or false"
        if self.kind == "choice":
            return f"choose {', '.join(str(choice) for choice in self.choices)}"
        if self.kind == "colour":
            return "give grey levels from 0 to 255 for red, green and blue"
        if self.kind == "other":
            return ""
        return f"give {NUMBERS[self.kind]}{self._between()}".rstrip(",")

    def _between(self) -> str:
        low, high = self.minimum, self.maximum
        if low is None and high is None:
            return ""
        if high is None:
            return f" from {low:g}"
        return f" up to {high:g}" if low is None else f" from {low:g} to {high:g}"
