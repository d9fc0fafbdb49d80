"""The words of the page Inside a cell."""

INSIDE = "One step of the network, worked out by hand. Choose a step and a unit; train, and the numbers move."
READS = "Reads {line}"
SAYS = " and says **{answer}**; right would be **{target}**."
READS_NUMBERS = "Reads $x_{{{t}}}$ = ({x})."
PICK = "Click on a step and a unit to see its numbers."
TRANSITIONS = "The steps that the cell takes between one input and the next."
VALUED = (
    "From left to right. Below each part stands its number for the chosen unit; beside a weight, what it brings along "
    "its wire. Dashed: from the step before."
)
FILLED = (
    "Unit {unit}. Below each number stands what it is. Numbers are rounded; every line has as many digits as it takes "
    "for you to arrive at the same result."
)
SUMS = "The sums in it, largest terms first"
SUMS_HELP = "Weight times value. Below each term stands which entry of the vector it is, or its letter."
FURTHER_TERMS = "{count} more"
WAS = "was"
UNIT_TITLE = "**Unit {unit} of h, from this step on**"
WHAT_IF = "Change one number and see what follows. The training run is not touched."
HANDLES = {
    "symbol": "Letter read",
    "sequence": "Input {name}",
    "input": "Input {name} of this layer",
    "state": "State before, {name}",
    "gate": "Gate {name}",
    "candidate": "Candidate {name}",
    "weight": "Weight {name}",
}
NETWORKS_INPUT = "Input {name} of the network"
"""The input where this layer reads something else."""
ALL_UNITS, FOR_STEPS, FOR_STEPS_HELP = "All units", "For steps", "From this step on, in the order of reading."
CLOSE, OPEN = "Close", "Open"
HELD = " — held by hand"
NOT_FREE = "This entry has no effect in this cell."
CHANGED = "Changed: {what}{at} is now {value}."
NOW_READ = "Changed: step {step} now reads {letter}."
OF_ALL = "{what} of all units"
AT_STEP = " at its step {step}"
AT_TIME_STEP = " at step {step}"
AT_STEPS = " at its steps {first} to {last}"
WITHOUT, WITH = "Without the change", "With the change"
WITH_CHANGE = ", with the change"
NO_DIFFERENCE = (
    "No state changes: the number is what it was, or on this sequence it or what it leads to is multiplied by 0 or cut "
    "off wherever it is used."
)
DIFFERENCE_TITLE = "Change of the hidden state h"
DIFFERENCE = "With the change minus without it. Look at how long the colour lasts: so long the network remembers."
