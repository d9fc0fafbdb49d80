"""Next character: of a word, and of a text with a part that is never trained on."""

from collections import Counter

import pytest
import torch

from engine.settings import SettingError
from engine.tasks.sequence.characters import CORPORA, RARE, WHOLE_POEMS, Hello, NextCharacter
from tests.engine.tasks.examples import generator

WORDS = "the cat sat on the mat. "

EVERY = [NextCharacter(corpus=name) for name in CORPORA]


def own(text: str, length: int = 9) -> NextCharacter:
    return NextCharacter(corpus="own", text=text, length=length)


def spelled(task: Hello | NextCharacter, codes: torch.Tensor) -> str:
    return "".join(task.alphabet[code] for code in codes.tolist())


@pytest.mark.parametrize("word", ["hello", "ab", "春眠不觉晓", "banana", "a\tb c\n", "x" * 49 + "y"])
def test_hello_asks_for_the_next_letter(word: str) -> None:
    task = Hello(word=word)
    batch = task.batch(3, generator())
    for inputs, targets in zip(batch.inputs.argmax(-1), batch.targets, strict=True):
        assert spelled(task, inputs) == word[:-1]
        assert spelled(task, targets) == word[1:]
    assert len(task.alphabet) == len(set(word))


@pytest.mark.parametrize("task", EVERY, ids=CORPORA)
def test_text_asks_for_the_next_character(task: NextCharacter) -> None:
    source = "".join(c if c in task.alphabet else RARE for c in task.source)
    batch = task.batch(20, generator())
    for inputs, targets in zip(batch.inputs.argmax(-1), batch.targets, strict=True):
        read = spelled(task, inputs)
        assert read[1:] == spelled(task, targets)[:-1]
        assert read + spelled(task, targets)[-1] in source


@pytest.mark.parametrize("task", EVERY, ids=CORPORA)
def test_held_out_part_is_never_trained_on(task: NextCharacter) -> None:
    """The parts are disjoint pieces of the text, in order, and each batch is cut from its own."""
    train, held = (spelled(task, part) for part in task.parts)
    assert train + held == "".join(c if c in task.alphabet else RARE for c in task.source)
    assert len(held) == len(task.source) // 10 or task.corpus in WHOLE_POEMS
    for part, batch in ((train, task.batch(50, generator())), (held, task.held_out(50, generator()))):
        for inputs, targets in zip(batch.inputs.argmax(-1), batch.targets, strict=True):
            assert spelled(task, inputs) + spelled(task, targets)[-1] in part


def test_every_window_of_a_text_occurs_and_none_beyond() -> None:
    """20 characters are the shortest text: 10 to learn from, 10 held out, and passages as short as that asks for."""
    task = own("abcdefghijklmnopqrst", length=4)
    starts = task.batch(2000, generator()).inputs[:, 0].argmax(-1)
    assert set(spelled(task, starts)) == set("abcdef")
    held = task.held_out(2000, generator()).inputs[:, 0].argmax(-1)
    assert set(spelled(task, held)) == set("klmnop")


@pytest.mark.parametrize(("characters", "steps"), [(20, 9), (200, 19), (3010, 300)])
def test_a_passage_fits_into_what_is_held_out(characters: int, steps: int) -> None:
    """One that would not is refused, and not cut."""
    text = (WORDS * 200)[:characters]
    with pytest.raises(
        SettingError, match=rf"^length must be .* from 1 to {steps} .*“{steps + 1}”.* {characters:,} char"
    ) as e:
        own(text, length=steps + 1)
    assert e.value.fields == ("length", "text")
    task = own(text, length=steps)
    assert task.steps == task.length == steps
    for batch in (task.batch(3, generator()), task.held_out(3, generator())):
        assert batch.inputs.shape[1] == steps


def many(different: int) -> str:
    """A text of that many different characters, the first the most frequent, the last ones once each."""
    return "".join(chr(0x4E00 + k) * (2 if k < 450 else 1) for k in range(different)) * 2


def test_up_to_500_characters_are_told_apart() -> None:
    assert set(own(many(500)).alphabet) == set(many(500))


def test_more_than_500_leave_the_rarest_to_one_sign() -> None:
    text = many(600)
    task = own(text)
    assert len(task.alphabet) == 500
    assert task.alphabet[-1] == RARE
    kept = set(task.alphabet) - {RARE}
    counts = Counter(text)
    assert min(counts[c] for c in kept) >= max(counts[c] for c in set(text) - kept)
    assert spelled(task, torch.cat(task.parts)) == "".join(c if c in kept else RARE for c in text)
    assert task.encode("\N{SNOWMAN}") == [499]


def test_rare_sign_in_a_persons_own_text_has_one_code() -> None:
    """□ may well stand in a text: it is not to be an answer twice over."""
    task = own(RARE * 50 + many(600))
    assert len(set(task.alphabet)) == len(task.alphabet) == 500
    assert task.encode(RARE) == [task.alphabet.index(RARE)]


def test_unknown_character_is_left_out_where_there_is_no_rare_sign() -> None:
    task = own(WORDS)
    assert task.encode("cät") == task.encode("ct")


@pytest.mark.parametrize("name", CORPORA)
def test_shipped_texts_are_fit_to_learn_from(name: str) -> None:
    source = NextCharacter(corpus=name).source
    assert len(source) > 1000
    assert "\r" not in source
    assert "�" not in source
    assert (source.isascii(), len(set(source)) > 300) == (
        (True, False) if name in ("alice", "wonderland", "sonnets") else (False, True)
    )


def test_text_is_the_persons_own_only_if_chosen() -> None:
    assert NextCharacter(corpus="alice", text=WORDS).source == EVERY[0].source
    assert own(WORDS).source == WORDS


def test_composed_and_decomposed_letters_are_the_same_letter() -> None:
    composed, apart = own("caf\u00e9 and a cafe again, "), own("cafe\u0301 and a cafe again, ")
    for prompt in ("caf\u00e9", "cafe\u0301"):
        assert composed.spelled(prompt) == "caf\u00e9"
    assert apart.spelled("caf\u00e9") == "cafe\u0301"
    assert composed.spelled("\u2603") == "\u2603"


@pytest.mark.parametrize("name", WHOLE_POEMS)
def test_no_poem_is_trained_on_in_part_and_held_out_in_part(name: str) -> None:
    task = NextCharacter(corpus=name)
    train, held = (len(part) for part in task.parts)
    poems = task.source[train:].split("\n\n")
    assert task.source[:train].endswith("\n\n")
    assert task.source.split("\n\n")[-len(poems) :] == poems
    assert len(task.source) // 10 <= held < len(task.source) // 6
    assert len("\n\n".join(poems[1:])) < 0.1 * len(task.source)  # one fewer would be too few


def test_other_texts_are_cut_where_they_always_were() -> None:
    for name in ("alice", "sonnets", "tang", "sanzijing"):
        task = NextCharacter(corpus=name)
        assert len(task.parts[1]) == len(task.source) // 10
