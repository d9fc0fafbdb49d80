"""A cell goes on from any state and gives its last one back, and a padded step changes nothing."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.cells import AnyCell
from engine.cells.state import each_part, with_parts
from engine.observe.notes import passage
from tests.engine.cells.reference import CASES, NAMES, assert_same, cell_and_sequences, generator

every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)


def some_state(cell: AnyCell, inputs: Tensor) -> Any:
    """A state it can come to: that after the inputs in reverse, on no graph, each part asked for its gradient."""
    with torch.no_grad():
        state = cell(inputs.flip(1))[1]
    return each_part(state, lambda part: part.clone().requires_grad_() if part.is_floating_point() else part)


def by_steps(cell: AnyCell, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
    """One step after the other, each from its own input."""
    handed = []
    for x in inputs.unbind(1):
        state, _ = cell.step(x, state)
        handed.append(cell.output(state))
    return torch.stack(handed, dim=1), state


def seen(cell: AnyCell, outputs: Tensor, final: Any, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """Outputs, every part of the last state, and the gradients of a random weighted sum of all of them."""
    found = {"outputs": outputs, **{f"last {name}": part for name, part in final._asdict().items()}}
    total = sum(
        (part * torch.randn(part.shape, generator=generator(4), dtype=part.dtype)).sum()
        for part in found.values()
        if part.is_floating_point()
    )
    assert isinstance(total, Tensor)
    grads = torch.autograd.grad(total, list(wanted.values()), allow_unused=True, materialize_grads=True)
    return {**{k: v.detach() for k, v in found.items()}, **dict(zip(wanted, grads, strict=True))}


def asked(cell: AnyCell, inputs: Tensor, state: Any) -> dict[str, Tensor]:
    """What gradients are asked by: the inputs, every parameter, and the state before the first step."""
    before = {f"first {name}": part for name, part in state._asdict().items() if part.requires_grad}
    return {"inputs": inputs, **dict(cell.named_parameters()), **before}


@every_case
@pytest.mark.parametrize("way", ["outputs", "unroll"])
def test_it_goes_on_from_any_state(name: str, options: dict[str, Any], way: str) -> None:
    cell, inputs = cell_and_sequences(name, options)
    state = some_state(cell, inputs)
    wanted = asked(cell, inputs, state)
    expected = seen(cell, *by_steps(cell, inputs, state), wanted)
    assert any(value.any() for key, value in expected.items() if key.startswith("first"))
    assert_same(seen(cell, *getattr(cell, way)(inputs, state), wanted), expected)


@every_case
def test_two_halves_are_the_whole(name: str, options: dict[str, Any]) -> None:
    cell, inputs = cell_and_sequences(name, options)
    wanted = asked(cell, inputs, cell.initial_state(1)._replace(h=torch.zeros(1)))
    first, state = cell(inputs[:, :4])
    second, final = cell(inputs[:, 4:], state)
    assert_same(seen(cell, torch.cat([first, second], 1), final, wanted), seen(cell, *cell(inputs), wanted))


@every_case
def test_a_padded_step_changes_nothing(name: str, options: dict[str, Any]) -> None:
    """Values and gradients are those of each sequence alone, and what stands in the padding does not matter."""
    cell, inputs = cell_and_sequences(name, options)
    lengths = torch.tensor([9, 1, 5])
    assert inputs.shape[:2] == (3, 9)
    state = some_state(cell, inputs)
    wanted = asked(cell, inputs, state)
    together = seen(cell, *cell(inputs, state, lengths), wanted)
    outputs, finals = [], []
    for row, length in enumerate(lengths.tolist()):
        alone = each_part(state, lambda part, row=row: part[row : row + 1])
        own, final = cell(inputs[row : row + 1, :length], alone)
        outputs.append(torch.cat([own, own[:, -1:].expand(-1, 9 - length, -1)], dim=1))
        finals.append(final._asdict())
    joined = with_parts(state, {key: torch.cat([each[key] for each in finals]) for key in finals[0]})
    assert_same(together, seen(cell, torch.cat(outputs), joined, wanted))
    assert not together["inputs"][1, 1:].any()
    assert not together["inputs"][2, 5:].any()


@every_case
def test_no_step_at_all(name: str, options: dict[str, Any]) -> None:
    cell, inputs = cell_and_sequences(name, options)
    state = some_state(cell, inputs)
    outputs, final = cell.unroll(inputs[:, :0], state)
    assert outputs.shape == (3, 0, cell.output_size)
    assert final is state
    none = torch.zeros(3, dtype=torch.int64)
    for part, same in zip(cell(inputs, state, none)[1], state, strict=True):
        assert torch.equal(part, same)


@every_case
def test_every_step_is_told_to_the_observer(name: str, options: dict[str, Any]) -> None:
    cell, inputs = cell_and_sequences(name, options)
    start = some_state(cell, inputs)
    noted, outputs, final = passage(cell, inputs, start)
    assert noted.before[0] is start
    assert noted.states[-1] is final
    assert all(before is after for before, after in zip(noted.before[1:], noted.states, strict=False))
    assert torch.equal(torch.stack([cell.output(state) for state in noted.states], dim=1), outputs)
    for x, before, after, gates in zip(inputs.unbind(1), noted.before, noted.states, noted.gates, strict=True):
        for ours, theirs in zip(cell.step(x, before), (after, gates), strict=True):
            for one, other in zip(ours, theirs, strict=True):
                torch.testing.assert_close(one, other, rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_states_are_torchs(name: str, dtype: torch.dtype) -> None:
    """torch.nn's module from the same first state: outputs, last state, and the gradient by the first."""
    cell, inputs = cell_and_sequences(name, {}, dtype=dtype)
    module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[name](cell.input_size, cell.hidden_size, batch_first=True)
    module.to(dtype).load_state_dict({f"{key}_l0": value for key, value in cell.state_dict().items()})
    state = some_state(cell, inputs)
    before = {key: value for key, value in asked(cell, inputs, state).items() if key.startswith("first")}
    first = tuple(part.unsqueeze(0) for part in state)
    theirs, last = module(inputs, first if name == "lstm" else first[0])
    parts = [part[0] for part in (last if name == "lstm" else (last,))]
    expected = seen(cell, theirs, type(state)(*parts), before)
    assert_same(seen(cell, *cell(inputs, state), before), expected)
