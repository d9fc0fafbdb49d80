"""Every recurrent cell, by the identifier that stands in the link."""

from engine.cells.base import INITS, Cell, NoGates, State
from engine.cells.gru import GRUCell
from engine.cells.lstm import LSTMCell
from engine.cells.simple import RNNCell

CELLS: dict[str, type[Cell]] = {"rnn": RNNCell, "gru": GRUCell, "lstm": LSTMCell}

__all__ = ["CELLS", "INITS", "Cell", "GRUCell", "LSTMCell", "NoGates", "RNNCell", "State"]
