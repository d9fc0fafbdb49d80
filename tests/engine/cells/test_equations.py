"""The cells against their papers' equations in NumPy and against onnxruntime's operators."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from engine.cells import Cell
from tests.engine.cells.reference import CASES, EQUATIONS, NAMES, make, sequences, weights_of

every_cell = pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)

ONNX_ACTIVATION = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "identity": "Affine"}
ONNX_ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}
"""Where ONNX's gates (i o f c; z r h) stand in ours (i f g o; r z n)."""


@every_cell
def test_states_follow_the_paper(name: str, options: dict[str, Any]) -> None:
    cell, x = make(name, options, 4, 5), sequences(3, 20, 4)
    activation = {"activation": options["activation"]} if name == "rnn" else {}
    expected = np.stack([EQUATIONS[name](weights_of(cell), row, **activation) for row in x.detach().numpy()])
    np.testing.assert_allclose(cell.states(x).detach().numpy(), expected, rtol=1e-11, atol=1e-13)


def onnx_model(name: str, options: dict[str, Any], cell: Cell) -> bytes:
    """A model of one recurrent operator with the cell's weights; time comes first in ONNX."""

    def reordered(parameter: torch.Tensor) -> np.ndarray:
        blocks = parameter.detach().numpy().reshape(cell.blocks, cell.hidden_size, -1)
        return blocks[ONNX_ORDER[name]].reshape(cell.blocks * cell.hidden_size, -1)

    biases = np.concatenate([reordered(cell.bias_ih), reordered(cell.bias_hh)])
    weights = {"W": reordered(cell.weight_ih), "R": reordered(cell.weight_hh), "B": biases[:, 0]}
    extra: dict[str, Any] = {"linear_before_reset": 1} if name == "gru" else {}
    if name == "rnn":
        extra["activations"] = [ONNX_ACTIVATION[options["activation"]]]
        if options["activation"] == "identity":
            extra |= {"activation_alpha": [1.0], "activation_beta": [0.0]}
    node = helper.make_node(name.upper(), ["X", "W", "R", "B"], ["Y"], hidden_size=cell.hidden_size, **extra)
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, None, cell.input_size])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1, None, cell.hidden_size])],
        [numpy_helper.from_array(np.ascontiguousarray(value[None]), key) for key, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@every_cell
def test_states_equal_onnxruntime(name: str, options: dict[str, Any]) -> None:
    cell, x = make(name, options, 4, 5, torch.float32), sequences(3, 20, 4, torch.float32)
    session = onnxruntime.InferenceSession(onnx_model(name, options, cell), providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"X": x.detach().transpose(0, 1).numpy()})
    expected = theirs[:, 0].swapaxes(0, 1)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(cell.states(x).detach().numpy() / scale, expected / scale, rtol=0, atol=1e-6)
