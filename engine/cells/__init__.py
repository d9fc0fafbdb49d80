"""Every recurrent cell, by the identifier that stands in the link."""

from engine.cells.about import FAMILIES, About
from engine.cells.base import AnyCell, Cell, StackedCell
from engine.cells.clockwork import ClockworkCell
from engine.cells.echo_state import EchoStateCell
from engine.cells.goru import GORUCell
from engine.cells.grid import GridLSTMCell
from engine.cells.gru import ChoGRUCell, GRUCell
from engine.cells.indrnn import IndRNNCell
from engine.cells.initial import INITS
from engine.cells.jordan import JordanCell
from engine.cells.lstm import LSTMCell
from engine.cells.lstm_variants import CoupledLSTMCell, NoForgetLSTMCell, PeepholeLSTMCell
from engine.cells.residual import ResidualCell, ResidualInputCell
from engine.cells.scrn import SCRNCell
from engine.cells.simple import RNNCell
from engine.cells.state import NoGates, OnlyH, State
from engine.cells.transition import DeepTransition
from engine.cells.unitary import UnitaryCell

CELLS: dict[str, type[AnyCell]] = {
    "rnn": RNNCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
    "jordan": JordanCell,
    "residual_input": ResidualInputCell,
    "residual": ResidualCell,
    "lstm_1997": NoForgetLSTMCell,
    "lstm_peephole": PeepholeLSTMCell,
    "lstm_coupled": CoupledLSTMCell,
    "gru_cho": ChoGRUCell,
    "scrn": SCRNCell,
    "unitary": UnitaryCell,
    "goru": GORUCell,
    "indrnn": IndRNNCell,
    "clockwork": ClockworkCell,
    "esn": EchoStateCell,
    "grid_lstm": GridLSTMCell,
}

__all__ = [
    "CELLS",
    "FAMILIES",
    "INITS",
    "About",
    "AnyCell",
    "Cell",
    "ChoGRUCell",
    "ClockworkCell",
    "CoupledLSTMCell",
    "DeepTransition",
    "EchoStateCell",
    "GORUCell",
    "GRUCell",
    "GridLSTMCell",
    "IndRNNCell",
    "JordanCell",
    "LSTMCell",
    "NoForgetLSTMCell",
    "NoGates",
    "OnlyH",
    "PeepholeLSTMCell",
    "RNNCell",
    "ResidualCell",
    "ResidualInputCell",
    "SCRNCell",
    "StackedCell",
    "State",
    "UnitaryCell",
]
