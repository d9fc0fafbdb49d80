"""An experiment as a script of its own that needs torch alone.

The functions that draw the seeds, the batches and the first weights are the engine's own source; the network is built
from torch.nn. Run it, and its losses are those of the playground.
"""

import inspect
from typing import Any

import torch

from engine import seeds
from engine.cells import INITS
from engine.config import Experiment
from engine.network import DIRECTIONS
from engine.optimizers import OPTIMIZERS
from engine.tasks import Characters, Classes, Task

MODULES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}

# A person's text reaches this only through repr(), on comment lines or inside a literal: it stays data.
TEMPLATE = """# {title}
# The losses are those of RNN Playground for the same settings:
{settings}

import math

import torch
from torch import Tensor, nn

torch.set_num_threads(1)

TRAIN, INIT = {train}, {init_stream}
_MASK = (1 << 64) - 1


{mix}

{generator}

{draw}

{init}
{own_cell}

class Network(nn.Module):
    def __init__(self, generator):
        super().__init__()
        self.cells = nn.ModuleList()
        width = {input_size}
        for _ in range({layers}):
            for _ in {directions}:
                cell = {cell}
                with torch.no_grad():
                    {init_name}(cell.weight_ih_l0, cell.weight_hh_l0, cell.bias_ih_l0, cell.bias_hh_l0, generator)
{forget_bias}                self.cells.append(cell)
            width = {hidden} * {direction_count}
        self.readout = nn.Linear(width, {output_size})
        for parameter in self.readout.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=generator)

    def forward(self, x):
        cells = iter(self.cells)
        for _ in range({layers}):
            states = []
            for direction in {directions}:
                cell = next(cells)
                states.append(cell(x.flip(1))[0].flip(1) if direction == "backward" else cell(x)[0])
            x = torch.cat(states, dim=-1)
        return self.readout({read})


network = Network(generator({seed}, INIT, 0))
optimizer = torch.optim.{optimizer}
settings = dict({draw_settings})

for update in range(1, 101):
    inputs, targets, _ = {draw_name}({batch}, **settings, generator=generator({seed}, TRAIN, update))
    optimizer.zero_grad()
    loss = {loss}
    loss.backward()
{clip}    optimizer.step()
    print(update, f"{{loss.item():.9g}}")
"""

OWN_RNN = '''

class RNN(nn.Module):
    """torch.nn.RNN knows tanh and relu only; this one squashes with {activation}."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(hidden_size))

    def forward(self, x):
        h = x.new_zeros(x.shape[0], self.weight_hh_l0.shape[0])
        states = []
        for now in nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0).unbind(1):
            h = now + nn.functional.linear(h, self.weight_hh_l0, self.bias_hh_l0)
{squash}            states.append(h)
        return torch.stack(states, dim=1), h

'''


def script(experiment: Experiment) -> str:
    """The source of a script that trains this experiment and prints the loss of its first hundred updates."""
    task, network, training = experiment.task, experiment.network, experiment.training
    draw, settings = task.sampler
    init = INITS[network.init]
    directions = DIRECTIONS[network.direction]
    optimizer = OPTIMIZERS[training.optimizer]
    optimizer_settings = {"lr": training.lr, "weight_decay": training.decay, **optimizer.keywords}
    written = experiment.to_params()
    return TEMPLATE.format(
        title=f"{experiment.task_name} with {network.cell}, as trained in RNN Playground. Needs torch alone.",
        settings="\n".join(f"#     {name}: {text!a:.60}" for name, text in written.items()),
        train=seeds.TRAIN,
        init_stream=seeds.INIT,
        mix=inspect.getsource(seeds.mix),
        generator=inspect.getsource(seeds.generator),
        draw=inspect.getsource(draw),
        init=_init_source(network.init),
        own_cell=_own_cell(network.options.get("activation", "")),
        input_size=task.input_size,
        output_size=task.output_size,
        layers=network.layers,
        directions=repr(directions),
        direction_count=len(directions),
        hidden=network.hidden,
        cell=_cell(network.cell, network.hidden, network.options.get("activation", "")),
        init_name=init.__name__,
        forget_bias=_forget_bias(network.hidden, network.options.get("forget_bias")),
        read={"last": _last(directions, network.hidden), "mean": "x.mean(dim=1)", "every": "x"}[task.readout],
        seed=training.seed,
        optimizer=f"{optimizer.func.__name__}(network.parameters(), "
        + ", ".join(f"{name}={value!r}" for name, value in optimizer_settings.items())
        + ")",
        draw_name=draw.__name__,
        draw_settings=", ".join(f"{name}={_literal(task, value)}" for name, value in settings.items()),
        batch=training.batch,
        loss="nn.functional.cross_entropy(network(inputs).flatten(0, -2), targets.flatten())"
        if isinstance(task, Classes)
        else "nn.functional.mse_loss(network(inputs), targets)",
        clip=f"    nn.utils.clip_grad_norm_(network.parameters(), {training.clip!r})\n" if training.clip else "",
    )


def _init_source(name: str) -> str:
    """The source of an initialisation, with the one it builds on."""
    source = inspect.getsource(INITS[name])
    base = INITS["default"]
    if name != "default" and base.__name__ in source:
        source = f"{inspect.getsource(base)}\n\n{source}"
    return source


def _cell(cell: str, hidden: int, activation: str) -> str:
    if activation in ("sigmoid", "identity"):
        return f"RNN(width, {hidden})"
    nonlinearity = f", nonlinearity={activation!r}" if activation else ""
    return f"nn.{MODULES[cell]}(width, {hidden}, batch_first=True{nonlinearity})"


def _own_cell(activation: str) -> str:
    squash = {"sigmoid": "            h = torch.sigmoid(h)\n", "identity": ""}
    return OWN_RNN.format(activation=activation, squash=squash[activation]) if activation in squash else ""


def _forget_bias(hidden: int, bias: float | None) -> str:
    if bias is None:
        return ""
    pad = " " * 20
    return f"{pad}cell.bias_ih_l0[{hidden}:{2 * hidden}] = {bias!r}\n{pad}cell.bias_hh_l0[{hidden}:{2 * hidden}] = 0\n"


def _last(directions: tuple[str, ...], hidden: int) -> str:
    """The last state of each direction; a backward one ends at the first step."""
    ends = {"forward": -1, "backward": 0}
    parts = [f"x[:, {ends[direction]}, {k * hidden}:{(k + 1) * hidden}]" for k, direction in enumerate(directions)]
    return parts[0] if len(parts) == 1 else f"torch.cat([{', '.join(parts)}], dim=-1)"


def _literal(task: Task, value: Any) -> str:
    """A setting as Python source; a text in codes as the text itself. Only reprs, so a person's text stays data."""
    if not isinstance(value, torch.Tensor):
        return repr(value)
    if isinstance(task, Characters):
        text = "".join(task.alphabet[k] for k in value.tolist())
        return f"torch.tensor([{''.join(task.alphabet)!r}.index(c) for c in {text!r}])"
    return f"torch.tensor({value.tolist()!r})"
