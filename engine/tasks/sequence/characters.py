"""Predict the next character: of one word, or of a whole text."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.labels import Label
from engine.messages import Message, Setting, declare, quoted
from engine.settings import Choice, Limit, SettingError, Text, Whole, setting
from engine.structures import Batch
from engine.tasks.about import About
from engine.tasks.base import NO_ANSWER, Classification, Sampler
from engine.tasks.sequence.baselines import cross_entropy, following, frequencies

declare(
    {
        "hello.word": (
            "{word} needs 2 to 50 characters, at least two of them different, such as hello; it has {count} "
            "({different} different)."
        ),
        "text.none": "{text} needs at least {fewest} characters to learn from; there is none yet.",
        "text.short": "{text} needs at least {fewest} characters to learn from; it has {count}. Paste a longer piece.",
        "text.one_character": "{text} is {character} all through, so there is nothing to learn. Paste another piece.",
        "text.passage": (
            "The text has {count} characters, of which the last {held} are held out; a passage and the character after "
            "it must fit into those."
        ),
    }
)

MAX_SYMBOLS = 500
RARE = "\N{WHITE SQUARE}"
MIN_CHARACTERS = 20
CORPORA = ("alice", "wonderland", "sonnets", "tang", "tang300", "sanzijing")
"""The texts that ship with the engine; data/README.md has their sources."""

CORPUS_NAMES = {
    "alice": "Alice in Wonderland, chapter I",
    "wonderland": "Alice in Wonderland, the whole book",
    "sonnets": "Shakespeare, 14 sonnets",
    "tang": "唐诗绝句 (60 Tang poems)",
    "tang300": "唐诗三百首 (313 Tang poems)",
    "sanzijing": "三字经 (Three Character Classic)",
    "own": "My own",
}

WHOLE_POEMS = ("tang300",)
"""Texts of which whole poems are held out. The others are cut at a character: old links give the same losses."""


def spelling(size: int, text: str, alphabet: str, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """The whole text, `size` times: at every character, the next one is asked for. Nothing is drawn."""
    codes = torch.tensor([[alphabet.index(c) for c in text]]).expand(size, -1)
    inputs = torch.nn.functional.one_hot(codes[:, :-1], len(alphabet)).float()
    return inputs, codes[:, 1:], torch.ones(size, len(text) - 1, dtype=torch.bool)


def excerpts(
    size: int, codes: Tensor, length: int, symbols: int, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Windows of `length` characters from anywhere in a text given as codes; at each, the next one is asked for."""
    starts = torch.randint(0, len(codes) - length, (size, 1), generator=generator)
    windows = codes[starts + torch.arange(length + 1)]
    inputs = torch.nn.functional.one_hot(windows[:, :-1], symbols).float()
    return inputs, windows[:, 1:], torch.ones(size, length, dtype=torch.bool)


class Characters(Classification):
    """Next character, so only a network that reads forward may be asked: the others have seen the answer."""

    causal = True
    readout = "every"

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The characters that the network knows, by code."""
        raise NotImplementedError

    @property
    def input_symbols(self) -> tuple[str, ...]:
        return self.alphabet

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        return self.alphabet

    @property
    def source(self) -> str:
        """The whole text."""
        raise NotImplementedError

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """At every step the character that comes in next; after the last one, the text goes on as it does.

        Unknown where the next step does not read exactly one character.
        """
        following = torch.cat([self.symbols_in(inputs)[:, 1:], batch.targets[:, -1:]], dim=1)
        return torch.where(following >= 0, following, NO_ANSWER)

    def spelled(self, text: str) -> str:
        """`text` in the letters of the alphabet: é as one letter (NFC), or as e and accent if it knows those."""
        known = set(self.alphabet)
        if known.issuperset(text):
            return text
        parts = (
            c if c in known or not known.issuperset(apart := unicodedata.normalize("NFD", c)) else apart
            for c in unicodedata.normalize("NFC", text)
        )
        return "".join(parts)

    def encode(self, text: str) -> list[int]:
        """Codes of a text; a character outside the alphabet becomes the rare sign, or is left out without one."""
        codes = {c: k for k, c in enumerate(self.alphabet)}
        return [codes.get(c, codes.get(RARE, -1)) for c in text if c in codes or RARE in codes]


@dataclass(frozen=True)
class Hello(Characters):
    """Spell a word: given its letters one by one, say the next. For hello: hell → ello.

    The same letter can call for different answers (after the first l comes l, after the second o), so the network must
    remember. Chance: each letter as often as it is asked for. No memory: each as often as it follows the present one.
    Both counted in the word itself, as there is nothing else: for hello, e l l o are asked for, 1.040; l is followed by
    l or o, the others by one letter alone, ½ · ln 2 = .347.
    """

    key = "hello"
    about = About(
        name="Spell a word",
        sentence="Given a word letter by letter, say the next letter: hell → ello.",
        unknown="A step does not read exactly one letter now, so the answer before it cannot be told right or wrong.",
        settings={
            "word": Label(
                "Word", "Any word or line of 2 to 50 characters, at least two of them different. Press Enter."
            )
        },
    )

    varied = False

    word: str = setting(Text("hello", 200))

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.word)) < 2 or len(self.word) > 50:
            counts = {"count": len(self.word), "different": len(set(self.word))}
            raise SettingError("word", Message("hello.word", word=Setting("word"), **counts))

    @property
    def _codes(self) -> np.ndarray:
        return np.array([self.alphabet.index(c) for c in self.word])

    @property
    def chance_loss(self) -> float:
        asked = self._codes[1:]
        return cross_entropy((np.bincount(asked) / len(asked))[asked])

    @property
    def no_memory_loss(self) -> float:
        given, asked = self._codes[:-1], self._codes[1:]
        together = [((given == g) & (asked == a)).sum() / (given == g).sum() for g, a in zip(given, asked, strict=True)]
        return cross_entropy(np.array(together))

    @property
    def source(self) -> str:
        return self.word

    @property
    def steps(self) -> int:
        return len(self.word) - 1

    @property
    def alphabet(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.word))

    @property
    def sampler(self) -> Sampler:
        return Sampler(spelling, {"text": self.word, "alphabet": "".join(self.alphabet)})


@lru_cache(maxsize=len(CORPORA))
def corpus(name: str) -> str:
    """The text of a corpus that ships with the engine."""
    return (Path(__file__).parents[1] / "data" / f"{name}.txt").read_text(encoding="utf-8")


def _source(name: str, own: str) -> str:
    return own if name == "own" else corpus(name)


@lru_cache(maxsize=16)
def _held(corpus: str, source: str) -> int:
    """How many of a text's characters are held out, of 20 and more: a tenth, or the last poems that make up one."""
    held = max(len(source) // 10, MIN_CHARACTERS // 2)
    return len(source) - source.rindex("\n\n", 0, -held) - len("\n\n") if corpus in WHOLE_POEMS else held


LENGTH = Whole(50, 1, 500, "characters")


@dataclass(frozen=True)
class NextCharacter(Characters):
    """Write like a text: at every character of a passage, say the next one.

    The last tenth of the text is never trained on: held-out loss is measured there. Of 唐诗三百首 no poem is cut in two
    for that: the last of them that make up a tenth together are held out. Up to 500 different
    characters are told apart, the most frequent ones; the others count as one, □. `length` is limited by the text: a
    passage and the character after it must fit into the part held out.

    Chance: each character as often as the training part has it. No memory: each as often as it follows the present one
    there. Both scored on the held-out part; baselines.py says how they are counted where the training part has too few.
    """

    key = "text"
    about = About(
        name="Write like a text",
        sentence="Read passages of a text and say the next character each time.",
        unknown="A step does not read exactly one character now, so the answer before it cannot be told right or "
        "wrong.",
        by_heart="It learns this text by heart; on new text it gets worse.",
        settings={
            "corpus": Label("Text", "What the network learns to write. The last tenth is held out.", CORPUS_NAMES),
            "text": Label("Your text", "At least 20 characters, up to 200 kB. It stays in this session."),
            "length": Label("Passage", "Characters in each passage that is trained on."),
        },
    )

    finite = True

    corpus: str = setting(Choice("alice", (*CORPORA, "own")))
    text: str = setting(Text("", 200_000), when=("corpus", "own"))
    length: int = setting(LENGTH)

    def _check_data(self) -> None:
        if self.corpus != "own":
            return
        fields, text = ("text", "corpus"), Setting("text")
        if not self.text:
            raise SettingError(fields, Message("text.none", text=text, fewest=MIN_CHARACTERS))
        if len(self.text) < MIN_CHARACTERS:
            raise SettingError(fields, Message("text.short", text=text, fewest=MIN_CHARACTERS, count=len(self.text)))
        if len(set(self.text)) < 2:
            raise SettingError(fields, Message("text.one_character", text=text, character=quoted(self.text[0])))

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        source = _source(values["corpus"], values["text"])
        if len(source) < MIN_CHARACTERS:
            return {}
        held = _held(values["corpus"], source)
        why = Message("text.passage", count=len(source), held=held)
        return {"length": Limit(LENGTH.up_to(held - 1), why, ("text" if values["corpus"] == "own" else "corpus",))}

    @property
    def source(self) -> str:
        return _source(self.corpus, self.text)

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        counts: dict[str, int] = {}
        for c in self.source:
            counts[c] = counts.get(c, 0) + 1
        if len(counts) <= MAX_SYMBOLS:
            return tuple(sorted(counts))
        kept = sorted(counts.keys() - {RARE}, key=lambda c: (-counts[c], c))[: MAX_SYMBOLS - 1]
        return (*sorted(kept), RARE)

    @property
    def rare(self) -> int:
        """How many different characters count as the rare sign."""
        return len(set(self.source) - set(self.alphabet))

    @cached_property
    def parts(self) -> tuple[Tensor, Tensor]:
        """The codes of the training part and of the held-out part, at least ten characters."""
        codes = torch.tensor(self.encode(self.source))
        held = _held(self.corpus, self.source)
        return codes[:-held], codes[-held:]

    @property
    def chance_loss(self) -> float:
        return _baselines(self)[0]

    @property
    def no_memory_loss(self) -> float:
        return _baselines(self)[1]

    @property
    def steps(self) -> int:
        return self.length

    def _sampler(self, codes: Tensor) -> Sampler:
        return Sampler(excerpts, {"codes": codes, "length": self.steps, "symbols": len(self.alphabet)})

    @property
    def sampler(self) -> Sampler:
        return self._sampler(self.parts[0])

    def held_out(self, size: int, generator: torch.Generator) -> Batch:
        draw, settings = self._sampler(self.parts[1])
        return Batch(*draw(size, **settings, generator=generator))


@lru_cache(maxsize=16)
def _baselines(task: NextCharacter) -> tuple[float, float]:
    """The losses without a look at the input, and without memory; kept, as a page asks with every click."""
    train, held = (part.numpy() for part in task.parts)
    symbols = len(task.alphabet)
    alone = cross_entropy(frequencies(train, symbols)[held[1:]])
    return alone, min(alone, cross_entropy(following(train, symbols)[held[:-1], held[1:]]))
