"""How a page calls back the slice it has handed out."""

import threading


class Bell:
    """Ask it whether it was rung. One that travels to another process, where its sound does not reach, stays silent."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """From now on it has been rung."""
        self._rung.set()

    def __call__(self) -> bool:
        return self._rung.is_set()

    def __reduce__(self) -> "tuple[type[Bell], tuple[()]]":
        return Bell, ()
