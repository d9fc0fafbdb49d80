"""What is said of a setting by itself, and of settings in general."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "setting.whole": "{setting} must be a whole number from {low} to {high}; it was given {given}.",
    "setting.whole_of": "{setting} must be a whole number from {low} to {high} {unit}; it was given {given}.",
    "setting.real": "{setting} must be a number from {low} to {high}; it was given {given}.",
    "setting.real_of": "{setting} must be a number from {low} to {high} {unit}; it was given {given}.",
    "setting.fixed": "{setting} must be {only}; it was given {given}.",
    "setting.choice": "{setting} must be one of {options}; it was given {given}.",
    "setting.no_text": "{setting} must be text; it was given {given}.",
    "setting.no_unicode": "{setting} holds characters that are not valid Unicode; save it as UTF-8.",
    "setting.too_long": ("{setting} may be up to {most} bytes long; it was given {size}. Use a shorter piece of it."),
    "setting.control": (
        "{setting} holds control characters, as a binary file does: the first, {sign:#04x}, is its character "
        "{place}. Give it plain text."
    ),
    "setting.no_list": "{setting} must be a list of numbers; it was given {given}.",
    "setting.too_many": "{setting} may hold up to {most} numbers; it was given {count}. Use a part of them.",
    "setting.no_number": "{setting} must be numbers between -1e30 and 1e30; number {place} is {given}.",
    "setting.wholes": (
        "{setting} must be 1 to {most} whole numbers from {low} to {high} with commas between them, such as {example}; "
        "it was given {given}."
    ),
    "setting.limited": "{problem} {why}",
    "setting.of_cell": "{setting} is not a setting of the cell {cell}.",
    "setting.unknown": "{name} is not the name of a setting.",
    "setting.unknown_like": "{name} is not the name of a setting; the nearest is {meant}.",
    "setting.taken": "Taken instead: {settings}.",
    "setting.value": "{setting} = {value}",
    "setting.none": "no {setting}",
    "setting.passed_over": "It was passed over.",
}
