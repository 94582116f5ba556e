"""albumentations, imported without what nobody here needs: a question to the network, and torch.

albumentations imports torch for its `ToTensorV2`. Without it the import takes 1.1 s instead of 5.1 s (albumentations
2.0.8, torch 2.15, two cores, warm disk cache, n = 3), and the page that opens first waits for this import.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any, cast


def _import_albumentations() -> Any:
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    bridge, modules = "albumentations.pytorch", cast(dict[str, ModuleType | None], sys.modules)
    hidden = "albumentations" not in modules and bridge not in modules
    if hidden:
        # None makes `import` raise ImportError, which albumentations takes for "torch is not installed".
        modules[bridge] = None
    try:
        import albumentations
    finally:
        if hidden:
            del modules[bridge]
    return albumentations


albumentations = _import_albumentations()
"""The library itself; `albumentations.pytorch` can still be imported by whoever wants it."""
