"""What is said of settings beside each other, and why some are limited by others."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "network.windows": (
        "{windows} may hold a number for each layer but the last, {most} here; it was given {given}. Give fewer "
        "numbers, or raise {layers}."
    ),
    "arch.reads_other": "The task {task} has {has}, and the architecture {arch} reads {reads}. Choose one of: {able}.",
    "arch.reads_none": "The task {task} has {has}, and the architecture {arch} reads {reads}. Choose another task.",
    "learner.cannot": "The learner {learner} cannot train this. {reason}",
    "learner.readout_alone": (
        "Ridge regression solves for the readout alone, and this network has more to train than that."
    ),
    "learner.numbers": "Ridge regression fits numbers, and the answers of this task are symbols.",
    "learner.linear": (
        "With {fit} = {ridge} only a linear readout is trained; with {fit} = {gradient} there may be more."
    ),
    "learner.not_cut": "The gradient of this architecture cannot be cut.",
    "learner.no_script": "The learner {learner} cannot be written as a script of its own.",
    "setting.of_learner": "{setting} is not a setting of the learner {learner}.",
    "setting.not_registered": "{kind} has no name yet. Register it, as in TASKS[“mine”] = {kind}.",
    "network.own_start": "This cell has no matrix for its state alone that may start at any size.",
    "network.single_layer": "It acts between layers, and this network has a single one.",
    "network.wider": "Joined windows are wider than what they would be added to.",
    "training.decay": (
        "{decay} times {lr} may be 1 at most, or every update throws the weights past 0 and further out each time; it "
        "was given {given_decay} · {given_lr} = {product}. Lower one of them."
    ),
    "task.forward_only": "A network that reads backward would meet the next character before it has to predict it.",
    "task.every_step": "This task asks for an answer at every step, and joined steps would have one together.",
    "lag.longest": "The length of the sequence grows with it, and it may have {most} steps at most.",
}
