"""The network of a script, written out line by line as it was built."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from torch import nn

from engine.architectures.connections import Plain
from engine.architectures.stack import Layer, Network, joined_in_time, linear
from engine.cells import Cell
from engine.learners.truncation import windows
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


def network_source(network: Network, call: str, ridge: bool, truncate: int) -> NetworkSource:
    """A class whose instances compute what `network` does, its weights drawn in the same order.

    `call` is how a {cell} goes through {x}, with {window} and {backward} where gradients are truncated. With `ridge`,
    the class has `read`, up to the readout, and no `forward`.
    """
    build: list[str] = []
    read: list[str] = []
    roots: list[Root] = []
    layers = cast(Sequence[Layer], network.layers)
    own = windows(network, truncate)
    if len(network.input_mlp):
        build.append(f"self.input_mlp = {_maps(network.input_mlp)}")
        read.append("x = self.input_mlp(x)")
    for number, (layer, connection, window) in enumerate(
        zip(layers, network.connections, network.windows, strict=True), 1
    ):
        layer_traces = [
            _Strand(number, direction, cell, len(layer.directions) > 1, own[cell])
            for direction, cell in layer.by_direction()
        ]
        build += [f"self.{each.name} = cell({each.cell.input_size}, generator)" for each in layer_traces]
        passes = [each.through(call) for each in layer_traces]
        h = passes[0] if len(passes) == 1 else f"torch.cat([{', '.join(passes)}], dim=-1)"
        if type(connection) is Plain:
            read.append(f"x = {h}")
        else:
            kind, width = type(connection), sum(each.cell.output_size for each in layer_traces)
            roots.append(root(kind))
            build.append(f"self.connection_{number} = {kind.__name__}({width}, generator=generator)")
            read += [f"h = {h}", f"x = self.connection_{number}(h, x)"]
        if window > 1:
            roots.append(root(joined_in_time))
            read.append(f"x = joined_in_time(x, {window})")
    result = _end(network.mode, layers[-1])
    if len(network.readout):
        build.append(f"self.readout = {_maps(network.readout)}")
        result = result if ridge else f"self.readout({result})"
    if len(network.input_mlp) or len(network.readout):
        roots.append(root(linear))
    text = TEMPLATE.format(
        outline=_outline(layers),
        build=_block(build),
        name="read" if ridge else "forward",
        read=_block(read),
        result=result,
    )
    return NetworkSource(text, tuple(roots))


class _Strand(NamedTuple):
    """One direction of a layer."""

    number: int
    direction: str
    cell: Cell
    paired: bool
    window: int

    @property
    def name(self) -> str:
        return f"layer_{self.number}_{self.direction}" if self.paired else f"layer_{self.number}"

    def through(self, call: str) -> str:
        """What it hands up, in the order of x."""
        if self.direction == "backward":
            return call.format(cell=f"self.{self.name}", x="x.flip(1)", **self._cut) + ".flip(1)"
        return call.format(cell=f"self.{self.name}", x="x", **self._cut)

    @property
    def _cut(self) -> dict[str, object]:
        return {"window": self.window, "backward": self.direction == "backward"}


def _end(mode: str, last: Layer) -> str:
    """What the readout reads of x; a backward cell ends at the first step."""
    if mode != "last":
        return {"mean": "x.mean(dim=1)", "every": "x"}[mode]
    if len(last.directions) == 1:
        return "x[:, 0]" if last.directions == ("backward",) else "x[:, -1]"
    _, forward = next(last.by_direction())
    return f"torch.cat([x[:, -1, :{forward.output_size}], x[:, 0, {forward.output_size}:]], dim=-1)"


def _maps(maps: nn.Module) -> str:
    """An MLP, or the one linear map that it is."""
    parts = [
        f"linear({each.in_features}, {each.out_features}, generator)" if isinstance(each, nn.Linear) else "nn.Tanh()"
        for each in maps.children()
    ]
    return parts[0] if len(parts) == 1 else f"nn.Sequential(\n{_block(parts, '            ', ',')}\n        )"


def _outline(layers: Sequence[Layer]) -> str:
    count = "One layer, which reads" if len(layers) == 1 else f"{len(layers)} layers, which read"
    return f"{count} {' and '.join(layers[0].directions)}."


def _block(lines: Sequence[str], indent: str = "        ", end: str = "") -> str:
    return "\n".join(f"{indent}{line}{end}" for line in lines)
