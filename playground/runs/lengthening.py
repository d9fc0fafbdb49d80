"""How far back can each network remember: the lag is doubled until one of them no longer solves the task."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Experiment, SettingError
from engine.budget import check_together
from engine.messages import Message
from engine.progress import Snapshot
from engine.run import HELD_OUT_EVERY
from engine.settings import Whole
from engine.tasks.lag import Lag, at_lag, lag_of
from playground.links.variants import Wanted, name_of, together
from playground.runs.session import Session

FACTOR = 2
"""From one lag to the next."""

SOLVED = 0.1
"""Held-out loss over chance below which a task counts as solved."""

BUDGET = Whole(2000, HELD_OUT_EVERY, 20_000, "updates")
"""Updates that the networks have at each lag."""


@dataclass(frozen=True)
class Outcome:
    """What became of each network at one lag: after how many updates it had solved the task; None: it gave up."""

    lag: int
    solved_at: tuple[int | None, ...]


@dataclass(frozen=True)
class End:
    """Why it is over.

    by: "gave up"; "longest" if there is no longer lag; "too much" if the next one, `lag`, cannot be tried; both with a
    reason. "stopped" by hand; "disturbed" if the runs were begun anew or had a setting changed.
    """

    by: str
    reason: Message | str = ""
    lag: int = 0


class Lengthening:
    """An experiment with the runs of a session, which it begins and which train as ever, when the page ticks.

    base: the experiment in the sidebar at the lag that is tried now. outcomes: of the lags that are done.
    Raises SettingError if the budget is none.
    """

    def __init__(
        self, session: Session, base: Experiment, wanted: Sequence[Wanted], budget: int, megabytes: int
    ) -> None:
        BUDGET.check("updates", budget)
        self.session, self.base, self.wanted = session, base, tuple(wanted)
        self.budget, self.megabytes = budget, megabytes
        self.outcomes: list[Outcome] = []
        self.end: End | None = None
        session.reset()
        self._train()

    @property
    def names(self) -> list[str]:
        return [name_of(each) for each in self.wanted]

    @property
    def going(self) -> bool:
        """Whether it is not over; while the runs are paused it waits."""
        return self.end is None

    @property
    def lag(self) -> int:
        """The one that is tried now."""
        return self._lag.value

    def stop(self) -> None:
        """Leave it at that; the runs pause."""
        if self.going:
            self.end = End("stopped")
            self.session.pause()

    def tick(self) -> bool:
        """Take note of what the last slice brought; whether the lag is another now."""
        if not self.going:
            return False
        if (self.session.beginnings, self.session.experiments) != self._as_begun:
            # Somebody began the runs anew or changed a setting: from here on the figures would not be comparable.
            self.end = End("disturbed")
            return False
        snapshots = [frame.snapshot for frame in self.session.frames]
        if not all(over(each, self.budget) for each in snapshots):
            return False
        outcome = Outcome(self.lag, tuple(solved_at(each, self.budget) for each in snapshots))
        self.outcomes.append(outcome)
        if None in outcome.solved_at:
            self.end = End("gave up")
        else:
            self.end = self._lengthen()
        if self.end:
            self.session.pause()
        return self.going

    @property
    def _lag(self) -> Lag:
        found = lag_of(self.base.task)
        assert found is not None
        return found

    def _lengthen(self) -> End | None:
        """Begin all networks anew at a longer lag, if there is one."""
        longest = self._lag.spec.high
        if self.lag >= longest:
            return End("longest", self._lag.why)
        lag = min(FACTOR * self.lag, longest)
        try:
            base = at_lag(self.base, lag)
            check_together((base,), self.megabytes)
        except SettingError as problem:
            return End("too much", problem.message, lag)
        members, problems = together(base, self.wanted, self.megabytes)
        for place, why in problems.items():
            reason = Message("side.of_network", network=self.names[place], problem=why.message)
            return End("too much", reason, lag)
        self.base = base
        self.session.adopt(*(member.experiment for member in members), keep=False)
        self._train()
        return None

    def _train(self) -> None:
        self._as_begun = (self.session.beginnings, self.session.experiments)
        self.session.play()


def solved_at(snapshot: Snapshot, budget: int) -> int | None:
    """The first update, within the budget, at which the held-out loss was low enough; None if it never was."""
    updates, losses = snapshot.held_out[:, 0], snapshot.held_out[:, 1]
    good = updates[(losses < SOLVED * snapshot.experiment.task.chance_loss) & (updates <= budget)]
    return int(good[0]) if len(good) else None


def over(snapshot: Snapshot, budget: int) -> bool:
    """Whether more updates would change nothing about the outcome."""
    solved = solved_at(snapshot, budget) is not None
    return solved or snapshot.updates >= budget or snapshot.explosion is not None
