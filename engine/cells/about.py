"""What a cell says of itself, for the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.labels import Label

FAMILIES = ("simple", "residual", "gated", "unitary", "timescales", "reservoir")


@dataclass(frozen=True)
class About:
    """The facts and sentences of a cell's card; its equations stand in the docstring of its class.

    name: what people call it. year: of the paper. family: one of FAMILIES. paper: authors and title. problem: what it
    was invented for. look: what to try, and what to look for. best: the settings of an experiment that shows it well,
    as in a link. quantities: for every state and gate a title and what to look for in its picture. colour: the hue of
    its lines, one of HUES in playground/charts/hues.py that no other cell has. settings: for every option its label.

    Whatever is left empty, tests/test_declared.py names.
    """

    name: str = ""
    year: int = 0
    family: str = ""
    paper: str = ""
    problem: str = ""
    look: str = ""
    best: Mapping[str, str] = field(default_factory=dict)
    quantities: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    colour: str = ""
    settings: Mapping[str, Label] = field(default_factory=dict)


HIDDEN = (
    "Hidden state h",
    "What the network remembers, unit by unit. Look for stripes that begin at an input and last: there a unit keeps "
    "it.",
)
MEMORY = (
    "Cell state c",
    "The long memory. Look for a jump where something is stored and an unbroken band until it is needed.",
)
INPUT_GATE = (
    "Input gate i",
    "Strong: the unit writes at this step. Look for columns that stand out where the input matters.",
)
FORGET_GATE = (
    "Forget gate f",
    "Strong (1): the unit keeps its memory. Faint (0): it lets go. Long memory needs strong rows.",
)
WRITTEN = ("Candidate g", "What would be written into the memory, between −1 and 1, if the input gate lets it in.")
OUTPUT_GATE = (
    "Output gate o",
    "Strong: the unit shows its memory to the rest. Look for units that speak only when asked.",
)
RESET_GATE = ("Reset gate r", "Faint (0): the candidate ignores the old state. Strong (1): it reads it in full.")
UPDATE_GATE = ("Update gate z", "Strong (1): the unit keeps its old state. Faint (0): it takes the candidate instead.")
CANDIDATE = ("Candidate n", "The state the unit would take on, where the update gate lets it.")
LSTM_QUANTITIES = {
    "h": HIDDEN,
    "c": MEMORY,
    "i": INPUT_GATE,
    "f": FORGET_GATE,
    "g": WRITTEN,
    "o": OUTPUT_GATE,
}
GRU_QUANTITIES = {"h": HIDDEN, "r": RESET_GATE, "z": UPDATE_GATE, "n": CANDIDATE}
