"""What to write instead of a call that is torchvision's."""

from __future__ import annotations

_COUNTERPARTS = {
    "ColorJitter": "A.ColorJitter(...)",
    "Compose": "A.Compose([...])",
    "GaussianBlur": "A.GaussianBlur(...)",
    "Normalize": "A.Normalize(mean=..., std=...)",
    "Pad": "A.PadIfNeeded(40, 40) with A.RandomCrop(32, 32)",
    "RandomAdjustSharpness": "A.Sharpen(...)",
    "RandomAffine": "A.Affine(...)",
    "RandomAutocontrast": "A.AutoContrast(p=0.5)",
    "RandomCrop": "A.PadIfNeeded(40, 40) and A.RandomCrop(32, 32)",
    "RandomEqualize": "A.Equalize(p=0.5)",
    "RandomErasing": "A.Erasing(...) or A.CoarseDropout(...)",
    "RandomGrayscale": "A.ToGray(p=0.1)",
    "RandomHorizontalFlip": "A.HorizontalFlip(p=0.5)",
    "RandomInvert": "A.InvertImg(p=0.5)",
    "RandomPerspective": "A.Perspective(...)",
    "RandomPosterize": "A.Posterize(...)",
    "RandomResizedCrop": "A.RandomResizedCrop(size=(32, 32))",
    "RandomRotation": "A.Rotate(limit=15)",
    "RandomSolarize": "A.Solarize(...)",
    "RandomVerticalFlip": "A.VerticalFlip(p=0.5)",
    "ToTensor": "ToTensorV2(), or leave it out",
}


def torchvision_advice(name: str) -> str:
    """A sentence that says whose `name` is, and what to write instead where there is something."""
    instead = _COUNTERPARTS.get(name)
    hint = f"write {instead} instead" if instead else "leave it out, or choose a transform of albumentations"
    return f"{name} is torchvision's, not albumentations'; {hint}"
