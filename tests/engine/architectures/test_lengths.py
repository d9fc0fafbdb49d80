"""Sequences of unequal length in one batch: a network answers each of them as it would answer it alone."""

from typing import Any

import pytest
import torch

from engine.architectures import Stack
from engine.architectures.stack import Network

LENGTHS = torch.tensor([7, 1, 4])
NETWORKS: list[dict[str, Any]] = [
    {"cell": "lstm"},
    {"cell": "gru", "direction": "backward", "layers": 2},
    {"cell": "rnn", "direction": "bidirectional", "layers": 2, "input_depth": 1},
    {"cell": "lstm", "direction": "bidirectional", "layers": 2, "connection": "highway"},
    {"cell": "gru_cho", "layers": 3, "connection": "residual", "transition_depth": 1},
]


@pytest.mark.parametrize("readout", ["last", "mean", "every"])
@pytest.mark.parametrize("settings", NETWORKS, ids=lambda each: "-".join(map(str, each.values())))
def test_each_is_answered_as_if_alone(settings: dict[str, Any], readout: str) -> None:
    """Values, and gradients by every weight."""
    made = torch.Generator().manual_seed(1)
    network = Network(3, 2, Stack(hidden=5, **settings), readout, generator=made).double()
    inputs = torch.randn(3, 7, 3, generator=made, dtype=torch.float64)
    read, states = network.run(inputs, lengths=LENGTHS)
    alone = [network.run(inputs[row : row + 1, :length]) for row, length in enumerate(LENGTHS.tolist())]
    total, apart = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for row, one in enumerate(alone):
        ours = read[row, : LENGTHS[row]] if readout == "every" else read[row]
        torch.testing.assert_close(ours, one.read[0], rtol=0, atol=1e-13)
        for state, own in zip(states, one.states, strict=True):
            for part, same in zip(state, own, strict=True):
                torch.testing.assert_close(part[row], same[0], rtol=0, atol=1e-13)
        total, apart = total + network.readout(ours).square().sum(), apart + network.readout(one.read).square().sum()
    for ours, theirs in zip(
        torch.autograd.grad(total, list(network.parameters())),
        torch.autograd.grad(apart, list(network.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("settings", NETWORKS[:1] + NETWORKS[4:], ids=lambda each: str(each["cell"]))
def test_states_are_handed_over(settings: dict[str, Any]) -> None:
    """A sequence in two parts, the second from the states of the first, is the whole sequence."""
    made = torch.Generator().manual_seed(1)
    network = Network(3, 2, Stack(hidden=5, **settings), "every", generator=made).double()
    inputs = torch.randn(3, 7, 3, generator=made, dtype=torch.float64)
    first = network.run(inputs[:, :3])
    second = network.run(inputs[:, 3:], states=first.states)
    torch.testing.assert_close(torch.cat([first.read, second.read], 1), network.run(inputs).read, rtol=0, atol=1e-13)


def test_joined_steps_need_equal_lengths() -> None:
    network = Network(3, 2, Stack(layers=2, windows=(2,)), "last", generator=torch.Generator().manual_seed(1))
    with pytest.raises(ValueError, match="same length"):
        network.run(torch.zeros(3, 7, 3), lengths=LENGTHS)
