"""Layers, directions and readouts, against torch.nn with the same weights."""

import pytest
import torch
from torch import Tensor, nn

from engine.cells import CELLS
from engine.config import Architecture
from engine.network import DIRECTIONS, Network

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
INPUTS, HIDDEN, OUTPUTS = 3, 5, 2

every_cell = pytest.mark.parametrize("cell", CELLS)
every_direction = pytest.mark.parametrize("direction", DIRECTIONS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(cell: str, direction: str = "forward", layers: int = 1, readout: str = "every", seed: int = 0) -> Network:
    architecture = Architecture(cell=cell, hidden=HIDDEN, layers=layers, direction=direction)
    return Network(INPUTS, OUTPUTS, architecture, readout, generator=generator(seed)).double()


def sequences(batch: int = 4, steps: int = 8) -> Tensor:
    return torch.randn(batch, steps, INPUTS, generator=generator(9), dtype=torch.float64)


def twin(network: Network, cell: str, layers: int, bidirectional: bool) -> nn.RNNBase:
    """torch.nn's module with the network's recurrent weights."""
    module = TORCH[cell](INPUTS, HIDDEN, layers, batch_first=True, bidirectional=bidirectional).double()
    suffixes = {"forward": "", "backward": "_reverse"}
    module.load_state_dict(
        {
            f"{name}_l{number}{suffixes[direction]}": value
            for number, layer in enumerate(network.layers)
            for direction, one in layer.by_direction()
            for name, value in one.state_dict().items()
        }
    )
    return module


def assert_close(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_layers_and_directions_equal_torch(cell: str, layers: int, direction: str) -> None:
    network, x = make(cell, direction, layers), sequences()
    states, _ = twin(network, cell, layers, direction == "bidirectional")(x)
    assert_close(network(x), states @ network.readout.weight.T + network.readout.bias)


@every_cell
@pytest.mark.parametrize("layers", [1, 3])
def test_last_joins_the_end_of_each_direction(cell: str, layers: int) -> None:
    """The forward half has read up to x_T, the backward half down to x_1."""
    network, x = make(cell, "bidirectional", layers, "last"), sequences()
    states, _ = twin(network, cell, layers, True)(x)
    ends = torch.cat([states[:, -1, :HIDDEN], states[:, 0, HIDDEN:]], dim=-1)
    assert_close(network(x), ends @ network.readout.weight.T + network.readout.bias)


@every_cell
@every_direction
def test_mean_reads_every_state_alike(cell: str, direction: str) -> None:
    """The readout is linear: what it makes of the mean is the mean of what it makes of each."""
    every, mean = make(cell, direction, 2, "every"), make(cell, direction, 2, "mean")
    assert_close(mean(sequences()), every(sequences()).mean(dim=1))


@every_cell
@pytest.mark.parametrize("layers", [1, 2])
def test_backward_is_forward_on_the_turned_sequence(cell: str, layers: int) -> None:
    forward, backward, x = make(cell, "forward", layers), make(cell, "backward", layers), sequences()
    backward.load_state_dict(forward.state_dict())
    assert_close(backward(x), forward(x.flip(1)).flip(1))
    forward, backward = make(cell, "forward", layers, "last"), make(cell, "backward", layers, "last")
    assert_close(backward(x), forward(x.flip(1)))


@every_cell
def test_who_can_see_what(cell: str) -> None:
    """Changing x_3 leaves a forward network's earlier answers and a backward one's later ones as they were."""
    x, t = sequences(), 3
    other = x.clone()
    other[:, t] += 1
    for direction, seen in (("forward", range(t, 8)), ("backward", range(t + 1)), ("bidirectional", range(8))):
        network = make(cell, direction, 2)
        changed = (network(x) - network(other)).abs().amax((0, 2)) > 0
        assert changed.nonzero().flatten().tolist() == list(seen)


@every_cell
@pytest.mark.parametrize("layers", [1, 3])
def test_stepping_equals_forward(cell: str, layers: int) -> None:
    network, x = make(cell, "forward", layers), sequences()
    states, outputs = network.start(len(x)), []
    for now in x.unbind(1):
        output, states = network.step(now, states)
        outputs.append(output)
    assert_close(torch.stack(outputs, dim=1), network(x))


@pytest.mark.parametrize("direction", ["backward", "bidirectional"])
def test_only_a_forward_network_can_be_stepped(direction: str) -> None:
    with pytest.raises(ValueError, match="reads forward"):
        make("gru", direction).start(1)


def test_every_cell_is_built_with_the_options() -> None:
    options = {"forget_bias": 3.0}
    architecture = Architecture(cell="lstm", hidden=HIDDEN, layers=2, direction="bidirectional", options=options)
    network = Network(INPUTS, OUTPUTS, architecture, "last", generator=generator())
    for layer in network.layers:
        for _, cell in layer.by_direction():
            bias = cell.bias_ih[HIDDEN : 2 * HIDDEN] + cell.bias_hh[HIDDEN : 2 * HIDDEN]
            assert torch.equal(bias.detach(), torch.full((HIDDEN,), 3.0))


@every_direction
def test_parts_start_apart_from_each_other(direction: str) -> None:
    network = make("rnn", direction, 3)
    starts = [float(cell.weight_hh[0, 0].detach()) for layer in network.layers for _, cell in layer.by_direction()]
    assert len(set(starts)) == len(starts)


@every_cell
def test_seed_decides_the_weights(cell: str) -> None:
    def flat(seed: int) -> Tensor:
        network = make(cell, "bidirectional", 2, seed=seed)
        return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])

    assert torch.equal(flat(1), flat(1))
    assert not torch.isclose(flat(1), flat(2)).all()


def test_readout_starts_in_its_bound() -> None:
    network = Network(2, 500, Architecture(hidden=50, direction="bidirectional"), "last", generator=generator())
    weight = network.readout.weight.detach()
    assert 0.099 < float(weight.abs().max()) <= 0.1


@every_cell
def test_parameter_count(cell: str) -> None:
    """Two bidirectional layers of 5 units: counted by hand."""
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    first, second = 2 * gates * 5 * (3 + 5 + 2), 2 * gates * 5 * (10 + 5 + 2)
    assert make(cell, "bidirectional", 2).parameter_count == first + second + (10 + 1) * 2
