"""What is said of a sweep: of what is swept, and of its command line."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "sweep.empty": "A sweep needs one cell and one lag at least. Choose some.",
    "sweep.too_long": "This sweep would be {count} runs, and {most} is the limit. Choose fewer cells, lags or seeds.",
    "sweep.no_lag": "The task {task} has no lag to sweep. Choose another task.",
    "sweep.other_table": (
        "{path} is not a table that this version of the sweep has written: its first line differs. Name another file."
    ),
    "sweep.numbers": "{setting} must be whole numbers separated by commas, as in 10, 50; it was given {given}.",
    "sweep.swept": "{setting} is what the sweep tries out; leave it out and use {option}.",
    "sweep.twice": "{name} is given twice.",
    "sweep.no_value": "{name} has no value; write it as {example}.",
}
