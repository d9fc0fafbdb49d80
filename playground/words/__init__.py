"""What a person reads: labels, helps and sentences, in one place, by the identifiers of the engine."""

import math
import re
from collections.abc import Sequence

import numpy as np

from engine import CELLS, LEARNERS, TASKS
from engine.labels import Label
from engine.messages import Message, Wording, declare
from engine.settings import Choice, Real, Spec, Text, Whole, Wholes
from engine.tasks import Forecast, Task
from playground.words import messages

declare(messages.TEMPLATES)

TITLE = "RNN Playground"

CHOICES = {
    "forward": "Forward",
    "backward": "Backward",
    "bidirectional": "Both",
    "default": "PyTorch's default",
    "xavier": "Xavier (Glorot)",
    "orthogonal": "Orthogonal recurrent",
    "identity": "Identity recurrent",
    "plain": "Output alone",
    "residual": "Residual: output + input",
    "highway": "Highway: gated mix of both",
    "usual": "The usual one",
    "stack": "Stack of layers",
    "sgd": "SGD",
    "momentum": "SGD with momentum 0.9",
    "nesterov": "SGD with Nesterov momentum 0.9",
    "adagrad": "AdaGrad",
    "adadelta": "Adadelta",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}

# Setting: (label, one line of help). Those of a task or a cell stand with it, in its `about`.
FIELDS = {
    "task": ("Task", "What the network is to learn. Changing it begins a new run."),
    "arch": ("Architecture", "How the network is put together. Changing it begins a new run."),
    "cell": ("Cell", "The recurrent unit. Changing it begins a new run with the same seed."),
    "hidden": ("Hidden size H", "Units in each layer and direction."),
    "layers": ("Layers", "Cells stacked on top of each other."),
    "direction": ("Direction", "Which way each layer reads the sequence; Both joins the two."),
    "input_depth": ("Deep input", "Layers of a plain network between the input and the first recurrent layer."),
    "transition_depth": (
        "Deep transition",
        "Further steps of each cell, without input, between one time step and the next.",
    ),
    "output_depth": ("Deep output", "Hidden layers between the last recurrent layer and the answer."),
    "connection": (
        "Between layers",
        "What the second and further layers hand up: their output, or also what came from below.",
    ),
    "windows": (
        "Joined steps",
        "How many steps of a layer become one of the next: one number, or one a layer. Press Enter.",
    ),
    "init": ("Initial weights", "How the weights are drawn before training."),
    "recurrent_scale": (
        "Recurrent scale",
        "What the matrix that reads the state is multiplied by before training; its spectral radius grows along.",
    ),
    "learner": ("Learner", "How the weights are found. Changing it begins a new run."),
    "optimizer": ("Optimizer", "The rule that turns gradients into steps. Changing it begins a new run."),
    "lr": ("Learning rate", "Size of a step. Acts on the running network at once."),
    "batch": ("Batch B", "Sequences an update learns from. Acts on the running network at once."),
    "clip": ("Clip by norm", "Longest gradient allowed; 0 is off. Acts on the running network at once."),
    "truncate": (
        "Truncate to k steps",
        "Backpropagation in windows of k steps: no gradient crosses from one to the next. 0: the whole sequence.",
    ),
    "decay": ("Weight decay", "How strongly weights are pulled to 0. Acts on the running network at once."),
    "seed": ("Seed", "The same seed gives the same weights and the same sequences."),
}

OTHER_FIELDS = {
    "prompt": "Prompt",
    "temperature": "Temperature",
    "top_k": "Top k",
    "cells": "Cells",
    "lags": "Lags",
    "seeds": "Seeds",
    "updates": "Updates",
    "value": "Value",
}
"""What stands beside controls that are no settings of an experiment."""

OVERRULED = "Each network on this page has its own; it is chosen there."

BRING_BACK, BRING_BACK_HELP = (
    "Bring back: {name}",
    "This run was kept when another began. The present one will be kept in turn.",
)
EARLIER_RUNS = "Earlier runs"
EARLIER_NAME = "{name}, {updates:,} updates"
EARLIER_LOST = "The run before this one was too large to be kept."
OTHER_DATA = "other data"
AS_NOW = "as now"

AT_MOST = "At most {high}. {why}"
CUT = ":orange[{high} and not {asked}.] {why}"
"""Why a control ends earlier than usual, and what was asked of it beyond that."""

UNTRUNCATED = "Nothing is truncated: the sequence has {steps} steps, and {truncate} are the window."
RARE = "This text has {different:,} different characters. The {rare:,} rarest count as one, □."

JOINED = (
    "Layer {layer} takes one step for {window} of the input's, counted from the end: its colours and points stand for "
    "all "
    "the steps they span."
)
CURVES = {True: "Thin: training. Thick: held-out. ", False: "Thin: at every update. Thick: measured now and then. "}
"""What is drawn of a run, by whether its task has more than one sequence: with one, nothing can be held out."""

CHANCE = "Chance: the best answer without a look at the input. "
NO_MEMORY = "No memory: the best answer from the present input alone; below that line memory is at work."
NO_MEMORY_MEAN = (
    "No memory: the best answer from the inputs without their order, as the mean of all states needs no memory for "
    "that; below that line memory is at work."
)
CHANCE_SERIES = (
    "Chance: always the mean of the training part. No memory: the best straight line from the {known} to the next one. "
    "Both are scored on the held-out part."
)
SAME = "Without memory the present input alone helps no further, so below the dashed line memory is at work."
NEEDS_NONE = "The mean of all states can tell the answer without memory, so this task then asks for none."
ALWAYS_SAME = "The answer is always the same letter here, so there is nothing to learn: chance is 0."
OUT_OF_SIGHT = {
    "future": ":orange[*{task}* needs the future; this network reads forward, so it cannot solve it, however long it "
    "trains.] Choose both directions.",
    "past": ":orange[*{task}* needs the past; this network reads backward, so it cannot solve it, however long it "
    "trains.] Choose forward or both directions.",
}
NETWORK_VIEWS = {
    "Unrolled": "The same weights at every step, drawn once a step. Colour is the state of the units whose numbers "
    "stand at the left: those that move most, or those on top in the order you chose. Click a step to see it from "
    "inside.",
    "Folded": "One box a layer; the loop is the step from t − 1 to t. Shapes are units × steps.",
}
PARAMETERS = "{count:,} parameters."
JOINED_NETWORK = (
    "Upper layers take fewer steps here: boxes under which no new step of theirs ends repeat its state. “Folded” has "
    "their numbers of steps."
)
FIXED = "Those of the reservoir are fixed and not counted."
LEARNER_NOTES = {
    "ridge": "Ridge regression solves for the readout: optimizer, learning rate, clip, truncation and decay have no "
    "part in it. Choose “Readout learns by: Gradient” to use them."
}
OTHER_LEARNER = "{reason} So the readout is learned by {learner}."
READ_BY = "This task has {plural}, which other architectures do not read."

INSIDE = "Inside, on this sequence"
INSIDE_LOOK = (
    "Time runs to the right, step by step; units run down. All pictures share the time axis: point at a step in one, "
    "and it is framed in all."
)

ORDER, COLOURS = "Order of units", "Colours"
ORDERS = {"number": "By number", "change": "Change at the marks", "answer": "Tell the answer"}
ORDER_HELP = (
    "Which units stand on top; each keeps its number. *Change at the marks*: those of which the largest share of all "
    "their change along this sequence falls on the marked steps. *Tell the answer*: those that alone tell the right "
    "answer best, by their correlation with it over 64 held-out sequences; where the answer is a letter, by the "
    "correlation ratio. While it trains, the order is made anew after 64, 128, 256 … updates."
)
COLOUR_SCALES = {"shared": "One scale", "own": "Each unit's own"}
COLOURS_HELP = (
    "*One scale* holds nine units of ten; what goes beyond it has colours of its own, named beside the key. *Each "
    "unit's own*: a state is coloured from minus the unit's largest amount to that amount. Gates keep 0 to 1."
)

GRADIENT = (
    "Gradient through time ‖∂L/∂hₜ‖",
    "How much the loss would change with each state, for the weights of now. A line that falls to the left: what "
    "happened early counts for less now; that can change while it trains.",
)
GRADIENT_CUT = (
    "For the weights of now. Dashed: along every path. Solid: along those that truncated learning takes; a gap is an "
    "exact 0. Shaded: the last window."
)
RELATIVE = "Relative to the last step"
RELATIVE_HELP = (
    "Gradients divided by the one at the last step, in the order of reading, that has one. A small loss makes the "
    "whole line small; this takes that out."
)
FURTHER = "{title}, transition {number}"

TAKE_ALONG_ALONE = "To download, save or continue a run, or read it as code: take its network to the Playground."
CONTINUED = "Taken up at update {updates:,}. Press Train and it goes on as if it had never stopped."
AS_IT_WAS = " The run goes on as it was."
AS_USUAL = " The usual experiment is shown instead."
NOTHING_YET = "Hand in your own data in the sidebar; until then the page shows a run without them."
NOBODY_KNOWS = "Answer **{answer}** — nobody can say whether that is right."
"""Of a sequence changed by hand; the task says why."""
LAST_VALUE = "Saying the last value again scores {last} on the held-out part."
AHEAD = (
    "Right of the dashed line, the network goes on by itself: each value that it says is its next input. It was "
    "trained for the first of them alone. A forecast that leaves the picture is cut off there."
)
NOT_AHEAD = {
    "backward": "No forecast beyond the next value: this network reads backward, from the last value to the first, so "
    "a further value would come before all that it has read, not after it.",
    "bidirectional": "No forecast beyond the next value: this network also reads backward, from the last value to the "
    "first, so a further value would come before all that it has read that way, not after it.",
    "forward": "No forecast beyond the next value: this network joins steps, counted from the last one, so a further "
    "value would change which steps are joined, and with that what its upper layers have read.",
}
ADDING_TOLERANCE = "as in Hochreiter & Schmidhuber 1997, experiment 4"
SERIES_TOLERANCE = "a tenth of the training part's standard deviation, a choice of this playground"
UNKNOWN = "Not in this text, so passed over or read as □: {characters}"
SUITS = "Take settings that learn this text"
SUITS_HELP = (
    "Cell, size and training with which held-out loss falls below *no memory* within two minutes. Begins a new run."
)
USUAL_RATE = "Usual with {optimizer}: {rate:g}."
CURE = " Lower the learning rate (now {lr:g}) or clip the gradient ({clip}), then press Reset."
EXPLODED = {
    "loss": "Update {update:,} made the loss too large to be a number, so it was taken back; "
    "the network is shown as it was before." + CURE,
    "gradient": "The gradient of update {update:,} was too large to step along, so that update was not made; "
    "the network is shown as it was before." + CURE,
    "start": "The untrained network already gives a loss too large to be a number. "
    "Choose other initial weights, another activation or a shorter sequence.",
}
FAILED = {
    "fault": "This run stopped because of a fault in the playground, not in your settings. "
    "Press Reset to begin it again.",
    "lost": "The process that trains did not answer, or ended again and again, so this run was stopped. It may need "
    "too much memory. It is kept as it was: save it, or make the network smaller. Reset begins it again.",
}
MADE_AGAIN = (
    "The process that trains has ended. A new one is making this run again from its last copy and then goes on "
    "as if nothing had been. This takes some seconds."
)
NOT_BEGUN = (
    "This network cannot be begun: the process that was to train it ended, or none can be started. "
    "Choose a smaller network, or ask whoever runs this server to look at its log."
)
NOT_DRAWN = "This cannot be shown now, because the process that works it out ended. Reload the page to try again."
UPDATE = "One update: one step of the optimizer."
RESET = "The same seed: the same weights and the same course again."
NEW_SEED = "Other weights, other sequences."
PRESENT = "For a projector: large type, and of the first page the task, the loss and one picture."
LEAVE = "Back to the sidebar and all pictures."
FILM_HELP = (
    "Once the run pauses, the slider goes back through the training so far, on every page. Moments lie close together "
    "at first and further apart later."
)
FILM_PLAYS = "The film plays: the counter says after which update you see the network. *Stop film* stays there."
FILM_AT = "You see the network as it was after update **{at:,}** of {now:,}. *Now* brings you back."
FILM_TOO_LARGE = (
    "Too large for a film: one moment takes {needed:.1f} MB, at least {count} must fit, "
    "and there is room for {most:.1f} MB."
)
IDLE = "Nothing was touched here for {minutes} minutes, so the run rests. Press Train and it goes on."
CLUSTER_AWAY = (
    "The cluster does not answer, so runs go on on this server, from where they were; a little slower, nothing is lost."
)
FULL_TITLE = "All places are taken"
FULL = (
    "This server lets in {limit} at once, so that it stays quick for each. You need not do anything: this "
    "page asks again every few seconds and opens as soon as a place is free. The link in the address bar is kept."
)
BEFORE_YOU = "{count} waiting before you."
NEXT = "You are next."
TUNED = (
    "Changed while training, so a link or Reset will not retrace this course: they use the present settings from the "
    "first update on."
)


def task(name: str) -> tuple[str, str]:
    """What a task is called, and what it asks; of one without words, its key and what it says of itself."""
    about = TASKS[name].about
    return about.name or name, about.sentence or (TASKS[name].__doc__ or "").partition("\n")[0]


def declared(name: str, task: str = "") -> Label | None:
    """What a setting is called: by the task that has it, on the page, or by any task or cell that has it."""
    if task and name in TASKS[task].about.settings:
        return TASKS[task].about.settings[name]
    if name in FIELDS:
        return Label(*FIELDS[name])
    every = [*(each.about.settings for each in TASKS.values()), *(each.about.settings for each in CELLS.values())]
    return next((settings[name] for settings in every if name in settings), None)


def label(name: str, task: str = "") -> str:
    found = declared(name, task)
    return found.name if found else OTHER_FIELDS.get(name, name)


def help_for(name: str, task: str = "") -> str:
    found = declared(name, task)
    return found.help if found else ""


def choice(option: str, name: str = "") -> str:
    """The label of an option of the setting `name`."""
    if name == "cell" and option in CELLS:
        return CELLS[option].about.name
    if name == "learner" and option in LEARNERS:
        return LEARNERS[option].label
    if name == "task" and option in TASKS:
        return task(option)[0]
    found = declared(name)
    return (found and found.choices.get(option)) or CHOICES.get(option, option)


def quantity(cell: str, name: str) -> tuple[str, str]:
    """Title and what to look for of a state or gate of a cell, or of the gradient."""
    if name == "gradient":
        return GRADIENT
    quantities = CELLS[cell].about.quantities
    if name in quantities:
        return quantities[name]
    base = name.rstrip("0123456789")
    title, look_for = quantities[base]
    return FURTHER.format(title=title, number=name.removeprefix(base)), look_for


def short(name: str) -> str:
    """A state or gate in a word or two, for a button: what a cell calls h_depth is h in depth."""
    return name.replace("_", " in ")


def told(name: str, value: str, task: str = "") -> str:
    """A setting and its value, as text from a link, as they are said beside a network."""
    return f"{label(name, task)} {choice(value, name).removesuffix('.0')}"


def span(spec: Spec, name: str) -> str:
    """What a setting may be."""
    match spec:
        case Choice():
            return ", ".join(choice(option, name) for option in spec.options)
        case Whole():
            return f"{spec.low:,} to {spec.high:,} {spec.unit}".rstrip()
        case Real():
            return f"{spec.low:g} to {spec.high:g}".replace("-", "−")
        case Wholes():
            return f"1 to {spec.max_count} numbers, each {spec.low:,} to {spec.high:,}"
    return f"up to {spec.max_bytes if isinstance(spec, Text) else spec.max_count:,}"


def usual(spec: Spec, name: str) -> str:
    """What a setting is unless it is changed."""
    if isinstance(spec, Choice):
        return choice(spec.default, name)
    if isinstance(spec, Real):
        return f"{spec.default:g}".replace("-", "−")
    return spec.write(spec.default)  # type: ignore[arg-type]  # its own default


def number(value: float, digits: int = 4) -> str:
    """A number to some significant digits; a dash for what is no longer one."""
    return f"{value:.{digits}g}" if math.isfinite(value) else "–"


def listed(names: Sequence[str]) -> str:
    """Several names in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class PageWording(Wording):
    """How messages are said on a page: settings and options by what stands beside the controls, numbers as there.

    task: some settings have another meaning, and so another label, in that task.
    """

    def __init__(self, task: str) -> None:
        self.task = task

    def setting(self, name: str) -> str:
        return f"“{label(name, self.task)}”"

    def option(self, setting: str, option: str) -> str:
        return choice(option, setting)

    def quoted(self, text: str, setting: str) -> str:
        return super().quoted(choice(text, setting) if setting else text, setting)

    def number(self, value: float, form: str) -> str:
        """Without a power of ten where the digits are few: 0.000001 and not 1e-06."""
        if isinstance(value, float) and not form and 1e-7 < abs(value) < 1e-4:
            return np.format_float_positional(value, trim="-")
        return super().number(value, form)


def say(*messages: Message | str, task: str = "", as_in_link: bool = False) -> str:
    """Messages as a page says them, one after the other, safe to show as Markdown.

    Settings have their labels, those they have in `task`; or the names they have in a link, where it is about that.
    """
    wording = Wording() if as_in_link else PageWording(task)
    return plain(" ".join(wording.format_field(each, "") for each in messages))


def plain(text: str) -> str:
    """`text` with every sign that Markdown would act on escaped: words from outside stay words, addresses no links."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:&=@/^])", r"\\\1", text).replace("\n", " ")
    # Addresses are recognised after escapes are resolved, so they are broken up by an invisible joiner.
    return re.sub(r"(\\[:@]|(?i:www))", "\\1\N{WORD JOINER}", escaped)


def tolerance(task: Task) -> str:
    """Where it comes from how near an answer must be to count as right."""
    return SERIES_TOLERANCE if isinstance(task, Forecast) else ADDING_TOLERANCE


def baselines(task: Task) -> str:
    """What the dashed lines of a task are."""
    if not task.chance_loss:
        return ALWAYS_SAME
    if isinstance(task, Forecast):
        return CHANCE_SERIES.format(known="mean of the values" if task.readout == "mean" else "last value")
    if task.no_memory_loss == task.chance_loss:
        return CHANCE + SAME
    if not task.no_memory_loss:
        return CHANCE + NEEDS_NONE
    return CHANCE + (NO_MEMORY_MEAN if task.readout == "mean" else NO_MEMORY)
