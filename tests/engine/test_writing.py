"""Writing: prompt, temperature, and what the network is fed."""

import math
from collections import Counter

import pytest
import torch

from engine.fields import FieldError
from engine.network import Network
from engine.tasks import Characters
from engine.writing import write
from tests.engine.runs import started, trained

HELLO = started(task="hello", word="hello")
SPELLER = trained(150, task="hello", word="hello", lr="0.05")
"""One that knows nothing yet, and one that can spell."""


def task_of(run_task: object) -> Characters:
    assert isinstance(run_task, Characters)
    return run_task


def written(
    prompt: str = "", length: int = 20, temperature: float = 1.0, seed: int = 0, network: Network = HELLO.network
) -> str:
    task = task_of(HELLO.experiment.task)
    return write(network, task, prompt, length, temperature, torch.Generator().manual_seed(seed))


def next_logits(text: str) -> torch.Tensor:
    """What the network expects after `text`, by the ordinary forward pass."""
    task = task_of(HELLO.experiment.task)
    codes = torch.tensor([task.encode(text)])
    return HELLO.network(torch.nn.functional.one_hot(codes, task.input_size).float())[0, -1].detach()


def test_deterministic_for_a_generator() -> None:
    assert written(seed=1) == written(seed=1)
    assert len({written(seed=seed) for seed in range(5)}) == 5


@pytest.mark.parametrize("length", [0, 1, 33])
def test_as_long_as_asked_and_without_the_prompt(length: int) -> None:
    text = written("hell", length)
    assert len(text) == length
    assert set(text) <= set("helo")


def test_cold_writing_takes_the_likeliest() -> None:
    task = task_of(HELLO.experiment.task)
    text = written("h", 6, 0.1, network=SPELLER.network)
    expected = "h"
    for _ in range(6):
        codes = torch.nn.functional.one_hot(torch.tensor([task.encode(expected)]), 4).float()
        expected += task.alphabet[int(SPELLER.network(codes)[0, -1].argmax())]
    assert text == expected[1:]
    assert text.startswith("ello")


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("prompt", ["h", "hel"])
def test_first_character_is_drawn_from_the_softmax(prompt: str, temperature: float) -> None:
    """2,000 draws against softmax(outputs / temperature), each share to within five standard errors."""
    counts = Counter(written(prompt, 1, temperature, seed) for seed in range(2000))
    for character, share in zip("helo", (next_logits(prompt) / temperature).softmax(-1).tolist(), strict=True):
        assert counts[character] / 2000 == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / 2000))


def test_each_character_is_fed_back_in() -> None:
    """What follows a prompt is what follows the same prompt with the first written characters joined on."""
    generator = torch.Generator().manual_seed(3)
    task = task_of(HELLO.experiment.task)
    first = write(HELLO.network, task, "he", 4, 1.0, generator)
    rest = write(HELLO.network, task, "he" + first, 6, 1.0, generator)
    assert first + rest == written("he", 10, 1.0, seed=3)


@pytest.mark.parametrize(("prompt", "rest"), [("h", "ello"), ("he", "llo"), ("hel", "lo"), ("hell", "o")])
def test_prompt_is_read_before_writing(prompt: str, rest: str) -> None:
    """After one l comes another, after two comes o."""
    assert written(prompt, len(rest), 0.1, network=SPELLER.network) == rest


@pytest.mark.parametrize(("prompt", "known"), [("xhyezz", "he"), ("Hé llo", "llo"), ("", "h"), ("???", "h")])
def test_unknown_characters_are_passed_over(prompt: str, known: str) -> None:
    """With none left, writing starts from the text's first character."""
    assert written(prompt) == written(known)


def test_rare_sign_stands_for_the_unknown() -> None:
    run = started(task="text", corpus="tang")
    task = task_of(run.experiment.task)
    with torch.no_grad():
        for parameter in run.network.parameters():
            parameter.mul_(20)  # so that an untrained network minds what it reads

    def after(prompt: str) -> str:
        return write(run.network, task, prompt, 30, 1.0, torch.Generator().manual_seed(0))

    assert after("春\N{SNOWMAN}") == after("春□") != after("春")


@pytest.mark.parametrize("temperature", [0.0, 0.09, 2.1, math.nan, math.inf, -1.0])
def test_temperature_out_of_range(temperature: float) -> None:
    with pytest.raises(FieldError, match=r"temperature must be a number from 0\.1 to 2; it was given"):
        written(temperature=temperature)


@pytest.mark.parametrize(("prompt", "says"), [("h" * 401, "up to 400 bytes long; it was given 401"), ("\0", "control")])
def test_prompt_out_of_range(prompt: str, says: str) -> None:
    with pytest.raises(FieldError, match=f"prompt .*{says}"):
        written(prompt)


def test_network_that_is_no_longer_finite() -> None:
    network = started(task="hello").network
    with torch.no_grad():
        network.readout[-1].bias[0] = math.inf
    with pytest.raises(FieldError, match="no longer finite"):
        written(network=network)


def test_network_that_reads_backwards() -> None:
    backward = started(task="echo", symbols="4", length="5", direction="backward").network
    with pytest.raises(ValueError, match="reads forward"):
        written(network=backward)
