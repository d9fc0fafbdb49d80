"""How a network learns: the settings that every experiment has."""

from dataclasses import dataclass

from engine.learners.optimizers import OPTIMIZERS
from engine.messages import Message, Setting
from engine.settings import Choice, Real, SettingError, Whole, check_settings, setting


@dataclass(frozen=True)
class Training:
    """How the network learns. clip 0 means that gradients are not clipped.

    lr: 0.01 where none is given, whatever the optimizer: links without one have always meant that. USUAL_RATES in
    optimizers.py has what suits each.

    truncate: the window k of truncated backpropagation through time, in steps of the input: the state crosses from one
    window to the next, the gradient does not; 0, or as many as the sequence has, is the whole sequence.
    """

    optimizer: str = setting(Choice("adam", OPTIMIZERS))
    lr: float = setting(Real(0.01, 1e-6, 10.0))
    batch: int = setting(Whole(32, 1, 256, "sequences"))
    clip: float = setting(Real(1.0, 0.0, 1000.0))
    truncate: int = setting(Whole(0, 0, 500, "steps"))
    decay: float = setting(Real(0.0, 0.0, 1.0))
    seed: int = setting(Whole(1, 0, 2**31 - 1))

    def __post_init__(self) -> None:
        check_settings(self)
        if self.lr * self.decay > 1:
            given = {"given_decay": self.decay, "given_lr": self.lr, "product": self.decay * self.lr}
            raise SettingError(
                ("decay", "lr"), Message("training.decay", decay=Setting("decay"), lr=Setting("lr"), **given)
            )
