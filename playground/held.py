"""Runs between two slices."""

from engine import Run
from engine.saving import load, save


class Held:
    """Runs that train together, as objects here or as the files in which they travel, made from each other if needed.

    Whoever takes `runs` may change them, so from then on they alone count.
    """

    def __init__(self, *runs: Run) -> None:
        self._runs = runs
        self._saved: tuple[bytes, ...] = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        if not self._runs:
            self._runs = tuple(map(load, self._saved))
        self._saved = ()
        return self._runs

    @property
    def saved(self) -> tuple[bytes, ...]:
        """As `engine.saving.save` writes them."""
        return self._saved or tuple(map(save, self._runs))

    def came_back(self, saved: tuple[bytes, ...]) -> None:
        """The runs went on elsewhere and are now as in these files."""
        self._runs, self._saved = (), saved
