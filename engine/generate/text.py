"""Text that a network writes: each character drawn from what it expects next, then fed back in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.architectures.stack import Network
from engine.generate.feedback import feed_back
from engine.messages import Message
from engine.settings import Real, SettingError, Text, Whole
from engine.tasks import Characters

TEMPERATURE = Real(0.8, 0.1, 2.0)
PROMPT = Text("", 400)
TOP_K = Whole(0, 0, 500, "characters")
LENGTH = Whole(200, 0, 400, "characters")


@dataclass(frozen=True)
class Written:
    """What was read first, what was written after it, and from which probabilities each character was drawn.

    probabilities: (length, V), every row sums to 1; column k is that of alphabet[k].
    """

    prompt: str
    text: str
    alphabet: tuple[str, ...]
    probabilities: np.ndarray

    @property
    def chosen(self) -> np.ndarray:
        """The probability with which each written character was drawn: (length,)."""
        codes = {character: code for code, character in enumerate(self.alphabet)}
        return self.probabilities[np.arange(len(self.text)), [codes[c] for c in self.text]]

    def likeliest(self, place: int, most: int) -> list[tuple[str, float]]:
        """Up to `most` characters that could come at `place` (from 0), the likeliest first; the one that came is in."""
        row = self.probabilities[place]
        order = [int(code) for code in np.argsort(-row, kind="stable")[:most] if row[code] > 0]
        came = self.alphabet.index(self.text[place])
        if came not in order:
            order[-1] = came
        return [(self.alphabet[code], float(row[code])) for code in order]


def write(
    network: Network,
    task: Characters,
    prompt: str,
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> str:
    """The text that `sample` writes with all characters to choose from."""
    return sample(network, task, prompt, length, temperature, generator).text


def sample(
    network: Network,
    task: Characters,
    prompt: str,
    length: int,
    temperature: float,
    generator: torch.Generator,
    top_k: int = 0,
) -> Written:
    """`length` characters that follow `prompt`, drawn from softmax(outputs / temperature) over the `top_k` likeliest.

    With top_k 0, or as many as there are, all characters can come; with 1, only the likeliest. Characters of the prompt
    that the network does not know are passed over, or read as the rare sign □ if it has one; with none left it starts
    from the text's first character. Raises SettingError if a setting is out of range, and ValueError for a network that
    reads backwards. Source of top-k: Fan, Lewis & Dauphin 2018.
    """
    TEMPERATURE.check("temperature", temperature)
    PROMPT.check("prompt", prompt)
    TOP_K.check("top_k", top_k)
    LENGTH.check("length", length)
    codes = task.encode(task.spelled(prompt)) or task.encode(task.source[:1])
    written: list[str] = []
    drawn_from = np.empty((length, task.output_size), dtype=np.float32)

    def drawn(outputs: torch.Tensor) -> torch.Tensor:
        # In double precision, less the largest: softmax(y/τ) cannot overflow as long as the outputs are finite.
        scores = outputs[0].double()
        if not bool(scores.isfinite().all()):
            raise SettingError("lr", Message("writing.not_finite"))
        probabilities = ((_likeliest(scores, top_k) - scores.max()) / temperature).softmax(-1)
        code = int(torch.multinomial(probabilities, 1, generator=generator))
        drawn_from[len(written)] = probabilities.numpy()
        written.append(task.alphabet[code])
        return _one_hot([code], task.input_size)

    feed_back(network, _one_hot(codes, task.input_size).unsqueeze(0), drawn, length)
    read = "".join(task.alphabet[code] for code in codes)
    return Written(read, "".join(written), task.alphabet, drawn_from)


def _likeliest(scores: torch.Tensor, count: int) -> torch.Tensor:
    """The scores (V,) with all but the `count` largest at −∞; all of them if `count` is 0."""
    if not 0 < count < len(scores):
        return scores
    kept = scores.topk(count).indices
    return torch.full_like(scores, -torch.inf).index_copy(0, kept, scores[kept])


def _one_hot(codes: Sequence[int], size: int) -> torch.Tensor:
    """(number of codes, size)."""
    return torch.nn.functional.one_hot(torch.tensor(codes), size).float()
