"""What is said where a text is searched for units that follow it, or where a network writes."""

from engine.messages.message import Template

TEMPLATES: dict[str, Template] = {
    "search.character": "{setting} must be exactly one character; it was given {given}.",
    "search.one_word": "A single word is too short for a search: there is no second text to score it on.",
    "search.few_training": (
        "This is so at {count} of the {total} training characters that were read; a search needs at least {fewest} "
        "where it is so and {fewest} where it is not."
    ),
    "search.few_held_out": (
        "This is so at {count} of the {total} held-out characters that were read; a search needs at least {fewest} "
        "where it is so and {fewest} where it is not."
    ),
    "writing.not_finite": "The network's outputs are no longer finite, so it cannot write.",
}
