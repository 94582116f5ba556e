"""How often something happened, out of how often it could have."""

from __future__ import annotations

from dataclasses import dataclass

from cifarlab.intervals import wilson_interval


@dataclass(frozen=True)
class Share:
    """It happened `hits` times out of `count`."""

    hits: int
    count: int

    @property
    def observed(self) -> float:
        """Hits for each time that it could have happened, 0..1."""
        return self.hits / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the true share, within 0..1 (Wilson's)."""
        return wilson_interval(self.hits, self.count)
