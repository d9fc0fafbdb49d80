"""The optimisers on offer, fused ones too, against torch.optim's plain ones and against their definitions."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, optim

from engine import Experiment, Run
from engine.learners.optimizers import OPTIMIZERS, USUAL_RATES

PLAIN: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": lambda p, **k: optim.SGD(p, **k),
    "momentum": lambda p, **k: optim.SGD(p, momentum=0.9, **k),
    "nesterov": lambda p, **k: optim.SGD(p, momentum=0.9, nesterov=True, **k),
    "adagrad": lambda p, **k: optim.Adagrad(p, **k),
    "adadelta": lambda p, **k: optim.Adadelta(p, **k),
    "rmsprop": lambda p, **k: optim.RMSprop(p, **k),
    "adam": lambda p, **k: optim.Adam(p, **k),
    "adamw": lambda p, **k: optim.AdamW(p, **k),
}
SHAPES = [(3, 4), (5,), ()]


def start() -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in SHAPES]


def steps(parameters: list[Tensor], optimizer: optim.Optimizer, count: int = 20) -> list[Tensor]:
    """Where random gradients, from 0.001 to 1,000 in size, lead."""
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        scale = 10 ** (6 * torch.rand((), generator=generator) - 3)
        for parameter in parameters:
            parameter.grad = scale * torch.randn(parameter.shape, generator=generator)
        optimizer.step()
    return [parameter.detach() for parameter in parameters]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_equals_the_plain_one_over_20_steps(name: str, decay: float) -> None:
    ours, theirs = start(), start()
    plain = PLAIN[name](theirs, lr=0.01, weight_decay=decay, foreach=False)
    for one, other in zip(
        steps(ours, OPTIMIZERS[name](ours, lr=0.01, weight_decay=decay)), steps(theirs, plain), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_learning_rate_and_decay_arrive(name: str) -> None:
    for one, other in ((0.01, 0.02), (0.02, 0.01)):
        first, second = start(), start()
        ends = (
            steps(first, OPTIMIZERS[name](first, lr=one, weight_decay=0.0)),
            steps(second, OPTIMIZERS[name](second, lr=other, weight_decay=0.0)),
        )
        assert not torch.allclose(ends[0][0], ends[1][0])
    first, second = start(), start()
    ends = (
        steps(first, OPTIMIZERS[name](first, lr=0.1, weight_decay=0.0)),
        steps(second, OPTIMIZERS[name](second, lr=0.1, weight_decay=0.5)),
    )
    assert not torch.allclose(ends[0][0], ends[1][0])


def test_no_two_are_the_same() -> None:
    ends = []
    for make in OPTIMIZERS.values():
        parameters = start()
        ends.append(steps(parameters, make(parameters, lr=0.1, weight_decay=0.1))[0])
    for k, one in enumerate(ends):
        for other in ends[:k]:
            assert not torch.allclose(one, other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Two steps with gradient 1 from w = 1, lr 0.1, no decay.
        ("sgd", 1 - 0.1 - 0.1),
        ("momentum", 1 - 0.1 - 0.1 * 1.9),
        ("nesterov", 1 - 0.1 * 1.9 - 0.1 * (1 + 0.9 * 1.9)),
        ("adagrad", 1 - 0.1 - 0.1 / 2**0.5),
        ("rmsprop", 1 - 0.1 / 0.01**0.5 - 0.1 / 0.0199**0.5),
        ("adam", 1 - 0.1 - 0.1),
        ("adamw", 1 - 0.1 - 0.1),
    ],
)
def test_two_steps_by_hand(name: str, expected: float) -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = OPTIMIZERS[name]([weight], lr=0.1, weight_decay=0.0)
    for _ in range(2):
        weight.grad = torch.ones(1)
        optimizer.step()
    assert float(weight.detach()) == pytest.approx(expected, rel=1e-5)


def test_adamw_decays_apart_from_the_gradient() -> None:
    """Without a gradient Adam's decay becomes a full step of lr, AdamW's takes lr · decay of the weight away."""
    ends = {}
    for name in ("adam", "adamw"):
        weight = torch.full((1,), 2.0, requires_grad=True)
        weight.grad = torch.zeros(1)
        OPTIMIZERS[name]([weight], lr=0.1, weight_decay=0.5).step()
        ends[name] = float(weight.detach())
    assert ends == {"adam": pytest.approx(1.9), "adamw": pytest.approx(2 * (1 - 0.1 * 0.5))}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_its_usual_rate_learns_in_200_updates(name: str) -> None:
    run = Run(Experiment.from_params(SPELLING | {"optimizer": name, "lr": str(USUAL_RATES[name])}))
    for _ in range(200):
        run.update()
    assert run.held_out.table()[-1, 1] < run.experiment.task.no_memory_loss


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_link_without_a_rate_means_what_it_always_meant(name: str) -> None:
    assert Experiment.from_params({"optimizer": name}).training.lr == 0.01


SPELLING = {"task": "hello", "cell": "gru", "hidden": "12", "batch": "1"}
