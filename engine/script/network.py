"""The network of a script, written out line by line as it was built."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from torch import nn

from engine.architectures.connections import Plain
from engine.architectures.stack import Network, Placed, joined_in_time, linear
from engine.cells import AnyCell
from engine.learners.truncation import own_window
from engine.script.gathering import Root, root

TEMPLATE = '''class Network(nn.Module):
    """{outline}"""

    def __init__(self, generator):
        super().__init__()
{build}

    def {name}(self, x):
{read}
        return {result}'''


class NetworkSource(NamedTuple):
    """text: the class `Network`. roots: the definitions of the engine that it uses."""

    text: str
    roots: tuple[Root, ...]


def network_source(network: Network, call: str, reads: bool, truncate: int) -> NetworkSource:
    """A class whose instances compute what `network` does, its weights drawn in the same order.

    `call` is how a {cell} goes through {x}, with {window} and {backward} where gradients are truncated. With `reads`,
    the class has `read`, up to the readout, and no `forward`.
    """
    build: list[str] = []
    read: list[str] = []
    roots: list[Root] = []
    if len(network.input_mlp):
        build.append(f"self.input_mlp = {_maps(network.input_mlp)}")
        read.append("x = self.input_mlp(x)")
    for number, placed in groupby(network.cells(), lambda each: each.layer):
        connection, window = network.connections[number - 1], network.windows[number - 1]
        paths = [_Path(each, len(network.directions) > 1, own_window(each, truncate)) for each in placed]
        build += [f"self.{each.name} = cell({each.cell.input_size}, generator)" for each in paths]
        passes = [each.through(call) for each in paths]
        h = passes[0] if len(passes) == 1 else f"torch.cat([{', '.join(passes)}], dim=-1)"
        if type(connection) is Plain:
            read.append(f"x = {h}")
        else:
            kind, width = type(connection), sum(each.cell.output_size for each in paths)
            roots.append(root(kind))
            build.append(f"self.connection_{number} = {kind.__name__}({width}, generator=generator)")
            read += [f"h = {h}", f"x = self.connection_{number}(h, x)"]
        if window > 1:
            roots.append(root(joined_in_time))
            read.append(f"x = joined_in_time(x, {window})")
    result = _end(network.mode, paths)
    if len(network.readout):
        build.append(f"self.readout = {_maps(network.readout)}")
        result = result if reads else f"self.readout({result})"
    if len(network.input_mlp) or len(network.readout):
        roots.append(root(linear))
    text = TEMPLATE.format(
        outline=_outline(network),
        build=_block(build),
        name="read" if reads else "forward",
        read=_block(read),
        result=result,
    )
    return NetworkSource(text, tuple(roots))


class _Path(NamedTuple):
    """The way through one direction of a layer. paired: whether the layer has two."""

    placed: Placed
    paired: bool
    window: int

    @property
    def cell(self) -> AnyCell:
        return self.placed.cell

    @property
    def name(self) -> str:
        name = f"layer_{self.placed.layer}"
        return f"{name}_{self.placed.direction}" if self.paired else name

    def through(self, call: str) -> str:
        """What it hands up, in the order of x."""
        if self.placed.direction == "backward":
            return call.format(cell=f"self.{self.name}", x="x.flip(1)", **self._cut) + ".flip(1)"
        return call.format(cell=f"self.{self.name}", x="x", **self._cut)

    @property
    def _cut(self) -> dict[str, object]:
        return {"window": self.window, "backward": self.placed.direction == "backward"}


def _end(mode: str, last: Sequence[_Path]) -> str:
    """What the readout reads of x; a backward cell ends at the first step."""
    if mode != "last":
        return {"mean": "x.mean(dim=1)", "every": "x"}[mode]
    if len(last) == 1:
        return "x[:, 0]" if last[0].placed.direction == "backward" else "x[:, -1]"
    width = last[0].cell.output_size
    return f"torch.cat([x[:, -1, :{width}], x[:, 0, {width}:]], dim=-1)"


def _maps(maps: nn.Module) -> str:
    """An MLP, or the one linear map that it is."""
    parts = [
        f"linear({each.in_features}, {each.out_features}, generator)" if isinstance(each, nn.Linear) else "nn.Tanh()"
        for each in maps.children()
    ]
    return parts[0] if len(parts) == 1 else f"nn.Sequential(\n{_block(parts, '            ', ',')}\n        )"


def _outline(network: Network) -> str:
    layers = len(network.layers)
    count = "One layer, which reads" if layers == 1 else f"{layers} layers, which read"
    return f"{count} {' and '.join(network.directions)}."


def _block(lines: Sequence[str], indent: str = "        ", end: str = "") -> str:
    return "\n".join(f"{indent}{line}{end}" for line in lines)
