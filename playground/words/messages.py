"""What the playground itself says in messages, beside the engine's: of links, of uploaded files, of typed numbers."""

from engine.messages import Plural, Template

TEMPLATES: dict[str, Template] = {
    "batch.work": "A larger batch would take more than {seconds} seconds an update.",
    "number.either": "{setting} was given {given}, which may mean {small} or {large}. Write one of them.",
    "link.no_text": (
        "The link asks for a text of its author's own and does not hold it, as a longer one finds no room in a link. "
        "Upload the text at the left; all other settings are those of the link."
    ),
    "link.no_values": (
        "The link asks for a series of its author's own and does not hold it, as a longer one finds no room in a link. "
        "Upload the table at the left; all other settings are those of the link."
    ),
    "link.problem": "{problem} {instead}",
    "link.taken": "Taken instead: {given}.",
    "link.switch": "{setting} must be 1 (on) or 0 (off); it was given {given}.",
    "link.networks": ("{setting} must be {low} to {high} of {kinds}, with commas between them; it was given {given}."),
    "link.changes": (
        "{setting} must have after each of its up to {most} changed settings its value, such as {example}; it was "
        "given {given}."
    ),
    "link.no_change": "{setting}: {network} has no setting {name} to change.",
    "side.same_run": (
        "This is the same run as network {number}. Choose another network, or change one of its settings."
    ),
    "side.of_network": "{network}: {problem}",
    "upload.too_large": "The file has {size} bytes; up to {most} can be read. Cut out a shorter piece.",
    "upload.no_numbers": (
        "No column holds numbers (columns: {columns}). One column of numbers such as 12.5 is needed; if there is one, "
        "change below how the table was read."
    ),
    "upload.file": "From {name}.",
    "upload.invisible": Plural("1 invisible character was left out.", "{count} invisible characters were left out."),
    "upload.composed": "Letters written as a letter and an accent became one letter each.",
}
