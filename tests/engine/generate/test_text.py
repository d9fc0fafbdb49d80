"""Writing: prompt, temperature, and what the network is fed."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from engine.architectures.stack import Network
from engine.generate.text import Written, sample, write
from engine.settings import SettingError
from engine.tasks import Characters
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
    with pytest.raises(SettingError, match=r"temperature must be a number from 0\.1 to 2; it was given"):
        written(temperature=temperature)


@pytest.mark.parametrize(("prompt", "says"), [("h" * 401, "up to 400 bytes long; it was given 401"), ("\0", "control")])
def test_prompt_out_of_range(prompt: str, says: str) -> None:
    with pytest.raises(SettingError, match=f"prompt .*{says}"):
        written(prompt)


def test_network_that_is_no_longer_finite() -> None:
    network = started(task="hello").network
    with torch.no_grad():
        network.readout[-1].bias[0] = math.inf
    with pytest.raises(SettingError, match="no longer finite"):
        written(network=network)


def test_network_that_reads_backwards() -> None:
    backward = started(task="echo", symbols="4", length="5", direction="backward").network
    with pytest.raises(ValueError, match="reads forward"):
        written(network=backward)


def sampled(top_k: int = 0, temperature: float = 1.0, seed: int = 0, length: int = 20) -> Written:
    task = task_of(HELLO.experiment.task)
    generator = torch.Generator().manual_seed(seed)
    return sample(SPELLER.network, task, "h", length, temperature, generator, top_k)


@pytest.mark.parametrize("seed", range(3))
def test_the_sample_is_what_is_written(seed: int) -> None:
    """Showing the probabilities draws nothing more: the same text as before for the same generator."""
    assert sampled(seed=seed).text == written("h", seed=seed, network=SPELLER.network)
    assert sampled(seed=seed, top_k=4).text == sampled(seed=seed, top_k=500).text == sampled(seed=seed).text


def test_the_course_of_a_sample_is_fixed() -> None:
    """Drawn from the softmax in turn, written out: one draw a character, in order."""
    task, generator, text = task_of(HELLO.experiment.task), torch.Generator().manual_seed(7), "he"
    for _ in range(12):
        shares = (next_logits(text).double() / 1.3).softmax(-1)
        text += task.alphabet[int(torch.multinomial(shares, 1, generator=generator))]
    assert written("he", 12, 1.3, seed=7) == text[2:]


@pytest.mark.parametrize("top_k", [0, 1, 2, 3])
@pytest.mark.parametrize("temperature", [0.1, 1.0, 2.0])
def test_probabilities_of_each_character(top_k: int, temperature: float) -> None:
    done = sampled(top_k, temperature)
    assert done.prompt == "h"
    assert done.probabilities.shape == (20, 4)
    np.testing.assert_allclose(done.probabilities.sum(axis=1), 1, atol=1e-6)
    assert ((done.probabilities > 0).sum(axis=1) <= (top_k or 4)).all()
    assert (done.chosen > 0).all()
    for place, character in enumerate(done.text):
        shown = done.likeliest(place, 3)
        assert character in [c for c, _ in shown]
        assert len(shown) <= min(3, top_k or 3)
        assert done.chosen[place] == pytest.approx(dict(shown)[character])


def test_top_1_is_the_likeliest_at_any_temperature() -> None:
    task = task_of(HELLO.experiment.task)
    text = "h"
    for _ in range(12):
        codes = torch.nn.functional.one_hot(torch.tensor([task.encode(text)]), 4).float()
        text += task.alphabet[int(SPELLER.network(codes)[0, -1].argmax())]
    for seed in range(3):
        done = sampled(1, 2.0, seed, 12)
        assert done.text == text[1:]
        assert done.chosen.tolist() == [1.0] * 12


@pytest.mark.parametrize("top_k", [1, 2, 3])
def test_top_k_keeps_the_ratios_of_what_is_left(top_k: int) -> None:
    full, cut = sampled().probabilities[0], sampled(top_k).probabilities[0]
    kept = np.sort(np.argsort(-full)[:top_k])
    assert np.flatnonzero(cut).tolist() == kept.tolist()
    np.testing.assert_allclose(cut[kept], full[kept] / full[kept].sum(), rtol=1e-5)


def test_equally_likely_characters_are_kept_to_k() -> None:
    network = started(task="hello").network
    with torch.no_grad():
        network.readout[-1].weight.zero_()
        network.readout[-1].bias.zero_()
    done = sample(network, task_of(HELLO.experiment.task), "h", 5, 1.0, torch.Generator().manual_seed(0), 2)
    assert ((done.probabilities > 0).sum(axis=1) == 2).all()


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"top_k": -1}, "top_k must be"), ({"top_k": 501}, "top_k must be"), ({"top_k": 1.5}, "top_k must be")]
    + [({"length": length}, "length must be") for length in (-1, 401)],
)
def test_settings_of_a_sample_out_of_range(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        sampled(**settings)
