"""What a person reads: labels, helps and sentences, in one place, by the identifiers of the engine."""

import math
import re

from engine import FieldError

TITLE = "RNN Playground"

TASKS = {
    "adding": ("Adding", "Remember two marked numbers among many and say their sum at the end."),
    "copy": ("Copy", "Keep a few letters through a long blank, then say them in order."),
    "hello": ("Spell a word", "Given a word letter by letter, say the next letter: hell → ello."),
    "text": ("Write like a text", "Read passages of a text and say the next character each time."),
    "forecast": ("Forecast", "Read some values of a series and say the next one."),
    "echo": ("Echo", "Say at every step the letter that came a few steps earlier."),
    "neighbours": ("Neighbours", "Name the letters some steps before and some steps after the present one."),
    "order": ("Temporal order", "Two letters X or Y hide among others: say which came, in order."),
}

CELLS = {"rnn": "Simple RNN (Elman)", "gru": "GRU", "lstm": "LSTM"}

CHOICES = {
    "alice": "Alice in Wonderland, chapter I",
    "sonnets": "Shakespeare, 14 sonnets",
    "tang": "唐诗绝句 (60 Tang poems)",
    "sanzijing": "三字经 (Three Character Classic)",
    "own": "My own",
    "sine": "Sine with noise",
    "mackey_glass": "Mackey–Glass (chaotic)",
    "sunspots": "Sunspots, yearly 1700–2008 (NOAA)",
    "forward": "Forward",
    "backward": "Backward",
    "bidirectional": "Both",
    "last": "Last state",
    "mean": "Mean of all",
    "default": "PyTorch's default",
    "xavier": "Xavier (Glorot)",
    "orthogonal": "Orthogonal recurrent",
    "identity": "Identity recurrent",
    "sgd": "SGD",
    "momentum": "SGD with momentum 0.9",
    "nesterov": "SGD with Nesterov momentum 0.9",
    "adagrad": "AdaGrad",
    "adadelta": "Adadelta",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "Sigmoid", "identity": "Identity (linear)"}

# Field: (label, one line of help). A task's own meaning of a name stands under "task.name".
FIELDS = {
    "task": ("Task", "What the network is to learn. Changing it begins a new run."),
    "length": ("Length T", "Steps in a sequence: the longer, the further back the network must remember."),
    "copy.length": ("Blank T", "Steps to wait between the letters and the sign to say them."),
    "forecast.length": ("Window", "Values the network reads before it says the next one."),
    "text.length": ("Passage", "Characters in each passage that is trained on."),
    "symbols": ("Letters", "How many different letters there are."),
    "copy.symbols": ("Letters K", "How many letters must be kept; each is one of 8."),
    "delay": ("Delay d", "How many steps later each letter is to be repeated."),
    "distance": ("Distance d", "How far before and after the present step the asked letters stand."),
    "readout": ("Readout", "What the answer is read from: the last state, or the mean of all states."),
    "word": ("Word", "Any word or line of 2 to 50 characters, at least two of them different. Press Enter."),
    "corpus": ("Text", "What the network learns to write. The last tenth is held out."),
    "text": ("Your text", "At least 20 characters, up to 200 kB. It stays in this session."),
    "series": ("Series", "What to forecast. The last fifth is held out."),
    "period": ("Period", "Steps in one full wave."),
    "noise": ("Noise", "Standard deviation of the noise on the sine, whose height is 1."),
    "cell": ("Cell", "The recurrent unit. Changing it begins a new run with the same seed."),
    "hidden": ("Hidden size H", "Units in each layer and direction."),
    "layers": ("Layers", "Cells stacked on top of each other."),
    "direction": ("Direction", "Which way each layer reads the sequence; Both joins the two."),
    "activation": ("Activation f", "The function that squashes the new state."),
    "forget_bias": ("Forget bias", "Where the forget gate's bias starts; 1 or more means remember at first."),
    "init": ("Initial weights", "How the weights are drawn before training."),
    "optimizer": ("Optimizer", "The rule that turns gradients into steps. Changing it begins a new run."),
    "lr": ("Learning rate", "Size of a step. Acts on the running network at once."),
    "batch": ("Batch B", "Sequences an update learns from. Acts on the running network at once."),
    "clip": ("Clip by norm", "Longest gradient allowed; 0 is off. Acts on the running network at once."),
    "decay": ("Weight decay", "How strongly weights are pulled to 0. Acts on the running network at once."),
    "seed": ("Seed", "The same seed gives the same weights and the same sequences."),
}

FORWARD_ONLY = "This task asks for the next character, and a network that reads backwards has already seen it."

QUANTITIES = {
    "gradient": (
        "Gradient through time ‖∂L/∂hₜ‖",
        "How much the loss would change with the state at each step. A line that falls towards the left is a gradient "
        "that vanishes: what happened there cannot be learned from.",
    ),
    "h": (
        "Hidden state h",
        "What the network remembers, unit by unit. Look for stripes that begin at an input and last: there a unit "
        "keeps it.",
    ),
    "c": (
        "Cell state c",
        "The LSTM's long memory. Look for a jump where something is stored and an unbroken band until it is needed.",
    ),
    "i": (
        "Input gate i",
        "Dark: the unit writes at this step. Look for columns that light up where the input matters.",
    ),
    "f": ("Forget gate f", "Dark (1): the unit keeps its memory. Pale (0): it lets go. Long memory needs dark rows."),
    "g": ("Candidate g", "What would be written into the memory, between −1 and 1, if the input gate lets it in."),
    "o": ("Output gate o", "Dark: the unit shows its memory to the rest. Look for units that speak only when asked."),
    "r": ("Reset gate r", "Pale (0): the candidate ignores the old state. Dark (1): it reads it in full."),
    "z": ("Update gate z", "Dark (1): the unit keeps its old state. Pale (0): it takes the candidate instead."),
    "n": ("Candidate n", "The state the unit would move to, between −1 and 1, where the update gate allows it."),
}

CONTINUED = "Taken up at update {updates:,}. Press Train and it goes on as if it had never stopped."
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
SWEEP_FAILED = "{count} runs stopped because of a fault in the playground; the others go on."
SWEEP_STATE = {
    "going": "{done} of {count} runs done.",
    "done": "All {count} runs done.",
    "cancelled": "Cancelled; {done} of {count} runs are kept.",
}
AS_IT_WAS = " The run goes on as it was."
NOTHING_YET = "Hand in your own data above; until then the run goes on as it was."
BASELINES = (
    "To beat on the held-out part: always saying the mean of the training part scores {mean}, "
    "saying the last value again {last}."
)
UNKNOWN = "Not in this text, so passed over or read as □: {characters}"
CURE = " Lower the learning rate (now {lr:g}) or clip the gradient ({clip}), then press Reset."
EXPLODED = {
    "loss": "Update {update:,} made the loss too large to be a number, so it was taken back; "
    "the network is shown as it was before." + CURE,
    "gradient": "The gradient of update {update:,} was too large to step along, so that update was not made; "
    "the network is shown as it was before." + CURE,
    "start": "The untrained network already gives a loss too large to be a number. "
    "Choose other initial weights, another activation or a shorter sequence.",
}
FAILED = "This run stopped because of a fault in the playground, not in your settings. Press Reset to begin it again."
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


def label(name: str, task: str = "") -> str:
    return FIELDS.get(f"{task}.{name}", FIELDS.get(name, (name, "")))[0]


def help_for(name: str, task: str = "") -> str:
    return FIELDS.get(f"{task}.{name}", FIELDS.get(name, (name, "")))[1]


def choice(option: str, name: str = "") -> str:
    """The label of an option of the setting `name`."""
    own = {"activation": ACTIVATIONS, "cell": CELLS}.get(name, CHOICES)
    return own.get(option, option)


def number(value: float, digits: int = 4) -> str:
    """A number to some significant digits; a dash for what is no longer one."""
    return f"{value:.{digits}g}" if math.isfinite(value) else "–"


def sentence(problem: FieldError, task: str) -> str:
    """What is wrong, safe to show; a sentence that begins with a setting begins with its name beside the control."""
    text = plain(str(problem))
    name = problem.fields[0]
    return re.sub(rf"^{name}\b", f"“{label(name, task)}”", text) if name in FIELDS else text


def plain(text: str) -> str:
    """`text` with every sign that Markdown would act on escaped: words from outside stay words, addresses no links."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:&=@/^])", r"\\\1", text).replace("\n", " ")
    # Addresses are recognised after escapes are resolved, so they are broken up by an invisible joiner.
    return re.sub(r"(\\[:@]|(?i:www))", "\\1\N{WORD JOINER}", escaped)
