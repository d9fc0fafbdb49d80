"""What a person reads on the page Gradients."""

import math

from playground.words import number

TITLE = "The gradient through time"
LEAD = (
    "How far back does the gradient of this network reach? Each picture shows one held-out sequence, measured in "
    "double precision, at update {update:,}."
)
STRENGTHS = "Gradient at each step"
STRENGTHS_LOOK = (
    "How much the loss of this sequence would change with the state at each step, for the weights of now. A line that "
    "falls to the left: what happened early counts for less now; that can change while the network trains. One that "
    "rises to the left by many powers of ten: the gradient explodes. A gap is an exact 0."
)
BY, BY_HELP = "Gradient by", "By the hidden state h, or by the memory that the cell keeps beside it."
PAST_H = "This cell also keeps {part}, which the next step reads past h: see ‖∂L/∂{part}ₜ‖ too."
OF_MEMORY = "All that follows from {part} at the same step, such as h, moves along with it."
RELATIVE_LOOK = "Shown is the ratio to the last step, in the order of reading, that has a gradient."
BOUNDS = "Draw the textbook bounds"
BOUNDS_HELP = "Along the row of the triangle. They can be many powers of ten above what is measured."
CUT = (
    "Learning is truncated to windows of {k} steps. Shaded: the last window. Solid: along the paths that learning "
    "takes; it is exactly 0 where none of them leads to an answer. Dashed: along every path."
)
CLIPPING = "Gradient of each update"
CLIPPED = "{share:.0%} of {updates:,} updates were longer than their threshold and were cut to it."
UNCLIPPED = "No threshold is set, so no gradient is cut."
NOTHING_YET = "Press Train: every update adds a point."
NO_GRADIENT = "This network learns by {learner}: there is no gradient to clip."

TRIANGLE = "Every pair of steps: what of step k arrives at step t"
TRIANGLE_LOOK = "Colour is a power of ten. Click a pair, or choose it below. The diagonal is a step with itself."
SAMPLED = "Shown: {count} of {steps} steps, evenly spaced{part}."
JOINED = "This layer takes one step for {window} of the input's; each stands at the input step with which it ends."
LAST_PART = ", from step {first} on (the layer is too large for more)"
OF_LOSS = "‖∂Lₜ/∂hₖ‖"
NORM = (
    "The norm is the spectral one: the largest factor by which a small change of {p} at step k can arrive at step t, "
    "along all paths inside the layer. What else of step k follows from {p} moves along; the rest is held."
)
LOSS_NORM = (
    "Lₜ is the loss of step t alone. The norm is Euclidean over the units of hₖ, along all paths through the network. "
    "Steps without an answer leave gaps."
)

PAIR = (
    "**k = {k}, t = {t}.** A small change of {p} at step {k} can arrive at step {t}, {distance}, at most "
    "**{value}** times as large{each}."
)
SELF = "**k = t = {t}.** A step with itself: the factor is 1."
NOTHING = "**k = {k}, t = {t}.** Nothing of {p} at step {k} arrives at step {t}: the derivative is 0."
TOO_LARGE = "**k = {k}, t = {t}.** The factor is too large to be a number."
LOSS_PAIR = (
    "**k = {k}, t = {t}.** Moving h at step {k} by a small length changes the loss of step {t} by up to "
    "**{value}** times that."
)
LOSS_NONE = "**k = {k}, t = {t}.** No answer is asked at step {t}, or nothing of step {k} reaches it."
EACH = ": on average {each} a step"
OWN_STEPS_LATER = {True: "one step of this layer away", False: "{n} steps of this layer away"}
STEPS_LATER = {True: "one step away", False: "{n} steps away"}

BOUND = (
    "The textbook bound (Qiu, (1.20) and (1.21)), put right: "
    "the product of γᵢ = ‖diag(f′(zᵢ)) U‖ allows at most **{gamma}**, and with "
    "‖diag f′(zᵢ)‖·‖U‖ for each γᵢ, **{norms}**. Measured is {share} of the first: the directions one step stretches "
    "are not those that the next one stretches, so the factors do not multiply in full."
)
TIGHT = (
    "The textbook bound (Qiu, (1.20) and (1.21)), put right: "
    "the product of γᵢ = ‖diag(f′(zᵢ)) U‖ allows at most **{gamma}**, and with "
    "‖diag f′(zᵢ)‖·‖U‖ for each γᵢ, **{norms}**. Here it is as good as met: every step stretches the same direction."
)
MATRIX = (
    "U: spectral radius **{radius}**, norm ‖U‖ (largest singular value) **{norm}**, smallest singular value {least}. "
    "γ over the steps: {low} to {high}, geometric mean {mean}. A γ under 1 shrinks whatever gradient passes its "
    "step; a γ over 1 only allows it to grow."
)
NO_BOUND = (
    "The textbook bound (Qiu, (1.20) and (1.21)) is for cells whose step is one f, unit by unit, after one matrix U; "
    "the step of this cell is another."
)
DIRECT = {
    "same": "Direct path: the product of {gate} alone gives **{direct}**, about what is measured.",
    "above": (
        "Direct path: the product of {gate} alone gives **{direct}**, less than measured: other paths add to it. "
        "The state also sets what comes in at the next step."
    ),
    "below": (
        "Direct path: the product of {gate} alone gives **{direct}**, more than measured: other paths cancel a part of "
        "it. The state also sets what comes in at the next step."
    ),
}
LINES = {"measured": "measured", "gamma": "bound Π γᵢ", "norms": "bound Π ‖diag f′‖·‖U‖"}
DIRECT_LINE = "direct path Π {gate}ᵢ"
CONSTANT = "direct path, factor {gate} a step"

DIALS = "Dials"
DIALS_HELP = (
    "The settings of the sidebar that decide how far a gradient reaches. Turning one begins a new run; clip does not."
)
FREEZE = "Freeze this moment"
FREEZE_HELP = "Keep these pictures while training goes on; switch off to see the latest."
FROZEN = "Frozen at update {update:,}."
SINGULAR = "Singular values of U: all near 1 means that U alone changes no length much."
DERIVATIONS = "Exercises 1-1, 1-2 and 1-3: backpropagation through time by hand, and the slips in the texts"

EXPLODE, VANISH, CURE = "explode", "vanish", "cure"
BUTTONS = {
    EXPLODE: ("Make it explode", ":material/trending_up:", "A ReLU network whose matrix stretches, without clipping."),
    VANISH: ("Make it vanish", ":material/trending_down:", "A tanh network as PyTorch starts it, 100 steps."),
    CURE: ("Cure it", ":material/healing:", "ReLU from the identity, with clipping: the IRNN of Le et al. 2015."),
}
BEFORE = {
    EXPLODE: (
        "U starts orthogonal, times 1.6: its spectral radius is 1.6. ReLU does not squash, so 50 steps may stretch a "
        "gradient by up to 1.6⁵⁰ ≈ 10¹⁰. Nothing clips it. Press **Train**."
    ),
    VANISH: (
        "PyTorch's start has a spectral radius well under 1, and tanh′ ≤ 1 can only shrink further. At step 1 the "
        "gradient is {ratio} of what it is at the last step. Press **Train**; as a rule the loss stays near chance."
    ),
    CURE: (
        "U starts as the identity and f is ReLU: each step hands on the gradient of an active unit as it is, {ratio} "
        "at step 1 for 1 at the last step. Clipping shortens long gradients. Press **Train** and give it some 600 "
        "updates."
    ),
}
AFTER = {
    EXPLODE: (
        "What you just saw: the gradients of these updates were up to **{longest}** long, and nothing clipped them. "
        "{outcome}"
    ),
    VANISH: (
        "What you just saw: after {updates:,} updates the held-out loss is **{loss}**, chance is {chance}. "
        "The gradient at step 1 is {ratio} of that at the last step. {outcome}"
    ),
    CURE: (
        "What you just saw: after {updates:,} updates the held-out loss is **{loss}**, chance is {chance}. "
        "The gradient at step 1 is {ratio} of that at the last step. {outcome} "
        "{share} of the updates were clipped."
    ),
}
LENGTH = " A gradient points the right way for a small step only. **Cure it** keeps the length in hand."
OUTCOMES = {
    "loss": "A step along one threw the weights so far that the loss stopped being a number, and the run ended."
    + LENGTH,
    "gradient": "After them came one that is too long to step along, and the run ended." + LENGTH,
    "silent": "A step along one threw the weights so far that no unit is active after step 1 of this sequence: nothing "
    "gets back through time." + LENGTH,
    "harmless": "The held-out loss is now **{loss}**, chance is {chance}.",
    "faint": "So with these weights, what stood early in the sequence adds next to nothing to an update. A better path "
    "back helps: **Cure it**.",
    "strong": "So with these weights, what stood early in the sequence counts in every update.",
}
"""Of each story, in a sentence."""
FAINT = 0.01
"""A gradient at step 1 this far below that at the last step, as a ratio, counts as next to nothing."""


def factor(value: float) -> str:
    """A factor to three digits, in words where it has none."""
    return number(value, 3) if math.isfinite(value) else "more than any number"
