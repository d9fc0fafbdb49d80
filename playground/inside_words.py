"""The words of the page Inside a cell."""

INSIDE = "One step of the network, worked out by hand. Choose a step and a unit; train, and the numbers move."
READS = "Reads {line}"
SAYS = " and says **{answer}**; right would be **{target}**."
READS_NUMBERS = "Reads $x_{{{t}}}$ = ({x})."
PICK = "Click on a step and a unit to see it below."
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
HANDLES = {"input": "Input {name}", "state": "State before, {name}", "weight": "Weight {name}"}
NOT_FREE = "This entry has no effect in this cell."
CHANGED = "Changed: {what}{at} is now {value}."
AT_STEP = " at its step {step}"
NO_DIFFERENCE = (
    "Nothing: on this sequence, wherever the number is used, it or what it leads to is multiplied by 0 or cut off."
)
DIFFERENCE_TITLE = "**Change of the hidden state h**"
DIFFERENCE = "With the change minus without it. Look at how long the colour lasts: so long the network remembers."
