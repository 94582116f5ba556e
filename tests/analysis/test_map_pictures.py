import numpy as np
import pytest

from cifarlab.analysis.class_evidence import class_evidence
from cifarlab.analysis.gradcam import class_activation_maps
from cifarlab.analysis.map_pictures import map_kinds, map_pictures
from cifarlab.analysis.overlay import overlay
from cifarlab.recipe import load_recipe

ANSWERS, LABELS = np.arange(12) % 10, (np.arange(12) + 1) % 10


@pytest.mark.parametrize(("kind", "classes"), [("answer", ANSWERS), ("true class", LABELS)])
def test_each_image_lies_under_the_map_of_its_class(quick, images, normalization, kind, classes):
    pictures = map_pictures(quick, images, normalization, ANSWERS, LABELS, kind)
    heat = class_activation_maps(quick, images, normalization, classes).on_image()
    assert pictures.shape == (12, 32, 32, 3)
    assert np.array_equal(pictures[7], overlay(images[7], heat[7]))


def test_the_difference_is_warm_where_the_answer_has_more_evidence(quick, images, normalization):
    pictures = map_pictures(quick, images, normalization, ANSWERS, LABELS, "difference").astype(int)
    evidence = class_evidence(quick, images, normalization).on_image()
    difference = evidence[np.arange(12), ANSWERS] - evidence[np.arange(12), LABELS]
    strong = np.abs(difference) > 0.5 * np.abs(difference).max(axis=(1, 2), keepdims=True)
    warmth = pictures[..., 0] - pictures[..., 2]
    assert (warmth[strong & (difference > 0)] > 0).all()
    assert (warmth[strong & (difference < 0)] < 0).all()


def test_where_the_answer_is_right_the_difference_leaves_the_image_grey(quick, images, normalization):
    pictures = map_pictures(quick, images, normalization, LABELS, LABELS, "difference")
    assert (pictures == pictures[..., :1]).all()


def test_a_difference_is_offered_only_where_evidence_exists(quick, model_of):
    assert map_kinds(quick) == ("answer", "true class", "difference")
    assert map_kinds(model_of(load_recipe("resnet9-6m6").network)) == ("answer", "true class")
