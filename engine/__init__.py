"""Recurrent networks to build, train and look into; torch and NumPy only, usable from a notebook as it stands.

>>> from engine import Experiment, Run
>>> run = Run(Experiment.from_params({"task": "adding", "length": "20"}))
>>> run.update()
>>> run.snapshot().updates
1
"""

from engine.cells import CELLS
from engine.experiment import Experiment
from engine.run import Run
from engine.settings import SettingError
from engine.tasks import TASKS

__all__ = ["CELLS", "TASKS", "Experiment", "Run", "SettingError"]
