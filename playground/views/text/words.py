"""The words of the page Text."""

PROPERTIES = {
    "after_space": "After a space",
    "inside_quotes": "Inside quotes",
    "line_position": "Position in the line",
    "word_position": "Position in the word",
    "vowel": "Vowel",
    "upper_case": "Upper case",
    "digit": "Digit",
    "punctuation": "Punctuation",
    "character": "A given character",
}
NEEDS_TEXT = "This page follows a network through a text, so it needs one of the tasks whose sequence is text."
OPEN_TEXT = "Open the text example"
AFTER_UPDATE = "As the network stood **after update {updates:,}**."
LOOKS_AGAIN = " While it trains, the page looks again every few seconds."
PASSAGE = (
    "Colour is the unit's value right after reading the character on it. One that keeps a colour through a stretch of "
    "text remembers something about it. Click a character to choose that moment. "
    "Characters {first:,} to {last:,} of the {all:,} that were read; {part}."
)
PARTS = {
    "word": "the word it learns",
    "training": "training text, which it has seen",
    "held-out": "held-out text, which it was never trained on",
    "both": "held out from {held:,} on",
}
UNIT = "**{title}**, unit {unit} of {units}, layer {layer}."
UNDERLINED = " Underlined: {property}."
SEARCH = "Which units rise and fall with something in the text? Choose it; click a row to see that unit above."
SCORE = (
    "Score: Pearson's correlation r on held-out text. 1: the unit rises exactly where this is so; −1: it falls there; "
    "0: no relation. The units were picked by r on training text, so the score had no say in it and chance is about 0."
)
SIMILAR = (
    "Where else was the hidden state of layer {layer} nearest to what it is at **position {at:,}**? Click a row to go "
    "there."
)
COSINE = "Similarity: the cosine between the two states, 1 when they point the same way."
LEFT_OUT = " The {around} positions on either side of the chosen one are left out."
TOO_SHORT = "The text is too short to compare this moment with another one."
WRITTEN = (
    "Colour is the probability with which each character was drawn: dark was sure, pale a surprise; the prompt has no "
    "colour. Click a character, or point at it, to see what else could have come."
)
COULD_COME = "What could come at place {place}, at temperature {temperature:g}{top_k}:"
ALL_COUNT = "Top k is {count}: that is how many characters there are, so all of them can come."
ONLY_TOP = ", from the {count} likeliest"
FIRST_LOOK = "The first look at the running network is on its way."
