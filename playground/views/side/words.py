"""The words of the page Side by side."""

LEAD = (
    "The same task, seed and batches for all, update by update, unless a network is given its own. What is not chosen "
    "here, the sidebar says for all; a cell's own settings count for that cell, the others take their usual ones."
)
NETWORK = "Network {number}"
CHANGE, CHANGE_HELP = (
    "Change",
    "Settings in which this network differs from the sidebar, such as its learning rate or its seed.",
)
ADD_CHANGE, CHOOSE, AS_SIDEBAR = "Another setting", "Choose a setting", "As the sidebar"
CHANGED = "Not as the sidebar: {setting}"
OTHER_SEQUENCE = "{name} has another seed, so other first weights, other batches and, here, another sequence."
ADD, ADD_HELP = "Add a network", "All begin anew, side by side from the first update."
REMOVE, REMOVE_HELP = "Take away", "The others begin anew without {name}."
UNTRAINED, AT_CHANCE, LEARNING, SOLVED = "untrained", "at chance", "learning", "solved"
WORSE = "worse than chance"
EXPLODED = "exploded at update {update:,}"
UPDATES = "{count:,} updates"
TINY = "< 0.001"
OF_CHANCE = "Held-out loss / chance"
OF_CHANCE_SINGLE = "Loss / chance"
OF_CHANCE_HELP = (
    "1 is chance, that of answering without looking. Solved: below 0.1. Learning: below 0.9. At chance: up to 1.5."
)
LOSS = "loss {loss}, accuracy {accuracy:.1%}"
LOSS_EARLIER = "loss {loss}, accuracy {accuracy:.1%} (at update {at:,})"
BEGUN = "just begun"
PARAMETERS = "{count:,} parameters"
FIXED = "{settings}: {why}"
LEFT_OUT = "Left out. {problem}"
TOO_FEW = "Fewer than two of these networks can stand here: choose others, or change the sidebar."

LOSSES = "Loss"
LOSSES_LOOK = "Look for who leaves the dashed line first, and who never does."
GRADIENTS = "Gradient through time"
GRADIENTS_LOOK = (
    "‖∂L/∂hₜ‖ at every step of the sequence below, in double precision. Where a line has fallen far, the loss of its "
    "network hardly depends on h there, for the weights of now."
)
OF_LAYER = (
    "Of the layer and direction chosen below, as are the states; a network without that layer shows its nearest one."
)
STATES = "States, on the same time axis"
STATES_LOOK = (
    "The hidden state of each network, units down, time to the right. Look straight down from an input: who still has "
    "a trace of it at the end? Each has a scale of its own, above it at the left."
)

BUDGET = "Updates at each lag"
BUDGET_HELP = "Who has not solved the task after so many updates gives up."
LENGTHEN, STOP = "Lengthen until one gives up", "Stop lengthening"
LENGTHEN_HELP = (
    "All begin anew at this lag. Once each has solved the task, its held-out loss having been below {share} of chance, "
    "all begin anew at {factor} times the lag; and so on, until one has not solved it within its updates."
)
GOING = "**{lag}**: all train until each has solved the task, for up to {budget:,} updates."
WAITING = "**{lag}**: paused. Press Train and it goes on."
GAVE_UP = "**{names}** gave up at **{lag}**: not solved within {budget:,} updates."
LONGEST = "Nobody gave up up to **{lag}**, the longest there is here. {reason}"
TOO_MUCH = "Nobody gave up up to **{lag}**. The next, {next}, cannot be tried: {reason}"
STOPPED = "Stopped at {lag}."
DISTURBED = "Stopped at {lag}, as the runs were begun anew or a setting was changed."
EARLIER = "These figures are of other settings than those of now."
SOLVED_CELL, GAVE_UP_CELL = "✓ after {updates:,} updates", "✗ gave up"
EXPLODED_CELL, TRYING_CELL = "✗ exploded", "…"
