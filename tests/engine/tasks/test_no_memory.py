"""What is scored without memory, recomputed from the sequences themselves: by counting, or by regression."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch

from engine import Experiment, Run
from engine.tasks import TASKS, Forecast, Task
from engine.tasks.sequence.baselines import PRIORS, WEIGHTS, following, frequencies
from engine.tasks.sequence.characters import NextCharacter
from tests.engine.tasks.examples import EXAMPLES, IDS, generator


def entropy(pairs: Counter[tuple[object, int]]) -> float:
    """Of the answers, given what is known: the mean of −ln of the share each has among those known alike."""
    known: Counter[object] = Counter()
    for (what, _), count in pairs.items():
        known[what] += count
    total = sum(pairs.values())
    return -sum(count * math.log(count / known[what]) for (what, _), count in pairs.items()) / total


def counted(task: Task, sequences: int, steps_known: bool = False) -> float:
    """The entropy of the answers given the input at the same step, over many sequences."""
    batch = task.batch(sequences, generator())
    inputs, targets = batch.inputs.tolist(), batch.targets.tolist()
    pairs: Counter[tuple[object, int]] = Counter()
    for sequence, answers in zip(inputs, targets, strict=True):
        for step, (present, answer) in enumerate(zip(sequence, answers, strict=True)):
            if answer >= 0:
                pairs[(tuple(present), step if steps_known else 0), answer] += 1
    return entropy(pairs)


@pytest.mark.parametrize(
    ("task", "steps_known"),
    [
        (TASKS["echo"](length=12, delay=2, symbols=3), False),
        (TASKS["neighbours"](length=12, distance=2), False),
        (TASKS["neighbours"](length=12, distance=2, late=2), False),
        (TASKS["neighbours"](length=12, distance=2, late=1), False),
        (TASKS["neighbours"](length=12, distance=2, late=4), False),
        (TASKS["copy"](length=5, symbols=2), True),
        (TASKS["parity"](length=3), False),
        (TASKS["hello"](), False),
        (TASKS["hello"](word="banana bandana"), False),
    ],
)
def test_counted_in_many_sequences(task: Task, steps_known: bool) -> None:
    assert counted(task, 4000, steps_known) == pytest.approx(task.no_memory_loss, rel=0.01)


def test_hello_is_the_figure_of_the_word() -> None:
    task = TASKS["hello"]()
    assert task.chance_loss == pytest.approx(-(2 * 0.25 * math.log(0.25) + 0.5 * math.log(0.5)))
    assert task.chance_loss == pytest.approx(1.040, abs=5e-4)
    assert task.no_memory_loss == pytest.approx(0.347, abs=5e-4)


def test_order_last_letter_tells_nothing_and_the_mean_all_but_the_order() -> None:
    batch = TASKS["order"](length=20).batch(8000, generator())
    answers = batch.targets.tolist()
    last = Counter(zip(batch.inputs[:, -1].argmax(-1).tolist(), answers, strict=True))
    assert entropy(last) == pytest.approx(TASKS["order"]().no_memory_loss, rel=0.01)
    amounts = [tuple(row) for row in batch.inputs[:, :, 6:].sum(1).tolist()]
    both = Counter(zip(amounts, answers, strict=True))
    assert entropy(both) == pytest.approx(TASKS["order"](readout="mean").no_memory_loss, rel=0.02)


@pytest.mark.parametrize("length", [2, 3, 10])
def test_adding_by_regression_on_the_last_step(length: int) -> None:
    """The best answer is linear in the mark and the marked number there, so least squares finds it."""
    task = TASKS["adding"](length=length)
    batch = task.batch(200_000, generator())
    value, mark = batch.inputs[:, -1].double().T.numpy()
    known = np.stack([np.ones_like(value), mark, mark * value], axis=1)
    targets = batch.targets[:, 0].double().numpy()
    fit = np.linalg.lstsq(known, targets, rcond=None)[0]
    assert float(np.square(known @ fit - targets).mean()) == pytest.approx(task.no_memory_loss, rel=0.01)


def test_adding_needs_no_memory_for_a_mean() -> None:
    batch = TASKS["adding"](length=9).batch(50, generator())
    np.testing.assert_allclose(batch.inputs.prod(-1).mean(1) * 9, batch.targets[:, 0], rtol=1e-5)
    assert TASKS["adding"](readout="mean").no_memory_loss == 0


@pytest.mark.parametrize("readout", ["last", "mean"])
@pytest.mark.parametrize("series", ["sine", "mackey_glass", "sunspots"])
def test_forecast_by_numpys_own_fit(series: str, readout: str) -> None:
    task = TASKS["forecast"](series=series, readout=readout, length=7)
    assert isinstance(task, Forecast)
    known, asked = [], []
    for part in task.parts:
        rows = [part[start : start + 8].double().numpy() for start in range(len(part) - 7)]
        known.append(np.array([row[:-1].mean() if readout == "mean" else row[-2] for row in rows]))
        asked.append(np.array([row[-1] for row in rows]))
    line = np.polynomial.Polynomial.fit(known[0], asked[0], 1)
    expected = min(task.chance_loss, float(np.square(line(known[1]) - asked[1]).mean()))
    assert task.no_memory_loss == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("corpus", ["alice", "sanzijing"])
def test_text_by_plain_counting(corpus: str) -> None:
    task = TASKS["text"](corpus=corpus)
    assert isinstance(task, NextCharacter)
    train, held = (part.tolist() for part in task.parts)
    size = len(task.alphabet)
    letters = Counter(train)
    pairs = Counter(itertools.pairwise(train))
    firsts = Counter(train[:-1])

    def alone(letter: int, prior: float) -> float:
        return (letters[letter] + prior) / (len(train) + prior * size)

    def left_out(prior: float) -> float:
        """Each letter of the training part, as the others foretell it."""
        return sum(math.log((letters[c] - 1 + prior) / (len(train) - 1 + prior * size)) for c in train)

    prior = max(PRIORS, key=left_out)
    assert task.chance_loss == pytest.approx(-sum(math.log(alone(c, prior)) for c in held[1:]) / len(held[1:]))

    def pairs_left_out(weight: float) -> float:
        together = itertools.pairwise(train)
        return sum(
            math.log((pairs[a, b] - 1 + weight * alone(b, prior)) / (firsts[a] - 1 + weight)) for a, b in together
        )

    weight = max(WEIGHTS, key=pairs_left_out)
    seen = [(pairs[a, b] + weight * alone(b, prior)) / (firsts[a] + weight) for a, b in itertools.pairwise(held)]
    assert task.no_memory_loss == pytest.approx(-sum(map(math.log, seen)) / len(seen))


def test_alice_is_what_the_issue_found() -> None:
    """Letter frequencies 3.03 and pairs 2.50 nats, held out."""
    task = TASKS["text"]()
    assert task.chance_loss == pytest.approx(3.03, abs=0.005)
    assert task.no_memory_loss == pytest.approx(2.50, abs=0.01)


def test_probabilities_add_up() -> None:
    codes = np.array([0, 1, 1, 3, 0, 1, 2])
    assert frequencies(codes, 6).sum() == pytest.approx(1)
    np.testing.assert_allclose(following(codes, 6).sum(axis=1), np.ones(6))


@pytest.mark.parametrize(("name", "task"), EXAMPLES, ids=IDS)
def test_knowing_more_costs_nothing(name: str, task: Task) -> None:
    assert 0 <= task.no_memory_loss <= task.chance_loss


def test_a_word_with_one_answer_has_nothing_to_learn() -> None:
    task = TASKS["hello"](word="ab")
    assert task.chance_loss == task.no_memory_loss == 0
    assert task.over_chance(0.1) == math.inf


@pytest.mark.parametrize(
    ("task", "direction", "out"),
    [
        ({"task": "neighbours"}, "forward", "future"),
        ({"task": "neighbours"}, "backward", "past"),
        ({"task": "neighbours"}, "bidirectional", ""),
        ({"task": "neighbours", "late": "2"}, "forward", ""),
        ({"task": "neighbours", "late": "1"}, "forward", "future"),
        ({"task": "echo"}, "forward", ""),
        ({"task": "echo"}, "backward", "past"),
        ({"task": "copy"}, "backward", "past"),
        ({"task": "copy"}, "bidirectional", ""),
        ({"task": "order"}, "backward", ""),
        ({"task": "adding"}, "backward", ""),
    ],
)
def test_what_is_out_of_sight(task: dict[str, str], direction: str, out: str) -> None:
    """Where something is, no output hears of what it is asked for: the gradient there is exactly 0."""
    experiment = Experiment.from_params({**task, "direction": direction, "cell": "rnn", "hidden": "5", "batch": "2"})
    assert experiment.task.out_of_sight(direction) == out
    if experiment.task.readout != "every":
        return
    run = Run(experiment)
    batch = experiment.task.batch(1, generator())
    inputs = batch.inputs.clone().requires_grad_()
    outputs = run.network(inputs)
    asked = [t for t in range(experiment.task.steps) if batch.mask[0, t]]
    lag = {"neighbours": 2, "echo": 3, "copy": 24}[task["task"]]
    late = int(task.get("late", "0"))
    hidden = False
    for step in asked:
        (grad,) = torch.autograd.grad(outputs[0, step].sum(), inputs, retain_graph=True)
        needed = {step - late - lag, step - late + lag} if task["task"] == "neighbours" else {step - lag}
        hidden |= any(not grad[0, other].any() for other in needed)
    assert hidden == bool(out)
