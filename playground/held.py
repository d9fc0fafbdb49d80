"""A run between two slices."""

from engine import Run
from engine.saving import load, save


class Held:
    """A run, as an object here or as the file in which it travels; each is made from the other when it is asked for.

    Whoever takes `run` may change it, so from then on it alone counts.
    """

    def __init__(self, run: Run) -> None:
        self._run: Run | None = run
        self._saved = b""

    @property
    def run(self) -> Run:
        if self._run is None:
            self._run = load(self._saved)
        self._saved = b""
        return self._run

    @property
    def saved(self) -> bytes:
        """As `engine.saving.save` writes it."""
        if not self._saved and self._run is not None:
            return save(self._run)
        return self._saved

    def came_back(self, saved: bytes) -> None:
        """The run went on elsewhere and is now as in this file."""
        self._run, self._saved = None, saved
