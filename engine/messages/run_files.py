"""What is said of a file that was to be a saved run. The faults stand inside `run_file.refused`, after a colon."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "run_file.refused": "The saved run cannot be continued: {fault}. Save it again where it comes from.",
    "run_file.setting": "{problem} So the saved run cannot be continued.",
    "run_file.too_large": "The file has {size} bytes, and a saved run has {most} at most.",
    "run_file.cut_short": (
        "The file is cut short, or is not a saved run: its header alone should have {wanted} bytes, and it ends after "
        "{size}. Upload it once more."
    ),
    "run_file.other": "The file is not a saved run. Choose one that was saved here with “Save run”.",
    "run_file.other_arrays": "The file holds arrays, but not those of a run. Choose one that was saved here.",
    "run_file.version": (
        "The file is of version {version}, and this playground reads version {own}. Open it where it was saved."
    ),
    "run_file.huge_weights": "its weights are so large that the network's answers are no numbers",
    "run_file.arrays": "its arrays are damaged",
    "run_file.checksum": "it is not as it was saved, as its checksum shows: a part of it was damaged or changed",
    "run_file.long_header": "its header is too long",
    "run_file.header": "its header is damaged",
    "run_file.settings": "its settings are damaged",
    "run_file.missing": "it does not have the arrays of its own {owner}: {array} is missing",
    "run_file.unexpected": "it does not have the arrays of its own {owner}: {array} is none of them",
    "run_file.shape": "the array {array} has shape {shape}, and its {owner} needs {wanted}",
    "run_file.kind": "the array {array} holds {kind} numbers, and its {owner} needs {wanted} ones",
    "run_file.not_finite": "the array {array} holds values that are no numbers",
    "run_file.other_places": "the array {array} is not that of its own experiment",
    "run_file.no_history": "its {history} are missing",
    "run_file.history_kind": "its {history} are {kind} numbers, and should be float64 ones",
    "run_file.history_columns": "its {history} are no table of {columns} columns",
    "run_file.history_rows": "its {history} have {count} rows, and a run keeps fewer than {most}",
    "run_file.history_not_finite": "its {history} hold values that are no numbers",
    "run_file.history_order": "its {history} are not in order",
    "run_file.no_counters": "its {history} have no counters",
    "run_file.counters": "its {history} do not fit their counters",
    "run_file.no_film_times": "of its film, the times are missing",
    "run_file.no_film_weights": "of its film, the weights are missing",
    "run_file.film_times": "the times of its film are no list of int64 numbers",
    "run_file.film_length": "its film has {count} checkpoints, and {most} are the most",
    "run_file.film_shape": "its film has weights of shape {shape}, and its network needs {wanted}",
    "run_file.film_kind": "its film has {kind} weights, and its network needs {wanted} ones",
    "run_file.film_not_finite": "the weights of its film hold values that are no numbers",
    "run_file.film_order": "the checkpoints of its film are not in order",
    "run_file.explosion": "how it ended is damaged",
    "run_file.whole": "{name} must be a whole number from 0 to {most}, and is {given}",
    "run_file.amount": "{name} must be a number, 0 or more, and is {given}",
}
