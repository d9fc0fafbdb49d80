"""Whole networks against a recomputation in plain NumPy: values, and gradients as differences of it."""

from typing import Any

import numpy as np
import pytest
import torch

from engine.architectures import Stack
from engine.architectures.stack import Network, joined_in_time
from tests.engine.cells.papers.around import highway, mlp
from tests.engine.cells.reference import unrolled
from tests.engine.cells.transcribed import transcribed

INPUTS, HIDDEN, OUTPUTS, STEPS = 3, 4, 2, 7
"""7 steps: neither 2 nor 3 nor 2·3 divides them."""

DEEP = {"input_depth": 2, "output_depth": 1}
NETWORKS: list[dict[str, Any]] = [
    {"cell": "gru", "layers": 2, "windows": (3,)},
    {"cell": "gru", "layers": 3, "windows": (2, 3), "direction": "bidirectional"},
    {"cell": "lstm", "layers": 2, "windows": (10,), "direction": "backward"},
    {"cell": "rnn", "layers": 4, "windows": (1, 2, 1)},
    {"cell": "lstm", "layers": 3, "connection": "residual"},
    {"cell": "gru_cho", "layers": 3, "connection": "residual", "direction": "bidirectional"},
    {"cell": "lstm_1997", "layers": 3, "connection": "highway"},
    {"cell": "rnn", "layers": 2, "connection": "highway", "direction": "bidirectional"},
    {"cell": "indrnn", **DEEP},
    {"cell": "scrn", "layers": 2, **DEEP, "direction": "bidirectional"},
    {"cell": "unitary", "layers": 2, "connection": "highway", **DEEP},
    {"cell": "clockwork", "layers": 2, "output_depth": 3, "windows": (2,)},
    {"cell": "goru", "layers": 2, "connection": "residual", "direction": "backward"},
    {"cell": "jordan", "input_depth": 1},
    {"cell": "jordan", "direction": "backward"},
    {"cell": "esn", "layers": 2, "direction": "bidirectional", "connection": "residual"},
    {"cell": "grid_lstm", "layers": 2},
    {"cell": "grid_lstm", "layers": 3, **DEEP},
    {"cell": "grid_lstm", "layers": 2, "direction": "backward"},
]

every_network = pytest.mark.parametrize("settings", NETWORKS, ids=lambda s: "-".join(map(str, s.values())))
every_mode = pytest.mark.parametrize("mode", ["last", "mean"])


def make(settings: dict[str, Any], mode: str) -> Network:
    architecture = Stack(**{"hidden": HIDDEN, **settings})
    network = Network(INPUTS, OUTPUTS, architecture, mode, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    return network


def sequence() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((STEPS, INPUTS))


def maps(weights: dict[str, np.ndarray], part: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """(W, b) of every linear map of a part, the first applied first."""
    numbers = sorted({int(key.split(".")[1]) for key in weights if key.startswith(part)})
    return [(weights[f"{part}.{k}.weight"], weights[f"{part}.{k}.bias"]) for k in numbers]


def windowed(rows: np.ndarray, window: int) -> np.ndarray:
    """Each window of rows side by side, counted from the end; before the first row there is nothing but zeros."""
    found: list[np.ndarray] = []
    end = len(rows)
    while end > 0:
        inside = [rows[t] if t >= 0 else np.zeros(rows.shape[1]) for t in range(end - window, end)]
        found.insert(0, np.concatenate(inside))
        end -= window
    return np.array(found)


def recomputed(architecture: Stack, weights: dict[str, np.ndarray], x: np.ndarray, mode: str) -> np.ndarray:
    """The answer to one sequence (T, I), from the weights by name and the transcribed cells alone."""
    entrance = maps(weights, "input_mlp")
    deep, linear = entrance[: architecture.input_depth], entrance[architecture.input_depth :]
    rows = np.array([mlp(deep, row) for row in x])
    for w, b in linear:
        rows = rows @ w.T + b
    directions = {"bidirectional": ("forward", "backward")}.get(architecture.direction, (architecture.direction,))
    for layer in range(architecture.layers):
        seen = []
        for number, direction in enumerate(directions):
            prefix = f"layers.{layer}.cells.{number}."
            own = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
            turn = -1 if direction == "backward" else 1
            seen.append(transcribed(architecture.cell, dict(architecture.options), own, rows[::turn])["output"][::turn])
        up = np.concatenate(seen, axis=1)
        if layer and architecture.connection == "residual":
            up = up + rows
        elif layer and architecture.connection == "highway":
            gate = [weights[f"connections.{layer}.transform.{part}"] for part in ("weight", "bias")]
            up = np.array([highway(below, h, *gate) for below, h in zip(rows, up, strict=True)])
        if layer + 1 < architecture.layers:
            up = windowed(up, architecture.window(layer + 1))
        rows = up
    if mode == "mean":
        read = rows.mean(axis=0)
    else:
        halves = np.split(rows, len(directions), axis=1)
        read = np.concatenate([h[0 if d == "backward" else -1] for h, d in zip(halves, directions, strict=True)])
    if architecture.cell == "jordan":
        return np.asarray(read)
    *deep, (w, b) = maps(weights, "readout")
    return np.asarray(w @ mlp(deep, read) + b)


@every_network
@every_mode
@torch.no_grad()
def test_answers_are_the_recomputed_ones(settings: dict[str, Any], mode: str) -> None:
    network, x = make(settings, mode), sequence()
    weights = {key: value.numpy() for key, value in network.state_dict().items()}
    expected = recomputed(Stack(**{"hidden": HIDDEN, **settings}), weights, x, mode)
    np.testing.assert_allclose(network(torch.from_numpy(x)[None])[0].numpy(), expected, rtol=1e-11, atol=1e-12)


@every_network
def test_gradients_are_differences_of_the_recomputation(settings: dict[str, Any]) -> None:
    """By every part of the network, along a direction at random."""
    network, x = make(settings, "last"), sequence()
    architecture = Stack(**{"hidden": HIDDEN, **settings})
    weighting = torch.tensor([1.0, -0.7], dtype=torch.float64)
    (network(torch.from_numpy(x)[None])[0] * weighting).sum().backward()
    weights = {key: value.detach().numpy() for key, value in network.state_dict().items()}
    draw = np.random.default_rng(6)

    def loss(name: str, nudge: np.ndarray) -> float:
        nudged = {**weights, name: weights[name] + nudge}
        return float(recomputed(architecture, nudged, x, "last") @ weighting.numpy())

    for name, parameter in network.named_parameters():
        direction = draw.standard_normal(parameter.shape)
        difference = (loss(name, 1e-5 * direction) - loss(name, -1e-5 * direction)) / 2e-5
        found = 0.0 if parameter.grad is None else float((parameter.grad.numpy() * direction).sum())
        assert found == pytest.approx(difference, rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize(("window", "rows"), [(2, 4), (3, 3), (7, 1), (10, 1), (1, 7)])
def test_last_window_ends_with_the_sequence(window: int, rows: int) -> None:
    """So that what was read last is read in full, and only the first window has blanks."""
    x = torch.arange(1.0, 8.0).reshape(1, 7, 1)
    joined = joined_in_time(x, window)
    assert joined.shape == (1, rows, window)
    flat = joined.flatten().tolist()
    assert flat[len(flat) - 7 :] == [1, 2, 3, 4, 5, 6, 7]
    assert not any(flat[: len(flat) - 7])


def test_jordans_network_has_no_readout_above_it() -> None:
    network = make({"cell": "jordan"}, "last")
    assert list(network.readout.parameters()) == []
    x = torch.from_numpy(sequence())[None]
    states, _ = unrolled(network.layers[0].cells[0], x)
    assert torch.equal(network(x), states[-1].y)
    assert network(x).shape == (1, OUTPUTS)


def test_highway_that_is_shut_carries_everything() -> None:
    """T = 0: whatever the second and third layer say, the first is what is answered from; T = 1: plain stacking."""
    settings = {"cell": "gru", "layers": 3, "connection": "highway"}
    shut, x = make(settings, "every"), torch.from_numpy(sequence())[None]
    with torch.no_grad():
        for connection in shut.connections[1:]:
            connection.transform.weight.zero_()
            connection.transform.bias.fill_(-60)
        below = shut.layers[0].cells[0](x)[0]
        torch.testing.assert_close(shut.run(x).read, below, rtol=0, atol=1e-13)
        plain = make({**settings, "connection": "plain"}, "every")
        plain.load_state_dict({k: v for k, v in shut.state_dict().items() if not k.startswith("connections")})
        for connection in shut.connections[1:]:
            connection.transform.bias.fill_(60)
        torch.testing.assert_close(shut(x), plain(x), rtol=0, atol=1e-12)


@torch.no_grad()
def test_highway_starts_carrying() -> None:
    """σ(−1) ≈ 0.27 of the layer, the rest from below."""
    architecture = Stack(cell="gru", hidden=16, layers=2, connection="highway")
    network = Network(2, 1, architecture, "last", generator=torch.Generator().manual_seed(0))
    connection = network.connections[1]
    assert torch.equal(connection.transform.bias, torch.full((16,), -1.0))
    assert 0.8 / 4 < float(connection.transform.weight.abs().max()) <= 1 / 4
