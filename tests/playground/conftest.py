"""One thread, as on the server, and property tests that try the same cases in every run."""

import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("playground", deadline=None, derandomize=True)
settings.load_profile("playground")
