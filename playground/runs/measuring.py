"""The gradients of the checkpoint on show, worked out in a worker and never waited for while a run is playing."""

import time
from concurrent.futures import Future
from dataclasses import dataclass, replace

import torch

from engine.observe.gradients import Gradients, Question
from engine.requests import gradients_at
from engine.slices import Frame
from playground.runs.pool import Pool

EVERY, SHARE = 0.2, 0.25
"""While a run is playing: at most so often, in seconds, and at most this share of the time."""


@dataclass(frozen=True)
class Measured:
    """A frame and the gradients in it."""

    frame: Frame
    question: Question
    gradients: Gradients
    seconds: float

    def is_of(self, frame: Frame) -> bool:
        """Whether both are checkpoints of the same run, as far as gradients go."""
        return _subject(self.frame) == _subject(frame)


def _subject(frame: Frame) -> tuple[object, ...]:
    return frame.snapshot.experiment.identity, frame.request.probe


class Measuring:
    """One visitor's latest checkpoint, and the one that is being worked out."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._moment: Measured | None = None
        self._out: tuple[Frame, Question, Future[tuple[Gradients, float]]] | None = None
        self._at = 0.0

    def of(self, frame: Frame, question: Question, playing: bool) -> Measured:
        """The checkpoint to show: that of `frame`, or while playing the last one, if it is of the same run."""
        coming = self._out
        if coming is not None and coming[2].done():
            self._take()
        shown = self._moment
        if shown and shown.question == question and shown.is_of(frame):
            if shown.frame is frame or torch.equal(
                shown.frame.result.checkpoint.weights, frame.result.checkpoint.weights
            ):
                self._moment = replace(shown, frame=frame)
                return self._moment
            if playing and time.monotonic() - self._at < max(EVERY, shown.seconds / SHARE):
                return shown
        if self._out is None:
            weights, probe = frame.result.checkpoint.weights, frame.request.probe
            out = self.pool.submit(gradients_at, frame.snapshot.experiment, weights, probe, question)
            self._out = frame, question, out
        if playing and shown and shown.is_of(frame):
            return shown
        self._take()
        return self.of(frame, question, playing)

    def _take(self) -> None:
        coming, self._out = self._out, None
        if coming is None:  # taken in by a drawing of the page that a click has overtaken
            return
        frame, question, out = coming
        found, seconds = self.pool.wait(out)
        self._moment, self._at = Measured(frame, question, found, seconds), time.monotonic()
