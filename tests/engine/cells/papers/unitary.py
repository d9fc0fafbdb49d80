"""The unitary network, transcribed."""

from typing import Any

import numpy as np

from tests.engine.cells.papers.shared import Array, States, Weights

CASES: list[dict[str, Any]] = [{}]
LEARNED: tuple[int, dict[str, str]] = (600, {"task": "adding", "length": "20"})
LIMITED = {"init", "transition_depth"}
NUMBERS = (3 * 5 + 2 * 10 + 2 * 15 + 5 + 10, 2 * 10 + 2)


def unitary_matrix(weights: Weights) -> Array:
    """Arjovsky, Shah & Bengio 2016: W = D₃ R₂ F⁻¹ D₂ Π R₁ F D₁, multiplied out, complex (H, H).

    D_k = diag(e^{iω_k}), R_k = I − 2 v_k v_k*/‖v_k‖², F the discrete Fourier transform scaled to be unitary, with
    e^{−2πi jk/H}, and (Π u)[j] = u[permutation[j]].

    Weights: phases (3, H) are ω₁, ω₂, ω₃; reflections (2, 2, H) the real and imaginary parts of v₁ and v₂;
    permutation (H) of integers.
    """
    size = weights["phases"].shape[1]
    d_1, d_2, d_3 = (np.diag(np.exp(1j * omega)) for omega in weights["phases"])
    reflections = []
    for real, imaginary in weights["reflections"]:
        v = real + 1j * imaginary
        reflections.append(np.eye(size) - 2 * np.outer(v, v.conj()) / np.sum(np.abs(v) ** 2))
    r_1, r_2 = reflections
    fourier = np.zeros((size, size), dtype=complex)
    for j in range(size):
        for k in range(size):
            fourier[j, k] = np.exp(-2j * np.pi * j * k / size) / np.sqrt(size)
    permutation = np.zeros((size, size))
    for j in range(size):
        permutation[j, weights["permutation"][j]] = 1
    return d_3 @ r_2 @ fourier.conj().T @ d_2 @ permutation @ r_1 @ fourier @ d_1


def states(weights: Weights, sequence: Array) -> States:
    """Arjovsky, Shah & Bengio 2016: z = modReLU(W z₋ + V x), W unitary and z complex.

    modReLU(z) = ReLU(|z| + b) z/|z|, and 0 where z = 0. The state starts where it was learned to.

    Weights: those of `unitary_matrix`; V (2, H, I), real and imaginary part; b (H); h0 (2H), the real parts of the
    initial state and then the imaginary ones. Result h, the real parts and then the imaginary ones, modulus, phase.
    """
    w, v, b = unitary_matrix(weights), weights["V"][0] + 1j * weights["V"][1], weights["b"]
    real, imaginary = np.split(weights["h0"], 2)
    z, steps = real + 1j * imaginary, []
    for x in sequence:
        a = w @ z + v @ x
        z = np.zeros(len(a), dtype=complex)
        for unit, a_unit in enumerate(a):
            modulus = abs(a_unit)
            if modulus > 0:
                z[unit] = max(modulus + b[unit], 0) * a_unit / modulus
        steps.append(z)
    z = np.array(steps)
    return {"h": np.concatenate([z.real, z.imag], axis=-1), "modulus": np.abs(z), "phase": np.angle(z)}
