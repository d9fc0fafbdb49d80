"""What is said of settings beside each other, and why some are limited by others."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "network.windows": (
        "{windows} may hold a number for each layer but the last, {most} here; it was given {given}. Give fewer "
        "numbers, or raise {layers}."
    ),
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
