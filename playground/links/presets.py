"""Experiments to start from: each a mapping that a link could carry."""

WRITE = {"task": "text", "lr": "0.003"}

PRESETS: dict[str, dict[str, str]] = {
    "hello in ten seconds": {"task": "hello", "cell": "rnn", "hidden": "12", "batch": "1", "lr": "0.01"},
    "Adding: LSTM remembers, RNN does not": {"task": "adding", "length": "50", "cell": "lstm", "batch": "64"},
    "Copy across a gap": {"task": "copy", "length": "10", "symbols": "3", "cell": "gru", "hidden": "64", "lr": "0.005"},
    "Write like the text": WRITE | {"corpus": "alice", "cell": "lstm", "hidden": "64", "decay": "0.001"},
    "Write like the whole book": WRITE | {"corpus": "wonderland", "cell": "gru", "hidden": "64"},
    "Write sonnets": WRITE | {"corpus": "sonnets", "cell": "lstm", "hidden": "64", "decay": "0.001"},
    "Write Tang poems (唐诗三百首)": WRITE | {"corpus": "tang300", "cell": "gru", "hidden": "64", "decay": "0.001"},
    "Write Tang quatrains": WRITE | {"corpus": "tang", "cell": "gru", "hidden": "32", "decay": "0.003"},
    "Write 三字经": WRITE | {"corpus": "sanzijing", "cell": "gru", "hidden": "32", "decay": "0.001"},
    "Forecast": {"task": "forecast", "series": "mackey_glass", "cell": "gru", "lr": "0.003"},
    "Adding: ReLU from the identity (IRNN)": {
        "task": "adding",
        "length": "50",
        "cell": "rnn",
        "activation": "relu",
        "init": "identity",
        "batch": "64",
        "lr": "0.003",
    },
    "Forecast by an echo state network": {
        "task": "forecast",
        "series": "mackey_glass",
        "length": "100",
        "cell": "esn",
        "hidden": "100",
        "radius": "1.25",
    },
    "Needs the future": {"task": "neighbours", "cell": "rnn", "direction": "bidirectional", "hidden": "24"},
    "The future by answering late": {"task": "neighbours", "late": "2", "cell": "gru", "hidden": "24"},
}

WRITERS = {settings["corpus"]: name for name, settings in PRESETS.items() if settings["task"] == "text"}
"""For each text that ships the experiment with which it is learned, held out as well: `python -m benchmarks.texts`."""

SIDE_BY_SIDE: dict[str, tuple[str, ...]] = {"Adding: LSTM remembers, RNN does not": ("rnn", "lstm")}
"""Presets that compare: the networks they show on the page Side by side, where they open."""
