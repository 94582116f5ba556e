"""Images in memory: where they come from, how they are checked, and what they look like in numbers."""

from cifarlab.data.batches import CIFAR10, Archive, BatchFile
from cifarlab.data.cache import cache_folder
from cifarlab.data.cifar10 import FetchCancelledError, FetchError, fetch_cifar10
from cifarlab.data.decoding import MAX_PIXELS, decode_image, fit_image
from cifarlab.data.description import SourceDescription
from cifarlab.data.images import CLASS_NAMES, IMAGE_SIDE, SPLITS, ImageSet, Split
from cifarlab.data.sources import default_source, describe_source, load_images, source_name
from cifarlab.data.statistics import Statistics, channel_statistics, class_counts

__all__ = [
    "CIFAR10",
    "CLASS_NAMES",
    "IMAGE_SIDE",
    "MAX_PIXELS",
    "SPLITS",
    "Archive",
    "BatchFile",
    "FetchCancelledError",
    "FetchError",
    "ImageSet",
    "SourceDescription",
    "Split",
    "Statistics",
    "cache_folder",
    "channel_statistics",
    "class_counts",
    "decode_image",
    "default_source",
    "describe_source",
    "fetch_cifar10",
    "fit_image",
    "load_images",
    "source_name",
]
