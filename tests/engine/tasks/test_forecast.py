"""Next value of a series: where the numbers come from, and that nothing leaks from the future."""

import numpy as np
import pytest
import torch

from engine.settings import SettingError
from engine.tasks import Forecast
from engine.tasks.sequence.forecast import SERIES, mackey_glass, sine, sunspots
from tests.engine.tasks.examples import generator

RAMP = tuple(float(k) for k in range(100))


def own(values: tuple[float, ...], length: int = 4) -> Forecast:
    return Forecast(series="own", values=values, length=length)


def integrated(points: int, h: float = 0.001, tau: float = 17.0) -> np.ndarray:
    """Mackey–Glass by Euler's method from 1.2, one point a unit of time, from time 0 on."""
    lag, per_unit = round(tau / h), round(1 / h)
    x = [1.2] * (lag + 1)
    for k in range(points * per_unit):
        delayed, now = x[k], x[-1]
        x.append(now + h * (0.2 * delayed / (1 + delayed**10) - 0.1 * now))
    return np.array(x[lag::per_unit][:points])


def test_mackey_glass_follows_the_equation() -> None:
    """The shipped points begin at time 200. The equation is chaotic, so two methods part, but slowly."""
    expected = integrated(500)[200:]
    difference = np.abs(mackey_glass()[:300] - expected)
    assert difference[:100].max() < 0.005
    assert difference.max() < 0.05


def test_mackey_glass_is_chaotic_and_bounded() -> None:
    series = mackey_glass()
    assert len(series) == 2000
    assert 0.2 < series.min() < 0.5 < 1.2 < series.max() < 1.4
    assert len(np.unique(series.round(9))) == 2000


def test_sunspots_are_the_yearly_means() -> None:
    series = sunspots()
    assert len(series) == 2008 - 1700 + 1
    assert series[[0, 1, 2, -3, -2, -1]].tolist() == [5.0, 11.0, 16.0, 15.2, 7.5, 2.9]
    assert series[1957 - 1700] == series.max() == 190.2


def test_sine_has_its_period_and_noise() -> None:
    clean, noisy = sine(25.0, 0.0), sine(25.0, 0.5)
    assert np.allclose(clean[25:], clean[:-25], atol=1e-9)
    assert clean[25 * 3 + 1] == pytest.approx(np.sin(2 * np.pi / 25))
    assert (noisy - clean).std() == pytest.approx(0.5, rel=0.05)
    assert np.array_equal(noisy, sine(25.0, 0.5)), "the same points every time"


def test_shortest_period_is_not_sampled_where_it_is_zero() -> None:
    low = Forecast.__dataclass_fields__["period"].metadata["spec"].low
    assert np.abs(sine(low, 0.0)).max() > 0.5


@pytest.mark.parametrize("series", [*SERIES, "own"])
def test_scaling_comes_from_the_training_part_alone(series: str) -> None:
    task = Forecast(series=series, values=RAMP, length=19)
    train, held = task.parts
    assert float(train.double().mean()) == pytest.approx(0, abs=1e-6)
    assert float(train.double().std(correction=0)) == pytest.approx(1, rel=1e-6)
    mean, deviation = task.scale
    assert torch.cat([train, held]).double().numpy() * deviation + mean == pytest.approx(
        task.source, rel=1e-5, abs=1e-4
    )


def test_future_does_not_touch_the_past() -> None:
    """Another last fifth: the same training part, to the last bit."""
    one, other = own(RAMP), own(RAMP[:80] + tuple(1000.0 - k for k in range(20)))
    assert torch.equal(one.parts[0], other.parts[0])
    assert not torch.equal(one.parts[1], other.parts[1])


@pytest.mark.parametrize(("count", "held"), [(20, 5), (24, 5), (100, 20), (309, 61)])
def test_last_fifth_is_held_out(count: int, held: int) -> None:
    task = own(tuple(float(k) for k in range(count)))
    assert [len(part) for part in task.parts] == [count - held, held]


def numbers_of(task: Forecast, held_out: bool) -> set[float]:
    """Every number of the series that turns up in a large batch, in its own units."""
    batch = (task.held_out if held_out else task.batch)(3000, generator())
    mean, deviation = task.scale
    scaled = torch.cat([batch.inputs.flatten(), batch.targets.flatten()]).unique()
    return {round(float(value) * deviation + mean) for value in scaled}


def test_batches_are_cut_from_their_own_part() -> None:
    task = own(RAMP)
    assert numbers_of(task, held_out=False) == set(range(80))
    assert numbers_of(task, held_out=True) == set(range(80, 100))


@pytest.mark.parametrize("length", [1, 5, 19])
def test_answer_is_the_value_that_follows(length: int) -> None:
    task = own(RAMP, length)
    batch = task.batch(200, generator())
    _, deviation = task.scale
    steps = torch.cat([batch.inputs[:, :, 0], batch.targets], dim=1).diff(dim=1) * deviation
    assert torch.allclose(steps, torch.ones(200, length), atol=1e-4)


@pytest.mark.parametrize(
    ("given", "fields"), [({"series": "sunspots"}, ("length", "series")), ({}, ("length", "values"))]
)
def test_a_window_fits_into_what_is_held_out(given: dict[str, str], fields: tuple[str, str]) -> None:
    """One that would not is refused, and not cut."""
    most, size = (60, 309) if given else (19, 100)
    with pytest.raises(
        SettingError, match=rf"^length must be .* from 1 to {most} .*“{most + 1}”.* has {size} values"
    ) as e:
        Forecast(**{"series": "own", "values": RAMP, **given}, length=most + 1)  # type: ignore[arg-type]
    assert e.value.fields == fields
    assert Forecast(**{"series": "own", "values": RAMP, **given}, length=most).steps == most  # type: ignore[arg-type]
    task = own(RAMP[:20], length=4)
    assert task.held_out(3, generator()).inputs.shape == (3, 4, 1)


def test_last_value_again_is_measured_on_the_held_out_part() -> None:
    task = own(tuple(float(k % 3) for k in range(100)), length=5)
    deviation = task.scale[1]
    held = [k % 3 for k in range(80, 100)]
    expected = np.mean([(held[k] - held[k - 1]) ** 2 for k in range(5, 20)]) / deviation**2
    assert task.last_value_loss == pytest.approx(expected, rel=1e-5)


WAVE = tuple(float(np.sin(k)) for k in range(40))
REFUSED = {
    "constant": ((3.0,) * 40, "values is 3 all through its first four fifths"),
    "constant so far": ((3.0,) * 32 + (4.0,) * 8, "values is 3 all through its first four fifths"),
    "too close": (
        (1e29, 1e29 * (1 + 1e-15)) * 20,
        "values changes by .* where it is up to 1e.29 in size: less than a bill",
    ),
    "too small": ((0.0, 1e-200) * 20, "values changes by 1e-200 in its first four fifths"),
    "sentinels to come": (
        (0.0, 1e-12) * 16 + (1e30,) * 8,
        "values has 8 numbers far outside the rest: number 33 is 1e.30",
    ),
    "one to come": ((*WAVE[:37], -1e12, *WAVE[38:]), "values has one number far outside the rest: number 38 is -1e.12"),
    "one to learn from": (
        (*WAVE[:3], 1e12, *WAVE[4:]),
        "values has one number far outside the rest: number 4 is 1e.12",
    ),
    "several": ((*WAVE[:3], 1e12, -9e11, *WAVE[5:]), "values has 2 numbers far outside the rest: number 4 is 1e.12"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_apart_is_refused_with_its_reason(name: str) -> None:
    values, sentence = REFUSED[name]
    with pytest.raises(SettingError, match=f"^{sentence}"):
        own(values)


def test_numbers_that_stand_alone_are_a_series() -> None:
    """Nothing but one beat in forty: the beat is what there is to learn."""
    assert own((0.0,) * 20 + (1.0,) + (0.0,) * 19).scale[1] > 0
    assert own(tuple(2.0**k for k in range(60))).scale[1] > 0, "nor is growth a number far outside"


@pytest.mark.parametrize("values", [(1e30, -1e30) * 20, (1e-20, 2e-20) * 20, (1e6, 1e6 + 1) * 20])
def test_large_and_small_numbers_are_scaled(values: tuple[float, ...]) -> None:
    train, _ = own(values).parts
    assert train.abs() == pytest.approx(np.ones(32), rel=1e-4)
