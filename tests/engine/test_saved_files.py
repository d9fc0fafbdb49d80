"""Files of runs as they were saved at the end of 2026: each is read and goes on as it did then.

Never write the files in `saved/` anew. A file in a newer format comes beside them.
"""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from engine import Experiment
from engine.saving import load
from tests.engine.test_links import TOLERANCE

SAVED = Path(__file__).with_name("saved")
FILES = json.loads((SAVED / "next_losses.json").read_text(encoding="utf-8"))
"""file, saved after 26 updates; link: its experiment; losses: of its next ten updates."""


@pytest.mark.parametrize("pinned", FILES, ids=lambda pinned: pinned["file"])
def test_a_file_of_old_goes_on_as_it_did(pinned: dict) -> None:
    run = load((SAVED / pinned["file"]).read_bytes())
    assert run.experiment == Experiment.from_params(dict(parse_qsl(pinned["link"])))
    assert run.updates == 26
    assert len(run.film.checkpoints) > 1
    for _ in pinned["losses"]:
        run.update()
    losses = [float(loss) for _, loss in run.losses.table()[-len(pinned["losses"]) :]]
    assert losses == pytest.approx(pinned["losses"], rel=TOLERANCE, abs=0)


def test_no_file_is_left_out() -> None:
    assert {pinned["file"] for pinned in FILES} == {path.name for path in SAVED.glob("*.safetensors")}
    assert len(FILES) >= 12
