import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifarlab.analysis.evaluation import Evaluation
from cifarlab.analysis.mistakes import ORDERS, Confusion, margins, mistakes, most_confused, rightly_classified

NAMES = ("cat", "dog", "frog")


def evaluation_of(logits, labels):
    return Evaluation(np.array(logits, np.float32), np.array(labels, np.int64), NAMES)


@pytest.fixture
def five():
    """Image 0 is right; 1 is a cat, slightly a dog; 2 a cat, surely a dog; 3 a frog, a dog with doubts; 4 is right."""
    return evaluation_of([[9, 0, 0], [1, 2, 0], [0, 9, 0], [0, 3, 2.9], [0, 4, 0]], [0, 0, 0, 2, 1])


def test_the_surest_mistake_comes_first(five):
    assert mistakes(five).tolist() == [2, 1, 3]


def test_by_loss_the_image_whose_true_class_got_least_comes_first(five):
    assert mistakes(five, order="loss").tolist() == [2, 1, 3]
    assert five.losses[2] > five.losses[1] > five.losses[3]


def test_by_margin_the_answer_furthest_above_the_true_class_comes_first(five):
    assert margins(five).tolist() == pytest.approx([0, 1, 9, 0.1, 0], abs=1e-6)
    assert mistakes(five, order="margin").tolist() == [2, 1, 3]


def test_confidence_and_loss_rank_differently_when_a_third_class_takes_part():
    # Both are cats. The first answer is surer, but the second gives the cat less.
    evaluation = evaluation_of([[0, 3, -9], [-5, 1, 1.1]], [0, 0])
    assert mistakes(evaluation, order="confidence").tolist() == [0, 1]
    assert mistakes(evaluation, order="loss").tolist() == [1, 0]


def test_by_position_they_come_as_they_lie(five):
    assert mistakes(five, order="position").tolist() == [1, 2, 3]


def test_filters_keep_one_true_class_and_one_answer(five):
    assert mistakes(five, true=0).tolist() == [2, 1]
    assert mistakes(five, predicted=1, order="position").tolist() == [1, 2, 3]
    assert mistakes(five, true=2, predicted=1).tolist() == [3]
    assert mistakes(five, true=1).tolist() == []


def test_what_was_right_is_never_a_mistake(five):
    assert mistakes(five, true=0, predicted=0).tolist() == []
    assert rightly_classified(five).tolist() == [0, 4]
    assert rightly_classified(five, true=1).tolist() == [4]


@given(st.integers(0, 2**32 - 1), st.sampled_from(ORDERS))
def test_mistakes_and_right_answers_share_out_the_images(seed, order):
    generator = np.random.default_rng(seed)
    evaluation = evaluation_of(generator.normal(size=(30, 3)), generator.integers(0, 3, 30))
    wrong, right = mistakes(evaluation, order=order), rightly_classified(evaluation, order=order)
    assert sorted([*wrong, *right]) == list(range(30))
    assert len(wrong) == evaluation.confusion.sum() - np.trace(evaluation.confusion)


def test_the_commonest_confusion_comes_first_with_its_share_of_the_true_class(five):
    assert most_confused(five) == (Confusion(true=0, predicted=1, count=2, share=2 / 3), Confusion(2, 1, 1, 1.0))
    assert most_confused(five, count=1) == (Confusion(0, 1, 2, 2 / 3),)


def test_a_network_without_mistakes_confuses_nothing():
    assert most_confused(evaluation_of([[1, 0, 0]], [0])) == ()


def test_an_unknown_order_or_class_is_refused(five):
    with pytest.raises(ValueError, match="order: 'size' is not allowed; choose one of confidence, loss"):
        mistakes(five, order="size")
    with pytest.raises(ValueError, match="predicted: 3 is not allowed; the classes are 0 to 2"):
        mistakes(five, predicted=3)
