"""The record of gradient norms: what clipping did, bounded and saved along."""

import numpy as np
import pytest

from engine.learners.clipping import after_clipping, share_clipped
from tests.engine.runs import started, trained
from tests.engine.test_run import tuned


def test_every_update_leaves_its_norm_and_threshold() -> None:
    run = started(clip="0.05")
    seen = []
    for number in range(6):
        if number == 3:
            tuned(run, clip=0.0)
        run.update()
        seen.append(run.gradient_norm)
    norms = run.snapshot().norms
    assert norms[:, 0].tolist() == [1, 2, 3, 4, 5, 6]
    assert norms[:, 1].tolist() == seen
    assert norms[:, 2].tolist() == [0.05] * 3 + [0.0] * 3


def test_after_clipping() -> None:
    norms = np.array([[1, 2.0, 1.0], [2, 0.5, 1.0], [3, 7.0, 0.0], [4, 1.0, 1.0]])
    assert after_clipping(norms).tolist() == [1.0, 0.5, 7.0, 1.0]
    assert share_clipped(norms) == 0.25
    assert share_clipped(norms[:0]) == 0


@pytest.mark.parametrize("clip", ["0.02", "0.2"])
def test_after_clipping_is_what_was_stepped_along(clip: str) -> None:
    run = trained(5, clip=clip)
    stepped = np.sqrt(
        sum(float(p.grad.double().square().sum()) for p in run.network.parameters() if p.grad is not None)
    )
    assert after_clipping(run.norms.table())[-1] == pytest.approx(stepped, rel=1e-4)


def test_a_ridge_readout_has_no_gradient_to_clip() -> None:
    assert trained(3, cell="esn").snapshot().norms.shape == (0, 3)
