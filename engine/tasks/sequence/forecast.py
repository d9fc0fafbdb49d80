"""Predict the next value of a series."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from engine.labels import Label
from engine.messages import Message, Plural, Setting, Value, declare
from engine.settings import Choice, Limit, Numbers, Real, SettingError, Whole, setting
from engine.structures import Batch
from engine.tasks.about import READOUT, About
from engine.tasks.base import Quantity, Regression, Sampler, floats
from engine.tasks.sequence.baselines import linear_fit

declare(
    {
        "forecast.none": "{values} needs at least {fewest} numbers to learn from; there are none yet.",
        "forecast.short": (
            "{values} needs at least {fewest} numbers to learn from; it has {count}. Choose a longer series."
        ),
        "forecast.level": (
            "{values} is {level} all through its first four fifths, so there is nothing to learn. Choose another "
            "column."
        ),
        "forecast.ripple": (
            "{values} changes by {change:.3g} in its first four fifths, where it is up to {size:.3g} in size: less "
            "than a billionth of that, too little to learn from. Choose another column."
        ),
        "forecast.far": Plural(
            "{values} has one number far outside the rest: number {place} is {number}. Beside it the others cannot be "
            "told apart. Leave it out.",
            "{values} has {count} numbers far outside the rest: number {place} is {number}. Beside them the others "
            "cannot be told apart. Leave them out.",
        ),
        "forecast.window": (
            "The series has {count} values, of which the last {held} are held out; a window and the value after it "
            "must fit into those."
        ),
    }
)

MIN_VALUES = 20
SMALLEST_CHANGE = 1e-9
SMALLEST_SHARE = 1e-6
"""What float32 can tell apart beside 1, with some room."""

MOST_FAR, FAR_BESIDE = 0.1, 1000.0
"""At most so large a part of a series counts as far outside the rest; and what is within a factor of the farthest."""

POINTS = 2000
SERIES = ("sine", "mackey_glass", "sunspots")
SERIES_NAMES = {
    "sine": "Sine with noise",
    "mackey_glass": "Mackey–Glass (chaotic)",
    "sunspots": "Sunspots, yearly 1700–2008 (NOAA)",
    "own": "My own",
}


def windows(size: int, values: Tensor, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """`length` values in a row from anywhere in the series; the answer is the value that follows them."""
    starts = torch.randint(0, len(values) - length, (size, 1), generator=generator)
    taken = values[starts + torch.arange(length + 1)]
    return taken[:, :-1].unsqueeze(-1), taken[:, -1:], torch.ones(size, 1, dtype=torch.bool)


def sine(period: float, noise: float) -> np.ndarray:
    """sin(2πt/period) plus normal noise of the given standard deviation, 2,000 points, always the same ones."""
    t = np.arange(POINTS)
    return np.asarray(np.sin(2 * np.pi * t / period) + noise * np.random.default_rng(0).standard_normal(POINTS))


@lru_cache(maxsize=1)
def mackey_glass() -> np.ndarray:
    """ẋ = 0.2·x(t−17)/(1 + x(t−17)^10) − 0.1·x, one point a unit of time, 2,000 points after the first 200.

    Fourth-order Runge–Kutta in steps of 0.1, the delayed value interpolated linearly; starts at 1.2. Mackey & Glass,
    1977; τ = 17 as in Jaeger 2001.
    """
    per_unit, tau = 10, 17
    lag = tau * per_unit
    x = np.full(lag + (POINTS + 200) * per_unit + 1, 1.2)

    def slope(now: float, delayed: float) -> float:
        return 0.2 * delayed / (1 + delayed**10) - 0.1 * now

    h = 1 / per_unit
    for k in range(lag, len(x) - 1):
        start, end = float(x[k - lag]), float(x[k - lag + 1])
        middle = (start + end) / 2
        now = float(x[k])
        k1 = slope(now, start)
        k2 = slope(now + h / 2 * k1, middle)
        k3 = slope(now + h / 2 * k2, middle)
        k4 = slope(now + h * k3, end)
        x[k + 1] = now + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return x[lag + 200 * per_unit :: per_unit][:POINTS]


@lru_cache(maxsize=1)
def sunspots() -> np.ndarray:
    """Yearly mean sunspot numbers, 1700–2008 (data/README.md names the source)."""
    with (Path(__file__).parents[1] / "data" / "sunspots.csv").open(encoding="utf-8") as file:
        return np.array([float(row["sunspots"]) for row in csv.DictReader(file)])


def _held(size: int) -> int:
    """How many of a series' values are held out, of 20 and more."""
    return max(size // 5, MIN_VALUES // 4)


LENGTH = Whole(20, 1, 500, "values")


@dataclass(frozen=True)
class Forecast(Regression):
    """Read `length` values of a series and say the next one.

    Series: a sine with noise, the chaotic Mackey–Glass series, the yearly sunspot numbers, or one's own. The first
    four fifths are for training, the last fifth is held out: split in time, so nothing from the future leaks in. Values
    are scaled by the training part's mean and standard deviation. `length` is limited by the series: a window and the
    value after it must fit into the part held out.

    Chance: always answering the training part's mean; the loss is then the mean square of the scaled held-out values
    that are asked for. No memory: a straight line from the last value to the next one, or from the mean of the values
    if the mean of all states is read; fitted to the training part, scored on the held-out one. Right: within a tenth of
    a standard deviation.
    """

    key = "forecast"
    about = About(
        name="Forecast",
        sentence="Read some values of a series and say the next one.",
        unknown="The series has never gone this way, so nobody knows what its next value would be.",
        by_heart="It learns this part of the series by heart; on the part held out it gets worse.",
        settings={
            "series": Label("Series", "What to forecast. The last fifth is held out.", SERIES_NAMES),
            "values": Label("Your series", "At least 20 numbers. They stay in this session."),
            "length": Label("Window", "Values the network reads before it says the next one."),
            "period": Label("Period", "Steps in one full wave."),
            "noise": Label("Noise", "Standard deviation of the noise on the sine, whose height is 1."),
            "readout": READOUT,
        },
    )

    series: str = setting(Choice("mackey_glass", (*SERIES, "own")))
    values: tuple[float, ...] = setting(Numbers((), 50_000), when=("series", "own"))
    length: int = setting(LENGTH)
    period: float = setting(Real(25.0, 3.0, 500.0, "values"), when=("series", "sine"))
    noise: float = setting(Real(0.1, 0.0, 2.0), when=("series", "sine"))
    readout: str = setting(Choice("last", ("last", "mean")))

    finite = True
    tolerance = 0.1
    input_size = 1

    def _check_data(self) -> None:
        if self.series == "own":
            if not self.values:
                self._refuse("forecast.none", fewest=MIN_VALUES)
            if len(self.values) < MIN_VALUES:
                self._refuse("forecast.short", fewest=MIN_VALUES, count=len(self.values))
            self._check_spread()

    def _check_spread(self) -> None:
        """Raise SettingError if the numbers cannot be told apart once they are scaled."""
        train, spread = self._split[0], self.scale[1]
        if train.min() == train.max():
            self._refuse("forecast.level", level=float(train[0]))
        # Scaled by less, the numbers would leave the range in which float32 can square them.
        if not spread > SMALLEST_CHANGE * np.abs(train).max():
            self._refuse("forecast.ripple", change=float(np.ptp(train)), size=float(np.abs(train).max()))
        self._refuse_far(np.flatnonzero(SMALLEST_CHANGE * np.abs(self.source) >= spread))
        away = np.abs(train - np.median(train))
        core = train[away <= np.quantile(away, 1 - MOST_FAR)]
        # The core may be constant: then it is single numbers that there is to learn.
        if SMALLEST_CHANGE * np.abs(core).max() < core.std() < SMALLEST_SHARE * spread:
            self._refuse_far(np.flatnonzero(away * FAR_BESIDE > away.max()))

    def _refuse_far(self, far: np.ndarray) -> None:
        """Raise SettingError that names the numbers at these places, counted from 0; if there are any."""
        if len(far):
            place = int(far[0])
            self._refuse("forecast.far", count=len(far), place=place + 1, number=float(self.source[place]))

    def _refuse(self, code: str, **values: Value) -> NoReturn:
        raise SettingError(("values", "series"), Message(code, values=Setting("values"), **values))

    @classmethod
    def limits(cls, values: Mapping[str, Any]) -> dict[str, Limit]:
        own = values["series"] == "own"
        size = len(values["values"]) if own else len(sunspots()) if values["series"] == "sunspots" else POINTS
        if size < MIN_VALUES:
            return {}
        why = Message("forecast.window", count=size, held=_held(size))
        return {"length": Limit(LENGTH.up_to(_held(size) - 1), why, ("values" if own else "series",))}

    @cached_property
    def source(self) -> np.ndarray:
        """The series in its own units."""
        if self.series == "own":
            return np.array(self.values, dtype=float)
        if self.series == "sine":
            return sine(self.period, self.noise)
        return {"mackey_glass": mackey_glass, "sunspots": sunspots}[self.series]()

    @property
    def _split(self) -> tuple[np.ndarray, np.ndarray]:
        held = _held(len(self.source))
        return self.source[:-held], self.source[-held:]

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The training part's mean and standard deviation."""
        return float(self._split[0].mean()), float(self._split[0].std())

    @cached_property
    def parts(self) -> tuple[Tensor, Tensor]:
        """The scaled training part and held-out part."""
        mean, deviation = self.scale
        train, held = (torch.tensor((part - mean) / deviation, dtype=torch.float32) for part in self._split)
        return train, held

    @property
    def steps(self) -> int:
        return self.length

    @cached_property
    def chance_loss(self) -> float:
        return float(self.parts[1][self.steps :].square().mean())

    @cached_property
    def no_memory_loss(self) -> float:
        (known, asked), (held_known, held_asked) = (self._without_order(part.double().numpy()) for part in self.parts)
        slope, intercept = linear_fit(known, asked)
        return min(self.chance_loss, float(np.square(slope * held_known + intercept - held_asked).mean()))

    def _without_order(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of every window what is known without memory, and the value that is asked for."""
        taken = np.lib.stride_tricks.sliding_window_view(values, self.steps + 1)
        known = taken[:, :-1].mean(axis=1) if self.readout == "mean" else taken[:, -2]
        return known, taken[:, -1]

    @cached_property
    def last_value_loss(self) -> float:
        """The loss of the simplest forecast, "the same again", on the held-out part."""
        held = self.parts[1]
        return float((held[self.steps :] - held[self.steps - 1 : -1]).square().mean())

    def _sampler(self, values: Tensor) -> Sampler:
        return Sampler(windows, {"values": values, "length": self.steps})

    @property
    def sampler(self) -> Sampler:
        return self._sampler(self.parts[0])

    def held_out(self, size: int, generator: torch.Generator) -> Batch:
        draw, settings = self._sampler(self.parts[1])
        return Batch(*draw(size, **settings, generator=generator))

    def following(self, generator: torch.Generator, count: int) -> Tensor:
        """What follows the window that `held_out(1, generator)` draws: at most `count` scaled values, its answer first.

        Fewer, (n,), if the series ends before.
        """
        held = self.parts[1]
        draw, settings = self._sampler(torch.arange(len(held)))  # the same draw, of places instead of values
        _, place, _ = draw(1, **settings, generator=generator)
        return held[int(place) : int(place) + count]

    def targets_of(self, inputs: Tensor, batch: Batch) -> Tensor:
        """The series' own next value. Unknown once a value is another: the series has never gone that way."""
        same = (inputs == batch.inputs).flatten(1).all(1, keepdim=True)
        return torch.where(same, batch.targets, torch.nan)

    def describe(self, batch: Batch, outputs: Tensor) -> Quantity:
        mean, deviation = self.scale
        error = float(outputs[0, 0] - batch.targets[0, 0])
        return Quantity(
            values=floats(batch.inputs[0, :, 0] * deviation + mean),
            marked=(False,) * batch.inputs.shape[1],
            target=float(batch.targets[0, 0]) * deviation + mean,
            answer=float(outputs[0, 0]) * deviation + mean,
            tolerance=self.tolerance * deviation,
            right=self.verdict(error),
        )
