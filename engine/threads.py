"""What a thread that computes is set to: one core, and no denormals, of which vanishing gradients are full."""

import torch

_SMALLEST, _ONE = 5e-324, 1.0


def prepare_thread() -> None:
    """Set this thread so for good, as a worker does."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


class Prepared:
    """`with Prepared():` sets this thread so, and puts it back as it was. Where it is so already, nothing is done."""

    __slots__ = ("_denormals", "_threads")

    def __enter__(self) -> None:
        self._threads = torch.get_num_threads()
        if self._threads != 1:
            torch.set_num_threads(1)
        # torch does not tell whether denormals are flushed; one that is multiplied by 1 does.
        self._denormals = _SMALLEST * _ONE != 0
        if self._denormals:
            torch.set_flush_denormal(True)

    def __exit__(self, *raised: object) -> None:
        if self._denormals:
            torch.set_flush_denormal(False)
        if self._threads != 1:
            torch.set_num_threads(self._threads)
