"""The words of the page Class."""

CLASS = "Who is here, and one task tried with every cell at every lag."
SWEEP = (
    "Everything else is as in the sidebar: task, units, layers, training. The runs take their turns with those of the "
    "visitors, as so many visitors more, while this page is open."
)
SWEEP_LOOK = (
    "Dark (0): learned. Pale (1): no better than chance. Each square is the median over the seeds of the final "
    "held-out loss over chance. Look for how far to the right a cell stays dark: so far back it can remember."
)
SWEEP_LAGS = "Whole numbers parted by commas: how far back the task asks the network to remember."
SWEEP_UPDATES = "{made} updates are made, not {asked}: the held-out loss is measured every {every}."
SWEEP_FAILED = "{count} runs stopped because of a fault in the playground; the others go on."
SWEEP_STATE = {
    "going": "{done} of {count} runs done.",
    "done": "All {count} runs done.",
    "cancelled": "Cancelled; {done} of {count} runs are kept.",
}
