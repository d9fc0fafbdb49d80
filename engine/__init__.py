"""Recurrent networks to build, train and look into; torch and NumPy only, usable from a notebook as it stands.

>>> from engine import Experiment, Run
>>> run = Run(Experiment.from_params({"task": "adding", "length": 20}))
>>> run.update()
>>> run.snapshot().updates
1

A cell, task, architecture or learner of one's own is registered, such as CELLS["mine"] = Mine, and can then be chosen.
`script.script(experiment)` is an experiment as a file of its own, `sweep.Sweep` many runs in a table; both are modules.
"""

from engine.architectures import ARCHITECTURES, Architecture, Stack
from engine.cells import CELLS
from engine.experiment import Experiment
from engine.learners import LEARNERS, Learner, Training
from engine.observe.gradients import gradients
from engine.observe.trace import trace
from engine.run import Run
from engine.saving import load, save
from engine.settings import SettingError
from engine.tasks import TASKS

__version__ = "0.1.0"

__all__ = [
    "ARCHITECTURES",
    "CELLS",
    "LEARNERS",
    "TASKS",
    "Architecture",
    "Experiment",
    "Learner",
    "Run",
    "SettingError",
    "Stack",
    "Training",
    "gradients",
    "load",
    "save",
    "trace",
]
