"""Which clicks were meant: while a page ticks, its browser may hand in one and the same click twice."""

import time
from collections.abc import Hashable

ECHO = 0.5
"""Seconds after a Pause within which a Train is the echo of that click."""


TOGGLE: dict[Hashable, str] = {"Train": "toggle", "Pause": "toggle"}
"""Buttons that are one and the same, with words that change."""


class Clicks:
    """Tells clicks from their echoes.

    A click may come with the tick that the browser was about to ask for, and again on its own. The server sees that
    right after the first, or a little later if the browser is busy; a Pause would then be followed by a Train.
    """

    def __init__(self) -> None:
        self.forget()
        self._ticks = 0

    def forget(self) -> None:
        """What comes next was meant."""
        self._button: Hashable = None
        self._at: int | None = None
        self._paused = -ECHO

    def tick(self) -> None:
        """The page ticked."""
        self._ticks += 1

    def meant(self, button: Hashable, moving: bool) -> bool:
        """Whether a click was, on this button of a page that is `moving` or not."""
        now = time.monotonic()
        again = TOGGLE.get(button, button) == TOGGLE.get(self._button, self._button)
        if again and self._at is not None and self._ticks <= self._at + 1:
            return False
        if button == "Train" and now - self._paused < ECHO:
            return False
        if button == "Pause":
            self._paused = now
        self._button, self._at = button, self._ticks if moving else None
        return True
