"""The script as a whole: what stands around its parts, and the loop that trains.

Everything that draws, the cells and the maps between layers are the engine's own source, and the network is written
out. Run it, and its losses are those of the playground.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch

from engine import seeds
from engine.cells import CELLS
from engine.experiment import Experiment
from engine.learners import learner_for
from engine.run import build
from engine.script.cell import cell_source
from engine.script.gathering import gather, imported, root
from engine.script.network import network_source
from engine.tasks import Characters, Task

# A person's text reaches this only through repr(), on comment lines or inside a literal: it stays data.
TEMPLATE = """# {title}
# The losses are those of RNN Playground for the same settings:
{settings}

{imports}

torch.set_num_threads(1)

# Random numbers: every draw follows from the seed, what it is for, and its number.

TRAIN, INIT = {train}, {init}
{seeds}


# The task: a batch of sequences with their answers.


{task}


# The network.


{network}


# Training.


{training}
"""

TABLES = {"INITS": "init", "ACTIVATIONS": "activation", "FED_BACK": "feedback"}
"""The engine's tables of which a network uses the one entry that its setting names."""


def script(experiment: Experiment) -> str:
    """The source of a script that trains this experiment and prints the loss of its first hundred updates.

    Raises SettingError if its learner cannot be written so.
    """
    task, architecture = experiment.task, experiment.stack
    loop = learner_for(experiment).loop(experiment, _drawing(experiment))
    window = experiment.training.truncate
    truncate = window if window < task.steps else 0
    cell = cell_source(architecture, task.output_size, bool(truncate))
    # Only its shapes are looked at, and this is the start that is drawn fastest.
    shaped = build(replace(experiment, network=replace(architecture, init="default")))
    network = network_source(shaped, cell.call, loop.reads, truncate)
    chosen = {"init": architecture.init, **architecture.options}
    gathered = gather(
        [
            [root(seeds.generator)],
            [root(task.sampler.draw)],
            [*cell.roots, *network.roots],
            [root(each) for each in loop.uses],
        ],
        attributes={"learn"},
        tables={table: chosen[name] for table, name in TABLES.items() if name in chosen},
    )
    of_seeds, of_task, of_network, of_learner = gathered.sections
    written = experiment.to_params()
    return TEMPLATE.format(
        title=f"{experiment.task_name} with {CELLS[architecture.cell].about.name}, as trained in RNN Playground. "
        "Needs torch alone.",
        settings="\n".join(f"#     {name}: {text!a:.60}" for name, text in written.items()),
        imports=imported({("torch", ""), ("torch", "nn"), *gathered.imports}),
        train=seeds.TRAIN,
        init=seeds.INIT,
        seeds=_spaced(of_seeds),
        task=_spaced(of_task),
        network=_spaced([*of_network, cell.text, network.text]),
        training=_spaced([*of_learner, loop.text]),
    )


def _spaced(texts: Iterable[str]) -> str:
    """Two lines between definitions, none between constants."""
    return re.sub(r"^([A-Z_]+ = .*)\n\n\n(?=[A-Z_]+ = .*$)", r"\1\n", "\n\n\n".join(texts), flags=re.MULTILINE)


def _drawing(experiment: Experiment) -> dict[str, Any]:
    """How a loop draws the weights and the batches."""
    draw, settings = experiment.task.sampler
    return {
        "seed": experiment.training.seed,
        "batch": experiment.training.batch,
        "draw": draw.__name__,
        "draw_settings": ", ".join(f"{name}={_literal(experiment.task, value)}" for name, value in settings.items()),
    }


def _literal(task: Task, value: Any) -> str:
    """A setting as Python source; a text in codes as the text itself. Only reprs, so a person's text stays data."""
    if not isinstance(value, torch.Tensor):
        return repr(value)
    if isinstance(task, Characters):
        text = "".join(task.alphabet[k] for k in value.tolist())
        return f"torch.tensor([{''.join(task.alphabet)!r}.index(c) for c in {text!r}])"
    return f"torch.tensor({value.tolist()!r})"
