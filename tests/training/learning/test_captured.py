import pytest
import torch

from cifarlab.recipe import load_recipe
from cifarlab.recipe.optimizers import Adam, Muon
from cifarlab.training.learning.arithmetic import Arithmetic
from cifarlab.training.learning.captured import CapturedLearner, new_learner
from cifarlab.training.learning.learner import Learner
from cifarlab.training.material import gather

needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a GPU")
FLOAT32 = Arithmetic("float32", "channels_last")


@pytest.fixture(scope="module")
def resolved(recipe, pictures):
    return gather(recipe, pictures).recipe


def test_a_processor_takes_its_steps_one_by_one(resolved):
    assert type(new_learner(resolved, torch.device("cpu"), FLOAT32)) is Learner


@needs_a_gpu
@pytest.mark.parametrize("optimizer", [Adam(), Muon()])
def test_a_replayed_step_is_the_step_itself(resolved, optimizer):
    """Over the steps before the recording, those replayed, and a smaller batch among them; dropout is left out."""
    without_dropout = load_recipe("dilated-69k").network
    training = resolved.training.model_copy(update={"optimizer": optimizer})
    recipe = resolved.model_copy(update={"network": without_dropout, "training": training})
    device, generator = torch.device("cuda:0"), torch.Generator().manual_seed(0)
    sizes = [32] * 8 + [20] + [32] * 3
    batches = [
        (
            torch.randint(0, 256, (size, 32, 32, 3), dtype=torch.uint8, generator=generator).to(device),
            torch.randint(0, 10, (size,), generator=generator).to(device),
        )
        for size in sizes
    ]
    losses = []
    for kind in (Learner, CapturedLearner):
        torch.manual_seed(0)
        learner = kind(recipe, device, FLOAT32)
        rates = (0.001 * (1 + number % 3) for number in range(len(batches)))
        losses.append([learner.learn(*batch, next(rates)).loss.item() for batch in batches])
    assert losses[0] == pytest.approx(losses[1], rel=0.01)


@needs_a_gpu
def test_replayed_dropout_draws_anew_and_starts_where_the_seed_says(resolved):
    device = torch.device("cuda:0")
    images = torch.randint(0, 256, (32, 32, 32, 3), dtype=torch.uint8, device=device)
    labels = torch.zeros(32, dtype=torch.int64, device=device)
    learner = new_learner(resolved, device, FLOAT32)
    for _ in range(learner.warm_up_steps + 1):
        learner.learn(images, labels, 0.0)
    answers = []
    for _ in range(2):
        torch.manual_seed(5)
        answers.append([learner.learn(images, labels, 0.0).logits for _ in range(3)])
    assert all(torch.equal(one, other) for one, other in zip(*answers, strict=True))
    assert not torch.equal(answers[0][0], answers[0][1])
