"""Layers, directions and readouts, against torch.nn with the same weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine import Experiment
from engine.architectures import Stack
from engine.architectures.stack import DIRECTIONS, Network, Placed, fast
from engine.cells import CELLS
from engine.run import build
from engine.settings import SettingError
from tests.engine.cells.transcribed import paper

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
INPUTS, HIDDEN, OUTPUTS = 3, 5, 2

every_cell = pytest.mark.parametrize("cell", CELLS)
every_in_torch = pytest.mark.parametrize("cell", TORCH)
every_direction = pytest.mark.parametrize("direction", DIRECTIONS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(cell: str, direction: str = "forward", layers: int = 1, readout: str = "every", seed: int = 0) -> Network:
    architecture = Stack(cell=cell, hidden=HIDDEN, layers=layers, direction=direction)
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
            for direction, one in zip(layer.directions, layer.cells, strict=True)
            for name, value in one.state_dict().items()
        }
    )
    return module


def assert_close(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)


def possible(cell: str, layers: int = 1, direction: str = "forward") -> bool:
    try:
        Stack(cell=cell, layers=layers, direction=direction)
    except SettingError:
        return False
    return True


ARRANGED = [
    (cell, layers, direction)
    for cell in CELLS
    for layers in (1, 3)
    for direction in DIRECTIONS
    if possible(cell, layers, direction)
]
every_arrangement = pytest.mark.parametrize(("cell", "layers", "direction"), ARRANGED)


def test_all_but_two_cells_may_be_stacked_and_read_both_ways() -> None:
    """Jordan's network is one layer; the grid's layers go on with each other's memory."""
    both = [cell for cell in CELLS if possible(cell, 1, "bidirectional")]
    assert set(CELLS) - set(both) == {"jordan", "grid_lstm"}
    assert set(CELLS) - {cell for cell in CELLS if possible(cell, 4)} == {"jordan"}


@every_in_torch
@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_layers_and_directions_equal_torch(cell: str, layers: int, direction: str) -> None:
    network, x = make(cell, direction, layers), sequences()
    states, _ = twin(network, cell, layers, direction == "bidirectional")(x)
    assert_close(network(x), network.readout[-1](states))


@every_in_torch
@pytest.mark.parametrize("layers", [1, 3])
def test_last_joins_the_end_of_each_direction(cell: str, layers: int) -> None:
    """The forward half has read up to x_T, the backward half down to x_1."""
    network, x = make(cell, "bidirectional", layers, "last"), sequences()
    states, _ = twin(network, cell, layers, True)(x)
    ends = torch.cat([states[:, -1, :HIDDEN], states[:, 0, HIDDEN:]], dim=-1)
    assert_close(network(x), ends @ network.readout[-1].weight.T + network.readout[-1].bias)


@every_arrangement
def test_mean_reads_every_state_alike(cell: str, layers: int, direction: str) -> None:
    """The readout is linear: what it makes of the mean is the mean of what it makes of each."""
    every, mean = make(cell, direction, layers, "every"), make(cell, direction, layers, "mean")
    assert_close(mean(sequences()), every(sequences()).mean(dim=1))


@every_arrangement
def test_last_is_the_last_answer_of_a_network_of_one_direction(cell: str, layers: int, direction: str) -> None:
    every, last = make(cell, direction, layers, "every"), make(cell, direction, layers, "last")
    if direction == "bidirectional":
        forward, backward = every.run(sequences()).read[:, -1], every.run(sequences()).read[:, 0]
        size = forward.shape[1] // 2
        assert_close(last.run(sequences()).read, torch.cat([forward[:, :size], backward[:, size:]], dim=1))
    else:
        assert_close(last(sequences()), every(sequences())[:, 0 if direction == "backward" else -1])


@every_cell
@pytest.mark.parametrize("layers", [1, 2])
def test_backward_is_forward_on_the_turned_sequence(cell: str, layers: int) -> None:
    layers = min(layers, 1 if cell == "jordan" else 2)
    forward, backward, x = make(cell, "forward", layers), make(cell, "backward", layers), sequences()
    backward.load_state_dict(forward.state_dict())
    assert_close(backward(x), forward(x.flip(1)).flip(1))
    forward, backward = make(cell, "forward", layers, "last"), make(cell, "backward", layers, "last")
    assert_close(backward(x), forward(x.flip(1)))


@every_arrangement
def test_who_can_see_what(cell: str, layers: int, direction: str) -> None:
    """Changing x_3 leaves a forward network's earlier answers and a backward one's later ones as they were."""
    x, t = sequences(), 3
    other = x.clone()
    other[:, t] += 1
    network = make(cell, direction, layers)
    changed = (network(x) - network(other)).abs().amax((0, 2)) > 0
    seen = {"forward": range(t, 8), "backward": range(t + 1), "bidirectional": range(8)}[direction]
    assert changed.nonzero().flatten().tolist() == list(seen)


@pytest.mark.parametrize(
    ("cell", "layers"), [(cell, layers) for cell, layers, direction in ARRANGED if direction == "forward"]
)
def test_stepping_equals_forward(cell: str, layers: int) -> None:
    network, x = make(cell, "forward", layers), sequences()
    standing, outputs = None, []
    for now in x.split(1, dim=1):
        output, standing = network.go_on(now, standing)
        outputs.append(output)
    assert_close(torch.stack(outputs, dim=1), network(x))


@pytest.mark.parametrize("parts", [{"connection": "residual"}, {"connection": "highway"}, {"input_depth": 2}], ids=str)
def test_stepping_takes_the_connections_and_deep_maps_along(parts: dict[str, Any]) -> None:
    architecture = Stack(cell="gru", hidden=HIDDEN, layers=3, transition_depth=2, output_depth=1, **parts)
    network = Network(INPUTS, OUTPUTS, architecture, "every", generator=generator()).double()
    x = sequences()
    standing, outputs = None, []
    for now in x.split(1, dim=1):
        output, standing = network.go_on(now, standing)
        outputs.append(output)
    assert_close(torch.stack(outputs, dim=1), network(x))


def test_joined_windows_cannot_be_stepped() -> None:
    architecture = Stack(cell="gru", hidden=HIDDEN, layers=2, windows=(2,))
    with pytest.raises(ValueError, match="step by step"):
        Network(INPUTS, OUTPUTS, architecture, "last", generator=generator()).go_on(sequences().float())


@pytest.mark.parametrize("direction", ["backward", "bidirectional"])
def test_only_a_forward_network_can_be_stepped(direction: str) -> None:
    with pytest.raises(ValueError, match="reads forward"):
        make("gru", direction).go_on(sequences())


def test_every_cell_is_built_with_the_options() -> None:
    options = {"forget_bias": 3.0}
    architecture = Stack(cell="lstm", hidden=HIDDEN, layers=2, direction="bidirectional", options=options)
    network = Network(INPUTS, OUTPUTS, architecture, "last", generator=generator())
    for layer in network.layers:
        for _, cell in zip(layer.directions, layer.cells, strict=True):
            bias = cell.bias_ih[HIDDEN : 2 * HIDDEN] + cell.bias_hh[HIDDEN : 2 * HIDDEN]
            assert torch.equal(bias.detach(), torch.full((HIDDEN,), 3.0))


@every_direction
def test_parts_start_apart_from_each_other(direction: str) -> None:
    network = make("rnn", direction, 3)
    starts = [
        float(cell.weight_hh[0, 0].detach())
        for layer in network.layers
        for _, cell in zip(layer.directions, layer.cells, strict=True)
    ]
    assert len(set(starts)) == len(starts)


@every_arrangement
def test_seed_decides_the_weights(cell: str, layers: int, direction: str) -> None:
    def flat(seed: int) -> Tensor:
        network = make(cell, direction, layers, seed=seed)
        return torch.cat([value.detach().flatten() for value in network.state_dict().values()])

    assert torch.equal(flat(1), flat(1))
    assert not torch.isclose(flat(1), flat(2)).all()


def test_readout_starts_in_its_bound() -> None:
    network = Network(2, 500, Stack(hidden=50, direction="bidirectional"), "last", generator=generator())
    weight = network.readout[-1].weight.detach()
    assert 0.099 < float(weight.abs().max()) <= 0.1


@every_cell
def test_trained_numbers_of_one_layer(cell: str) -> None:
    """Of 5 units that read 3, and of a readout of 2, against those counted by hand from the docstrings."""
    entrance = {"grid_lstm": 3 * 10 + 10}.get(cell, 0)
    layer, readout = paper(cell).NUMBERS
    assert make(cell).sizes == {"input_mlp": entrance, "layer 1": layer, "readout": readout}


def test_trained_numbers_of_every_part() -> None:
    """Two bidirectional layers of 5 GRU units, counted for one direction, as a deep network has them."""
    architecture = Stack(
        cell="gru",
        hidden=5,
        layers=2,
        direction="bidirectional",
        input_depth=2,
        transition_depth=1,
        output_depth=1,
        connection="highway",
    )
    network = Network(3, 2, architecture, "every", generator=generator())
    again = 3 * 5 * (5 + 2)
    assert network.sizes == {
        "input_mlp": (3 + 1) * 5 + (5 + 1) * 5,
        "layer 1": 3 * 5 * (5 + 5 + 2) + again,
        "layer 2": 3 * 5 * (10 + 5 + 2) + again,
        "connection 2": (10 + 1) * 10,
        "readout": (10 + 1) * 5 + (5 + 1) * 2,
    }
    both = 2 * (3 * 5 * (5 + 5 + 2) + again) + 2 * (3 * 5 * (10 + 5 + 2) + again) + 110
    assert sum(p.numel() for p in network.parameters()) == 20 + 30 + both + 55 + 12


@pytest.mark.parametrize(
    "more", [{}, {"direction": "bidirectional"}, {"windows": "2,3"}, {"input_depth": "1"}], ids=str
)
@pytest.mark.parametrize("cell", CELLS)
def test_the_shapes_of_layers_are_those_of_the_cells(cell: str, more: dict[str, str]) -> None:
    """What estimates, pictures and the network itself go by is one."""
    experiment, _ = Experiment.read({"cell": cell, "layers": "3", "hidden": "6", "length": "13", **more})
    network, stack = build(experiment), experiment.stack
    first = network.layers[0].cells[0].input_size
    shapes = list(stack.shapes(first, experiment.task.steps))
    assert [each.number for each in shapes] == list(range(1, stack.layers + 1))
    x = experiment.task.batch(2, torch.Generator()).inputs
    steps: list[int] = []

    def noting(placed: Placed, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        steps.append(inputs.shape[1])
        return fast(placed, inputs, state)

    network(x, noting)
    assert [each.steps for each in shapes for _ in range(stack.directions)] == steps
    for shape, layer in zip(shapes, network.layers, strict=True):
        assert {each.input_size for each in layer.cells} == {shape.reads}
        if not CELLS[cell].answers:
            assert sum(each.output_size for each in layer.cells) == shape.hands
