"""The states of a run in words."""

from __future__ import annotations

from cifarlab.training import State

STATES: dict[State, str] = {
    "queued": "waiting to start",
    "running": "training",
    "stopping": "stopping",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "crashed": "crashed",
}
