"""The function of a script that makes one cell: from torch.nn where it has the cell, else from the engine's source."""

from typing import Any, NamedTuple

from engine.architectures import Stack
from engine.cells import CELLS, INITS, DeepTransition
from engine.learners.truncation import through
from engine.script.gathering import Root, root

MODULES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}

OF_TORCH = '''def cell(width, generator):
    """A layer of torch.nn that reads `width` numbers a step, with its first weights."""
    made = nn.{module}(width, {hidden}, batch_first=True{nonlinearity})
    with torch.no_grad():
        biases = [made.bias_ih_l0, made.bias_hh_l0]
        {init}(Parts([made.weight_ih_l0], [made.weight_hh_l0], biases, {hidden}), generator)
{forget_bias}    return made'''

FORGET_BIAS = """        made.bias_ih_l0[{hidden}:{end}] = {bias!r}
        made.bias_hh_l0[{hidden}:{end}] = 0
"""

OF_ENGINE = '''def cell(width, generator):
    """A cell that reads `width` numbers a step, with its first weights."""
    return {name}(width, {settings})'''

DEEP = '''def cell(width, generator):
    """A cell in {steps} steps: the first reads `width` numbers, the further ones the state alone."""

    def make(inputs):
        return {name}(width if inputs is None else inputs, {settings})

    return DeepTransition({depth}, make)'''


SCALED = '''


def cell(width, generator):
    """A cell whose recurrent weights are {scale!r} times as large at first."""
    made = usual_cell(width, generator)
    with torch.no_grad():
        for each in {cells}:
{scaling}
    return made'''


class CellSource(NamedTuple):
    """text: the function `cell`. call: how a cell goes through x. roots: the definitions of the engine that it uses."""

    text: str
    call: str
    roots: tuple[Root, ...]


def cell_source(architecture: Stack, answer_size: int, truncated: bool) -> CellSource:
    options = architecture.options
    torchs = architecture.cell in MODULES and options.get("activation", "tanh") in ("tanh", "relu")
    if torchs and not architecture.transition_depth and not truncated:
        return _scaled(_of_torch(architecture), architecture, "{}_l0")
    written = _scaled(_of_engine(architecture, answer_size), architecture, "{}")
    if not truncated:
        return written
    return written._replace(call="through({cell}, {x}, {window}, {backward})[0]", roots=(*written.roots, root(through)))


def _scaled(written: CellSource, architecture: Stack, named: str) -> CellSource:
    """With the recurrent weights scaled, if they are to be."""
    scale, names = architecture.recurrent_scale, CELLS[architecture.cell].scalable
    if scale == 1 or not names:
        return written
    cells = "(made.first, *made.further)" if architecture.transition_depth else "(made,)"
    usual = written.text.replace("def cell(", "def usual_cell(", 1)
    scaling = "\n".join(f"            each.{named.format(name)}.mul_({scale!r})" for name in names)
    return written._replace(text=usual + SCALED.format(cells=cells, scale=scale, scaling=scaling))


def _of_torch(architecture: Stack) -> CellSource:
    hidden, options = architecture.hidden, architecture.options
    init = INITS[architecture.init]
    text = OF_TORCH.format(
        module=MODULES[architecture.cell],
        hidden=hidden,
        nonlinearity=f", nonlinearity={options['activation']!r}" if "activation" in options else "",
        init=init.__name__,
        forget_bias=FORGET_BIAS.format(hidden=hidden, end=2 * hidden, bias=options["forget_bias"])
        if "forget_bias" in options
        else "",
    )
    return CellSource(text, "{cell}({x})[0]", (root(init),))


def _of_engine(architecture: Stack, answer_size: int) -> CellSource:
    kind, depth = CELLS[architecture.cell], architecture.transition_depth
    settings: dict[str, Any] = {} if architecture.init == "default" else {"init": architecture.init}
    settings |= {"answer_size": answer_size} if kind.answers else {}
    settings |= architecture.options
    written = [
        str(architecture.hidden),
        "generator=generator",
        *(f"{name}={value!r}" for name, value in settings.items()),
    ]
    text = (DEEP if depth else OF_ENGINE).format(
        name=kind.__name__, settings=", ".join(written), depth=depth, steps=depth + 1
    )
    roots = [root(kind), root(DeepTransition)] if depth else [root(kind)]
    return CellSource(text, "{cell}({x})[0]", tuple(roots))
