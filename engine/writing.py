"""Text that a network writes: each character drawn from what it expects next, then fed back in."""

import torch

from engine.fields import FieldError, Real, Text
from engine.network import Network
from engine.tasks import Characters

TEMPERATURE = Real(0.8, 0.1, 2.0)
PROMPT = Text("", 400)


@torch.no_grad()
def write(
    network: Network,
    task: Characters,
    prompt: str,
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> str:
    """`length` characters that follow `prompt`, drawn from softmax(outputs / temperature).

    Characters of the prompt that the network does not know are passed over, or read as the rare sign □ if it has one;
    with none left it starts from the text's first character. Raises FieldError if temperature or prompt are out of
    range, and ValueError for a network that reads backwards.
    """
    TEMPERATURE.check("temperature", temperature)
    PROMPT.check("prompt", prompt)
    codes = task.encode(prompt) or task.encode(task.source[:1])
    states = network.start(1)
    outputs = torch.empty(1, task.output_size)
    for code in codes:
        outputs, states = network.step(_one_hot(code, task.input_size), states)
    written = []
    for _ in range(length):
        # In double precision, less the largest: softmax(y/τ) cannot overflow as long as the outputs are finite.
        scores = outputs[0].double()
        if not bool(scores.isfinite().all()):
            raise FieldError("lr", "The network's outputs are no longer finite, so it cannot write.")
        code = int(torch.multinomial(((scores - scores.max()) / temperature).softmax(-1), 1, generator=generator))
        written.append(task.alphabet[code])
        outputs, states = network.step(_one_hot(code, task.input_size), states)
    return "".join(written)


def _one_hot(code: int, size: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor([code]), size).float()
