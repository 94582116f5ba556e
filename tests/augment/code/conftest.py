"""Plausible code of the five reference systems, as their authors would have pasted it."""

import pytest

from cifarlab.augment import Augmentation

STRIDED = """
import albumentations as A
from albumentations.pytorch import ToTensorV2

class Transforms:
    def __init__(self):
        self.train = A.Compose([
            A.HorizontalFlip(p=0.1),
            A.ShiftScaleRotate(shift_limit=0.05, scale_limit=0.05, rotate_limit=15, p=0.5),
            A.CoarseDropout(max_holes=1, max_height=16, max_width=16, min_holes=1, min_height=16, min_width=16,
                            fill_value=.45, mask_fill_value=None),
            A.RGBShift(r_shift_limit=10, g_shift_limit=10, b_shift_limit=15, p=0.4),
            A.RandomBrightnessContrast(p=0.5),
            A.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
            ToTensorV2(),
        ])
        self.test = A.Compose([A.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)), ToTensorV2()])
"""

DILATED = """
!pip install albumentations==1.3.1
import albumentations
from albumentations.pytorch.transforms import ToTensorV2

def train_transforms(mean, std):
    return albumentations.Compose([
        albumentations.HorizontalFlip(p=0.5),
        albumentations.ShiftScaleRotate(shift_limit=0.05, scale_limit=0.05, rotate_limit=15, p=0.5),
        albumentations.CoarseDropout(max_holes=1, max_height=16, max_width=16, min_holes=1, min_height=16,
                                     min_width=16, fill_value=mean, mask_fill_value=None),
        albumentations.ToGray(p=0.2),
        albumentations.Normalize(mean=mean, std=std, always_apply=True),
        ToTensorV2(),
    ])
"""

ADVANCED = """
from albumentations import *
from albumentations.pytorch import ToTensorV2
means = [0.4914, 0.4822, 0.4465]
stdevs = [x for x in compute_std()]
train = Compose([
    HorizontalFlip(),
    ToGray(p=0.2),
    ShiftScaleRotate(shift_limit=0.05, scale_limit=0.05, rotate_limit=15),
    CoarseDropout(max_holes=1, max_height=16, max_width=16, min_holes=1, min_height=16, min_width=16,
                  fill_value=[0.4914 * 255, 0.4822 * 255, 0.4465 * 255], always_apply=False),
    Normalize(mean=means, std=stdevs),
    ToTensorV2(),
])
"""

BOTTLENECK = """
transforms_list = [
    A.HorizontalFlip(p=0.5),
    A.ShiftScaleRotate(shift_limit=(-0.05, 0.05), scale_limit=(-0.05, 0.05), rotate_limit=(-15, 15), p=0.5),
    A.CoarseDropout(1, 16, 16, 1, 16, 16, (0.4914, 0.4822, 0.4465), p=0.5),
]
train_transforms = A.Compose(transforms_list + [A.Normalize(mean=MEAN, std=STD), A.pytorch.ToTensorV2()])
"""

RESNET = """
>>> import albumentations as alb
>>> import cv2
>>> mean, std = (0.4914, 0.4822, 0.4465), dataset.std()
>>> train = alb.Compose([
...     alb.HorizontalFlip(),
...     alb.ShiftScaleRotate(0.05, 0.05, 15, border_mode=cv2.BORDER_REFLECT_101),
...     alb.CoarseDropout(max_holes=1, max_height=16, max_width=16, fill_value=tuple(mean)),
...     alb.Normalize(mean, std),
... ])
"""

SYSTEMS = {
    "strided-135k": STRIDED,
    "dilated-69k": DILATED,
    "advanced-170k": ADVANCED,
    "bottleneck-151k": BOTTLENECK,
    "resnet9-6m6": RESNET,
}

FLIP = {"type": "horizontal_flip"}
SHIFT = {"type": "shift_scale_rotate", "shift": 0.05, "scale": 0.05, "rotate": 15.0}
HOLE = {"type": "coarse_dropout", "holes": 1, "height": 16, "width": 16, "fill": "mean"}
IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
MEANT = {
    "strided-135k": Augmentation(
        steps=(
            {**FLIP, "probability": 0.1},
            SHIFT,
            HOLE,
            {"type": "rgb_shift", "red": 10, "green": 10, "blue": 15, "probability": 0.4},
            {"type": "random_brightness_contrast", "brightness": 0.2, "contrast": 0.2},
        ),
        normalize=IMAGENET,
    ),
    "dilated-69k": Augmentation(steps=(FLIP, SHIFT, HOLE, {"type": "to_gray", "probability": 0.2})),
    "advanced-170k": Augmentation(steps=(FLIP, {"type": "to_gray", "probability": 0.2}, SHIFT, HOLE)),
    "bottleneck-151k": Augmentation(steps=(FLIP, SHIFT, HOLE)),
    "resnet9-6m6": Augmentation(steps=(FLIP, SHIFT, HOLE)),
}


@pytest.fixture(params=SYSTEMS)
def system(request):
    """A reference system's code, and the augmentation that it means."""
    return SYSTEMS[request.param], MEANT[request.param]


@pytest.fixture
def published_code():
    """The code that the write-up of strided-135k publishes."""
    return STRIDED


@pytest.fixture(scope="session")
def published_code_text():
    """The same, for tests that run many examples."""
    return STRIDED
