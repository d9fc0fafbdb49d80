"""What makes the clockwork network and SCRN themselves: parts of the state that change at different speeds."""

import pytest
import torch
from torch import Tensor

from engine.cells import CELLS, Cell
from tests.engine.cells.reference import generator, make, unrolled

PERIODS = (1, 2, 4, 8)


def clockwork(periods: tuple[int, ...] = PERIODS, hidden: int = 8) -> Cell:
    return make("clockwork", {"periods": periods}, 3, hidden)


def modules(cell: Cell) -> list[list[int]]:
    """The units of each module, fastest first."""
    return [(cell.period == period).nonzero().flatten().tolist() for period in cell.period.unique()]


def after_updates(cell: Cell, updates: int = 20) -> Cell:
    """Pushed by Adam, with decay, towards nonsense."""
    adam = torch.optim.AdamW(cell.parameters(), lr=0.05, weight_decay=0.1)
    for update in range(updates):
        x = torch.randn(4, 12, 3, generator=generator(update), dtype=torch.float64)
        adam.zero_grad()
        (cell(x)[0] - 0.5).square().mean().backward()
        adam.step()
    return cell


@pytest.mark.parametrize("periods", [PERIODS, (2, 3), (3, 7, 11)])
def test_module_holds_still_off_its_beat(periods: tuple[int, ...]) -> None:
    """And moves on it: at step t = T_i, 2 T_i, …, counted from 1."""
    cell = clockwork(periods)
    x = torch.randn(1, 40, 3, generator=generator(5), dtype=torch.float64)
    h = torch.cat([torch.zeros(1, 8, dtype=torch.float64), cell(x)[0][0].detach()])
    for period, units in zip(periods, modules(cell), strict=True):
        moved = [t for t in range(1, 41) if not torch.equal(h[t, units], h[t - 1, units])]
        assert moved == list(range(period, 41, period))


def test_beats_go_on_where_a_sequence_was_cut() -> None:
    cell = clockwork((3,))
    x = torch.randn(1, 7, 3, generator=generator(5), dtype=torch.float64)
    state = cell.initial_state(1)
    beats = []
    for now in x.unbind(1):
        state, gates = cell.step(now, state)
        beats.append(bool(gates.active.all()))
    assert beats == [False, False, True, False, False, True, False]


def influence(cell: Cell) -> Tensor:
    """∂h_t/∂h_{t−1} at t = 8, when every module changes: (H, H)."""
    state = cell.initial_state(1)._replace(t=7)
    x = torch.randn(1, 3, generator=generator(6), dtype=torch.float64)

    def after(h: Tensor) -> Tensor:
        new: Tensor = cell.step(x, state._replace(h=h))[0].h[0]
        return new

    h = torch.randn(1, 8, generator=generator(7), dtype=torch.float64)
    return torch.autograd.functional.jacobian(after, h)[:, 0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("trained", [False, True], ids=["fresh", "trained"])
def test_slow_feeds_fast_only(trained: bool) -> None:
    """A slow module's gradient by a faster one's state is exactly 0, also after updates; all others are not."""
    cell = after_updates(clockwork()) if trained else clockwork()
    slope = influence(cell)
    for slow, readers in enumerate(modules(cell)):
        for fast, read in enumerate(modules(cell)):
            block = slope[readers][:, read]
            assert bool((block == 0).all() if fast < slow else (block != 0).all())


def test_fast_modules_never_reach_the_slow_ones() -> None:
    """Over a whole sequence: what is put into the fastest module's input changes no other module."""
    cell = clockwork()
    fastest, *slower = modules(cell)
    x = torch.randn(1, 24, 3, generator=generator(5), dtype=torch.float64)
    before = cell(x)[0].detach()
    with torch.no_grad():
        cell.weight_ih[fastest] += 1
    after = cell(x)[0].detach()
    assert float((before - after)[..., fastest].abs().max()) > 0.1
    for units in slower:
        assert torch.equal(before[..., units], after[..., units])


def test_one_period_of_one_step_is_the_simple_network() -> None:
    cell, simple = clockwork((1,)), make("rnn", {"activation": "tanh"}, 3, 8)
    simple.load_state_dict(cell.state_dict())
    x = torch.randn(3, 12, 3, generator=generator(5), dtype=torch.float64)
    torch.testing.assert_close(cell(x)[0], simple(x)[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize(("hidden", "sizes"), [(8, [2, 2, 2, 2]), (10, [3, 3, 2, 2]), (5, [2, 1, 1, 1])])
def test_units_are_shared_out_evenly_and_the_fast_come_first(hidden: int, sizes: list[int]) -> None:
    cell = clockwork(hidden=hidden)
    assert [len(units) for units in modules(cell)] == sizes
    assert cell.period.tolist() == sorted(cell.period.tolist())


def scrn(alpha: float) -> Cell:
    return make("scrn", {"alpha": alpha, "slow": 4}, 3, 6)


@pytest.mark.parametrize("alpha", [0.95, 0.5, 0.0, 1.0])
def test_slow_state_fades_by_alpha(alpha: float) -> None:
    """Without input s_t = α^t s_0, whatever h does."""
    cell = scrn(alpha)
    start = torch.randn(1, 4, generator=generator(8), dtype=torch.float64)
    state = cell.initial_state(1)._replace(s=start)
    for t in range(1, 31):
        state, _ = cell.step(torch.zeros(1, 3, dtype=torch.float64), state)
        torch.testing.assert_close(state.s, alpha**t * start, rtol=1e-12, atol=1e-300)


def test_slow_state_is_the_running_mean_of_what_was_read() -> None:
    """Under a constant input it comes to B x, in about 1/(1−α) steps, and is never further than that."""
    cell = scrn(0.9)
    x = torch.ones(1, 200, 3, dtype=torch.float64)
    s = torch.cat([state.s for state in unrolled(cell, x)[0]]).detach()
    limit = cell.B.detach().sum(1)
    torch.testing.assert_close(s[-1], limit, rtol=1e-8, atol=0)
    torch.testing.assert_close(s[9], (1 - 0.9**10) * limit, rtol=1e-12, atol=0)


def test_slow_state_does_not_see_the_fast_one() -> None:
    """∂s/∂h₋ = 0 and ∂s/∂s₋ = α exactly; h sees both, and the s of its own step."""
    cell = scrn(0.95)
    x = torch.randn(1, 3, generator=generator(6), dtype=torch.float64)
    h, s = (torch.randn(1, size, generator=generator(9), dtype=torch.float64) for size in (6, 4))

    def after(h: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        state = cell.step(x, cell.initial_state(1)._replace(h=h, s=s))[0]
        return state.h[0], state.s[0]

    (h_h, h_s), (s_h, s_s) = torch.autograd.functional.jacobian(after, (h, s))
    assert not s_h.any()
    assert torch.equal(s_s[:, 0], 0.95 * torch.eye(4, dtype=torch.float64))
    assert bool(h_h.all())
    h_now = after(h, s)[0]
    through_s = torch.diag(h_now * (1 - h_now)) @ cell.P * 0.95
    torch.testing.assert_close(h_s[:, 0], through_s.detach(), rtol=0, atol=1e-14)


def test_what_is_above_reads_fast_and_slow() -> None:
    cell = scrn(0.95)
    state, _ = cell.step(torch.ones(1, 3, dtype=torch.float64), cell.initial_state(1))
    assert torch.equal(cell.output(state), torch.cat([state.h, state.s], dim=-1))
    assert cell.output_size == 10


def test_only_scrn_and_the_clocks_are_of_this_family() -> None:
    assert {name for name, cell in CELLS.items() if cell.about.family == "timescales"} == {"clockwork", "scrn"}
