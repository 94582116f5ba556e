import cv2
import numpy as np
import pytest

# Steps of all kinds: some with a twin, a group, one that only albumentations knows.
GROUP = {
    "type": "one_of",
    "probability": 0.6,
    "steps": [
        {"type": "to_gray", "probability": 0.3},
        {"type": "shift_scale_rotate", "probability": 0.9},
        {"type": "horizontal_flip", "probability": 0.0},
        {"type": "vertical_flip", "enabled": False},
    ],
}
CLAHE = {"type": "albumentations", "transform": "CLAHE", "probability": 0.4}


@pytest.fixture(scope="session")
def pictures():
    """Twelve images of soft blots in bright colours, uint8 (12, 32, 32, 3)."""
    noise = np.random.default_rng(3).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    return np.stack([cv2.GaussianBlur(image, (0, 0), 3) for image in noise]) // 2 + 100
