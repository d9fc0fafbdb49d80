"""The cells against onnxruntime's recurrent operators, in single precision."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from engine.cells import CELLS, Cell
from tests.engine.cells.reference import CASES, make, sequences

OPERATOR = {
    "rnn": "RNN",
    "lstm": "LSTM",
    "lstm_peephole": "LSTM",
    "lstm_coupled": "LSTM",
    "gru": "GRU",
    "gru_cho": "GRU",
}
ACTIVATION = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "identity": "Affine"}
ORDER = {
    "rnn": [0],
    "lstm": [0, 3, 1, 2],
    "lstm_peephole": [0, 3, 1, 2],
    "lstm_coupled": [0, 2, 0, 1],
    "gru": [1, 0, 2],
    "gru_cho": [1, 0, 2],
}
"""Where ONNX's gates (i o f c; z r h) stand in ours (i f g o; r z n; i g o, whose f it passes over)."""

SHARED = [case for case in CASES if case[0] in OPERATOR]
every_shared = pytest.mark.parametrize(("name", "options"), SHARED, ids=lambda v: str(v))


def attributes(name: str, options: dict[str, Any]) -> dict[str, Any]:
    if name in ("gru", "gru_cho"):
        return {"linear_before_reset": int(name == "gru")}
    if name == "lstm_coupled":
        return {"input_forget": 1}
    if name != "rnn":
        return {}
    linear = {"activation_alpha": [1.0], "activation_beta": [0.0]} if options["activation"] == "identity" else {}
    return {"activations": [ACTIVATION[options["activation"]]], **linear}


def model(name: str, options: dict[str, Any], cell: Cell) -> bytes:
    """A model of one recurrent operator with the cell's weights; time comes first in ONNX."""
    hidden = cell.hidden_size

    def reordered(parameter: torch.Tensor) -> np.ndarray:
        return np.concatenate([parameter.detach().reshape(-1, hidden, *parameter.shape[1:])[k] for k in ORDER[name]])

    weights = {
        "W": reordered(cell.weight_ih),
        "R": reordered(cell.weight_hh),
        "B": np.concatenate([reordered(cell.bias_ih), reordered(cell.bias_hh)]),
    }
    inputs = ["X", "W", "R", "B"]
    if name == "lstm_peephole":
        weights["P"] = torch.cat([cell.weight_ci, cell.weight_co, cell.weight_cf]).detach().numpy()
        inputs += ["", "", "", "P"]
    node = helper.make_node(OPERATOR[name], inputs, ["Y"], hidden_size=hidden, **attributes(name, options))
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, None, cell.input_size])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1, None, hidden])],
        [numpy_helper.from_array(np.ascontiguousarray(value[None]), key) for key, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def theirs(name: str, options: dict[str, Any], cell: Cell, x: torch.Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(model(name, options, cell), providers=["CPUExecutionProvider"])
    (states,) = session.run(None, {"X": x.detach().transpose(0, 1).numpy()})
    return np.asarray(states[:, 0].swapaxes(0, 1))


@every_shared
def test_states_equal_onnxruntime(name: str, options: dict[str, Any]) -> None:
    cell, x = make(name, options, 4, 5, torch.float32), sequences(3, 20, 4, torch.float32)
    expected = theirs(name, options, cell, x)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(cell(x)[0].detach().numpy() / scale, expected / scale, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("ours", "other"), [("gru", "gru_cho"), ("lstm_peephole", "lstm"), ("gru_cho", "gru")], ids=str
)
def test_the_relatives_are_told_apart(ours: str, other: str) -> None:
    """With the attribute of its relative, the operator computes something else."""
    cell, x = make(ours, {}, 4, 5, torch.float32), sequences(3, 20, 4, torch.float32)
    assert np.abs(cell(x)[0].detach().numpy() - theirs(other, {}, cell, x)).max() > 1e-3
    assert CELLS[ours].blocks == CELLS[other].blocks
