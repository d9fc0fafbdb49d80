"""What holds for all tasks: reproducible batches, honest sizes, and a perfect answer that scores 0."""

import dataclasses
import inspect

import pytest
import torch
from torch import Tensor

from engine.tasks import TASKS, Batch, Classification, Task
from tests.engine.tasks.examples import EXAMPLES, IDS, generator, perfect

every_example = pytest.mark.parametrize(("name", "task"), EXAMPLES, ids=IDS)


def same(one: Batch, other: Batch) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_every_task_has_examples() -> None:
    assert {name for name, _ in EXAMPLES} == set(TASKS)


@every_example
def test_same_generator_same_batch(name: str, task: Task) -> None:
    assert same(task.batch(5, generator(3)), task.batch(5, generator(3)))
    assert same(task.held_out(5, generator(3)), task.held_out(5, generator(3)))


@every_example
def test_another_generator_another_batch(name: str, task: Task) -> None:
    """Except for hello, which is always the same word, and says so."""
    assert task.varied == (name != "hello")
    assert same(task.batch(50, generator(3)), task.batch(50, generator(4))) == (not task.varied)


@every_example
def test_drawing_leaves_the_global_generator_alone(name: str, task: Task) -> None:
    before = torch.get_rng_state()
    task.batch(5, generator())
    assert torch.equal(torch.get_rng_state(), before)


@every_example
def test_batches_are_what_the_task_declares(name: str, task: Task) -> None:
    for batch in (task.batch(5, generator()), task.held_out(5, generator())):
        assert batch.inputs.shape == (5, task.steps, task.input_size)
        assert batch.inputs.dtype == torch.float32
        assert batch.mask.dtype == torch.bool
        assert batch.mask.reshape(5, -1).any(1).all(), "a sequence without a question"
        if isinstance(task, Classification):
            assert batch.targets.shape == batch.mask.shape == ((5, task.steps) if task.readout == "every" else (5,))
            assert torch.equal(batch.inputs.sum(-1), torch.ones(5, task.steps))
            assert set(batch.inputs.unique().tolist()) <= {0.0, 1.0}
            assert len(task.answer_symbols) == len(set(task.answer_symbols)) == task.output_size
            assert set(batch.targets.unique().tolist()) <= {-100, *range(task.output_size)}
            assert (batch.targets[batch.mask] >= 0).all()
        else:
            assert batch.targets.shape == batch.mask.shape == (5, task.output_size)


@every_example
def test_perfect_answer_scores_zero(name: str, task: Task) -> None:
    batch = task.batch(50, generator())
    outputs = perfect(task, batch)
    assert float(task.loss(outputs, batch)) == pytest.approx(0, abs=1e-6)
    assert task.accuracy(outputs, batch) == 1
    assert task.right(outputs, batch).shape == batch.mask.shape


@every_example
def test_wrong_answer_scores_worse_than_chance(name: str, task: Task) -> None:
    batch = task.batch(50, generator())
    wrong = perfect(task, batch)
    wrong = wrong.roll(1, -1) if isinstance(task, Classification) else wrong + 3
    assert float(task.loss(wrong, batch)) > task.chance_loss
    assert task.accuracy(wrong, batch) == 0


@every_example
def test_loss_is_a_mean_and_not_a_sum(name: str, task: Task) -> None:
    """The same sequences twice over: the same loss."""
    batch = task.batch(4, generator())
    twice = Batch(*(torch.cat([part, part]) for part in batch))
    outputs = torch.randn(perfect(task, batch).shape, generator=generator(1))
    assert float(task.loss(torch.cat([outputs, outputs]), twice)) == pytest.approx(float(task.loss(outputs, batch)))


@every_example
def test_accuracy_is_the_share_of_right_answers(name: str, task: Task) -> None:
    """Half of the sequences answered right, half wrong."""
    batch = task.batch(2, generator())
    outputs = perfect(task, batch)
    outputs[1] = outputs[1].roll(1, -1) if isinstance(task, Classification) else outputs[1] + 3
    assert task.accuracy(outputs, batch) == 0.5


@every_example
def test_sampler_stands_alone(name: str, task: Task) -> None:
    """Its source, in a file of its own with nothing but torch, draws the same batch."""
    draw, settings = task.sampler
    alone: dict[str, object] = {"torch": torch, "Tensor": Tensor}
    exec(inspect.getsource(draw), alone)  # noqa: S102  # the engine's own source
    drawn = alone[draw.__name__](5, **settings, generator=generator(3))  # type: ignore[operator]
    assert same(Batch(*drawn), task.batch(5, generator(3)))


@every_example
def test_task_is_frozen_and_hashable(name: str, task: Task) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.length = 3  # type: ignore[attr-defined]
    assert hash(task) == hash(dataclasses.replace(task))  # type: ignore[type-var]


@pytest.mark.parametrize("name", ["hello", "text"])
def test_next_character_is_causal(name: str) -> None:
    assert TASKS[name]().causal


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"hello", "text"}))
def test_the_others_may_be_read_either_way(name: str) -> None:
    assert not TASKS[name]().causal
