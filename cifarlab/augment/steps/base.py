"""What every step of an augmentation has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cifarlab.spec import Spec, real

IMAGE_SIDE = 32
STEP_ID = r"^[a-z][a-z0-9_]{0,31}$"


class StepSpec(Spec):
    """What every step has: an id, unique in its list, a switch that keeps its values, and its probability."""

    id: Annotated[str, Field(pattern=STEP_ID)] | None = None
    enabled: bool = Field(True, description="Off: the step is skipped and keeps its values.")
    probability: float = real("a probability", 0, 1, "Share of images that the step is applied to.", default=0.5)

    @property
    def stem(self) -> str:
        """What the step is called while it has no id: its type."""
        return str(type(self).model_fields["type"].default)
