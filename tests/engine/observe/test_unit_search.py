"""The search for units: planted ones are found, noise scores nothing, the held-out text has no say in the choice."""

import numpy as np
import pytest

from engine.observe.properties import measured
from engine.observe.reading import Band, Passage
from engine.observe.unit_search import best_units, correlations
from engine.settings import SettingError

TEXT = 'He said "yes" and she said "no" to all of it. ' * 60
HELD = 2000


def passage(values: np.ndarray, text: str = TEXT, held: int = HELD) -> Passage:
    """Two layers: layer 1 with all columns but the last four as h, layer 2 with those as a gate z."""
    own = values.shape[1] - 4
    bands = (Band(1, "h", 0, own, False, True), Band(2, "z", own, 4, True, False))
    return Passage(text, held, values.astype(np.float16), bands)


def noise(seed: int = 0, columns: int = 20, text: str = TEXT) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(text), columns))


def test_correlations_against_numpy_and_the_point_biserial_formula() -> None:
    values, target = noise(1), measured(TEXT, "inside_quotes").astype(float)
    values[:, 4] += target
    found = correlations(values, target)
    for column in range(values.shape[1]):
        assert found[column] == pytest.approx(np.corrcoef(values[:, column], target)[0, 1], abs=1e-12)
    x, share = values[:, 4], target.mean()
    by_means = (x[target == 1].mean() - x[target == 0].mean()) / x.std() * np.sqrt(share * (1 - share))
    assert found[4] == pytest.approx(by_means, abs=1e-12)


def test_what_is_constant_correlates_with_nothing() -> None:
    values = np.stack([np.full(50, 0.1), np.arange(50.0), np.full(50, np.nan)], axis=1)
    assert correlations(values, np.arange(50.0)).tolist() == pytest.approx([0, 1, 0])
    assert correlations(values, np.ones(50)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("sign", [1, -1])
def test_planted_unit_is_found(sign: int) -> None:
    """Unit 3 of layer 1 follows quotes, unit 2 of layer 2 does so less closely."""
    quotes, values = measured(TEXT, "inside_quotes"), noise()
    values[:, 2] = sign * (2 * quotes - 1) + 0.1 * values[:, 2]
    values[:, 17] = quotes + 0.5 * values[:, 17]
    first, second, third = best_units(passage(values), quotes, 3)
    assert (first.layer, first.quantity, first.unit) == (1, "h", 3)
    assert (second.layer, second.quantity, second.unit) == (2, "z", 2)
    assert first.score == pytest.approx(sign * first.found, abs=0.01) if sign > 0 else first.score < -0.98
    assert 0.5 < second.score < 0.9
    assert abs(third.score) < 0.15


@pytest.mark.parametrize("name", ["inside_quotes", "line_position", "vowel"])
def test_noise_scores_about_nothing(name: str) -> None:
    """Of 400 columns of noise the best stands out where it was chosen, and not on the held-out text."""
    target = measured(TEXT, name)
    scores = [m.score for seed in range(5) for m in best_units(passage(noise(seed, 400)), target)]
    found = [m.found for seed in range(5) for m in best_units(passage(noise(seed, 400)), target)]
    assert np.abs(found).mean() > 0.05
    assert np.abs(np.mean(np.array(scores) * np.sign(found))) < 0.03
    assert max(map(abs, scores)) < 4 / np.sqrt(len(TEXT) - HELD)


def test_the_choice_is_made_on_the_training_text_alone() -> None:
    quotes, values = measured(TEXT, "inside_quotes"), noise()
    before = best_units(passage(values), quotes)
    values[HELD:] = quotes[HELD:, None]
    after = best_units(passage(values), quotes)
    assert [(m.layer, m.quantity, m.unit, m.found) for m in before] == [
        (m.layer, m.quantity, m.unit, m.found) for m in after
    ]
    assert all(m.score == pytest.approx(1) for m in after)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (np.zeros(100), "at 0 of the 60 training characters"),
        (np.ones(100), "at 60 of the 60 training characters"),
        (np.arange(100) < 5, "at 0 of the 40 held-out characters"),
        (np.arange(100) % 60 < 4, "at least 5"),
    ],
)
def test_too_few_are_said(target: np.ndarray, says: str) -> None:
    text = "x" * 100
    with pytest.raises(SettingError, match=says):
        best_units(passage(noise(text=text), text, 60), target.astype(np.float32))


@pytest.mark.parametrize("held", [0, 100])
def test_without_a_second_text(held: int) -> None:
    text = "ab" * 50
    with pytest.raises(SettingError, match="single word"):
        best_units(passage(noise(text=text), text, held), measured(text, "vowel"))


def test_values_that_are_no_numbers() -> None:
    quotes, values = measured(TEXT, "inside_quotes"), noise()
    values[5, 3] = np.nan
    assert all(np.isfinite(m.score) and (m.layer, m.unit) != (1, 4) for m in best_units(passage(values), quotes))
