"""The words of the page Cells. What a cell says of itself stands with the cell."""

FAMILIES = {
    "simple": ("Simple", "One state, replaced at every step."),
    "residual": ("Residual", "One state that every step adds to."),
    "gated": ("Gated", "Gates decide what is written, kept and read."),
    "unitary": (
        "Unitary",
        "A unitary or orthogonal matrix turns the state: the turning itself neither fades nor grows it.",
    ),
    "timescales": ("Slow and fast", "Parts of the state change at different speeds."),
    "reservoir": ("Reservoir", "Fixed random weights; only the readout learns."),
}
ALL_FAMILIES = "The shape of a mark is its family, as on the buttons."
CATALOGUE = "Every recurrent cell here, by the year of its paper. Choose one by name, or click it on the timeline."
WIRING = (
    "One time step, from left to right. Dashed: from the step before. Squares: gates (green, 0 to 1) and candidates "
    "(orange). Blue circles: new states. A letter on a wire is the weight it is multiplied by; biases are left out. "
    "⊙ multiplies unit by unit, + adds."
)
EQUATIONS = (
    "x comes in at step t; what has t−1 comes from the step before. σ is the logistic function, ⊙ multiplies unit by "
    "unit."
)
DIRECT_PATH = "**Direct path through time.** Of {old} the share {factor} stays in {new}; the rest of the step is added."
WHOLE = "**Direct path through time.** All of {old} stays in {new}; the rest of the step is added."
NO_DIRECT_PATH = "**Direct path through time.** None. {reason}"
COUNTED = "**{trained:,}** trained numbers for one layer and direction, without the readout."
NONE_TRAINED = (
    "**None** is trained inside the cell: its **{fixed:,}** numbers are drawn once and stay; the readout learns."
)
ENTRANCE = "It reads {entrance} = 2·H numbers from below. The network makes them from x by a linear map of its own."
NO_SETTINGS = "None of its own, beside those of every network."
COMPARED = (
    "Equations stand beside each other by what they define. What the other does not have is orange and underlined."
)
NO_COUNTERPART = "No {name} here."
SAME = "Both make {names} alike."
DIFFER = "They differ in {names}."
ONLY = "Only {cell} has {names}."
