"""The limits of one field beside the others' values: the last value within is accepted, the next is refused."""

import pytest

from engine.settings import SettingError, Whole
from engine.tasks import TASKS


@pytest.mark.parametrize(
    ("task", "field", "length", "high"),
    [
        ("copy", "symbols", 498, 1),
        ("copy", "symbols", 410, 45),
        ("copy", "symbols", 20, 50),
        ("echo", "delay", 2, 1),
        ("echo", "delay", 30, 29),
        ("echo", "delay", 500, 250),
        ("neighbours", "distance", 3, 1),
        ("neighbours", "distance", 20, 9),
        ("neighbours", "distance", 500, 249),
    ],
)
def test_limit_beside_a_length(task: str, field: str, length: int, high: int) -> None:
    limits = TASKS[task].limits({"length": length})
    spec, why, because = limits[field]
    assert isinstance(spec, Whole)
    assert (spec.low, spec.high) == (1, high)
    TASKS[task](length=length, **{field: high})
    with pytest.raises(SettingError) as caught:
        TASKS[task](length=length, **{field: high + 1})
    assert (
        caught.value.fields == (field, *because)
        or high == TASKS[task].__dataclass_fields__[field].metadata["spec"].high
    )
    assert str(length) in str(why)


@pytest.mark.parametrize("task", TASKS)
def test_defaults_lie_within_the_limits_beside_each_other(task: str) -> None:
    made = TASKS[task]()
    limits = TASKS[task].limits(vars(made))
    for name, limit in limits.items():
        limit.spec.check(name, getattr(made, name))
