"""`sketch10`, the data set that needs no download: the ten CIFAR-10 classes, drawn by code."""

from cifarlab.data.sketch10.generator import draw_sketch10

__all__ = ["draw_sketch10"]
