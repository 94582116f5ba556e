"""Augmentation as a document: steps, the albumentations pipeline that they mean, and previews."""
