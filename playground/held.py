"""A run between two slices."""

from typing import Any

from engine import Run


class Held:
    """A run, as an object here or as the state in which it travels; each is made from the other when it is asked for.

    Whoever takes `run` may change it, so from then on it alone counts.
    """

    def __init__(self, run: Run) -> None:
        self._run: Run | None = run
        self._state: dict[str, Any] = {}

    @property
    def run(self) -> Run:
        if self._run is None:
            self._run = Run.from_state_dict(self._state)
        self._state = {}
        return self._run

    @property
    def state(self) -> dict[str, Any]:
        """As `Run.state_dict` gives it; not to be changed."""
        return self._state if self._run is None else self._run.state_dict()

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._run, self._state = None, state
