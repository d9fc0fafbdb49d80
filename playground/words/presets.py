"""What to do with a ready experiment, what to predict first, and what to watch for; told as long as it is on show."""

from typing import NamedTuple


class Story(NamedTuple):
    """Three short sentences about a preset."""

    do: str
    predict: str
    watch: str


STORIES = {
    "hello in ten seconds": Story(
        "Press Train and wait some ten seconds.",
        "Which letter has two different answers, so that one needs memory for it?",
        "The loss falls below *No memory*: the state tells the first l from the second.",
    ),
    "Adding: LSTM remembers, RNN does not": Story(
        "On the page *Side by side*, press Train: both networks get the same sequences.",
        "Which of the two will fall below chance, and which will not?",
        "The distance between the two losses, and how far back each gradient reaches.",
    ),
    "Copy across a gap": Story(
        "Press Train, and choose *Another sequence* now and then.",
        "What must the state hold while the input is blank?",
        "States that keep their colour through the blank, and gates that keep them.",
    ),
    "Write like the text": Story(
        "Press Train and read what it writes as it learns.",
        "What comes first: spaces between words, short words, or sentences?",
        "The held-out loss against the training loss: where they part, it learns by heart.",
    ),
    "Write like the whole book": Story(
        "Press Train and read what it writes as it learns.",
        "The book is more than ten times as long as its first chapter: will it still be learned by heart?",
        "How near the held-out loss stays to the training loss.",
    ),
    "Write sonnets": Story(
        "Press Train and read what it writes as it learns.",
        "Will it find the lines of a sonnet before it finds words?",
        "The length of the lines it writes, and the held-out loss against *No memory*.",
    ),
    "Write Tang poems (唐诗三百首)": Story(
        "Press Train and read what it writes as it learns.",
        "Will it end its lines after five or after seven characters?",
        "Where it puts a comma and a full stop: that takes counting, and so memory.",
    ),
    "Write Tang quatrains": Story(
        "Press Train and read what it writes as it learns.",
        "There are only sixty poems: how soon does it know them by heart?",
        "The held-out loss: it falls below *No memory*, and may rise again.",
    ),
    "Write 三字经": Story(
        "Press Train and read what it writes as it learns.",
        "Three characters, then a sign: how many updates until it keeps to that?",
        "The signs between the groups of three, and the held-out loss against *No memory*.",
    ),
    "Forecast": Story(
        "Press Train, and choose *Another sequence* now and then.",
        "Will it do better than a straight line from the values before?",
        "The held-out loss against the line *No memory*, which is that straight line.",
    ),
    "Adding: ReLU from the identity (IRNN)": Story(
        "Press Train, then do the same with Initial weights at PyTorch's default.",
        "What does a state do that is passed on by the identity and not squashed?",
        "The gradient through time at the start: how much of it reaches the first step.",
    ),
    "Forecast by an echo state network": Story(
        "Press Update a few times: the readout is solved for, not trained by gradient.",
        "How many updates does it take when only the readout is found?",
        "The states: the reservoir's own weights stay as they were drawn.",
    ),
    "Needs the future": Story(
        "Press Train, then do the same with Direction at Forward.",
        "Can a network that reads forward alone name the letters still to come?",
        "Of both directions, one holds the letters before and the other the letters after.",
    ),
    "The future by answering late": Story(
        "Press Train, then do the same with Answer delay at 0.",
        "How long must the answer wait so that the letters after it have been read?",
        "The answers: each stands two steps after the letter that it is about.",
    ),
}
