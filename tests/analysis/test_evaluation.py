import numpy as np
import pytest
import torch

from cifarlab.analysis.evaluation import Evaluation

NAMES = ("cat", "dog", "frog")


def evaluation_of(logits, labels, names=NAMES):
    return Evaluation(np.array(logits, np.float32), np.array(labels, np.int64), names)


@pytest.fixture
def random_evaluation():
    generator = np.random.default_rng(3)
    return evaluation_of(generator.normal(0, 3, (200, 3)), generator.integers(0, 3, 200))


def test_rows_of_the_confusion_matrix_are_true_classes_and_columns_answers():
    # Two cats, one taken for a dog; one dog, recognised; no frogs.
    evaluation = evaluation_of([[5, 1, 0], [1, 5, 0], [0, 2, 1]], [0, 0, 1])
    assert evaluation.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert evaluation.confusion.dtype == np.int64
    assert evaluation.correct == 2
    assert evaluation.accuracy == pytest.approx(2 / 3)


def test_a_class_without_images_has_no_accuracy_and_an_interval_that_knows_nothing():
    frog = evaluation_of([[5, 1, 0], [1, 5, 0]], [0, 0]).per_class[2]
    assert (frog.name, frog.count, frog.correct, frog.accuracy) == ("frog", 0, 0, None)
    assert frog.interval == (0.0, 1.0)


def test_accuracy_per_class_counts_the_images_of_that_class():
    cat, dog, _ = evaluation_of([[5, 1, 0], [1, 5, 0], [0, 2, 1]], [0, 0, 1]).per_class
    assert (cat.count, cat.correct, cat.accuracy) == (2, 1, 0.5)
    assert (dog.count, dog.correct, dog.accuracy) == (1, 1, 1.0)


def test_the_loss_is_torchs_cross_entropy(random_evaluation):
    logits, labels = torch.tensor(random_evaluation.logits), torch.tensor(random_evaluation.labels)
    expected = torch.nn.functional.cross_entropy(logits.double(), labels, reduction="none")
    np.testing.assert_allclose(random_evaluation.losses, expected, rtol=1e-6)
    assert random_evaluation.loss == pytest.approx(float(expected.mean()), rel=1e-6)


def test_confidence_is_the_softmax_probability_of_the_answer(random_evaluation):
    expected = torch.tensor(random_evaluation.logits).double().softmax(dim=1)
    np.testing.assert_allclose(random_evaluation.probabilities, expected, rtol=1e-5)
    np.testing.assert_allclose(random_evaluation.confidence, expected.max(dim=1).values, rtol=1e-6)


def test_huge_logits_do_not_overflow():
    evaluation = evaluation_of([[10_000, 0, -10_000]], [2])
    assert evaluation.loss == pytest.approx(20_000)
    assert evaluation.confidence[0] == 1


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((0, 3)), [], "0 images are not allowed"),
        (np.zeros((2, 4)), [0, 1], "4 columns are not allowed with 3 class names; choose images with the classes"),
        (np.zeros((2, 3)), [0], r"the shape \(2, 3\) is not allowed; 1 labels need a row each"),
        (np.zeros((2, 3)), [0, 3], "labels: 3 is not allowed; 3 classes are 0 to 2"),
        (np.zeros((2, 3)), [-1, 0], "labels: -1 is not allowed"),
        ([[np.nan, 0, 0], [0, 0, 0]], [0, 0], "for 1 of 2 images are not numbers; the training diverged"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        evaluation_of(logits, labels)
