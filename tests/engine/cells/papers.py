"""Recurrent cells transcribed from the papers that introduced them, in plain NumPy and independent of the engine.

Each cell is `name(weights, sequence, **options)`: one sequence (T, I) of float64 goes in, and every state and gate
comes out under its name as (T, units) over time. All states start at zero unless the cell says otherwise. Gates are
stacked by rows, H rows each: weight_ih (k·H, I), weight_hh (k·H, H), bias_ih (k·H), bias_hh (k·H), and a gate's bias
is the sum of the last two. σ is the logistic function, ⊙ the elementwise product, h₋ the state one step before.
S1 is the text seeds/001_…; the number in brackets is its equation. Where the text, or usage since, has moved away from
the paper, the docstring says which of the two is transcribed.
"""

from collections.abc import Callable, Sequence

import numpy as np

Array = np.ndarray
Weights = dict[str, Array]
States = dict[str, Array]


def sigmoid(a: Array) -> Array:
    """The logistic function σ(a) = 1/(1 + e⁻ᵃ)."""
    return 1 / (1 + np.exp(-a))


def relu(a: Array) -> Array:
    """ReLU(a) = max(a, 0)."""
    return np.maximum(a, 0)


def identity(a: Array) -> Array:
    """The argument itself."""
    return a


def softmax(a: Array) -> Array:
    """exp(a_k) / Σ_j exp(a_j) over a vector."""
    # A constant shift cancels in the quotient, and keeps exp from overflowing.
    e = np.exp(a - a.max())
    return e / e.sum()


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "identity": identity,
    "softmax": softmax,
}
"""The functions f and g the papers leave open, by name."""


def over_time(steps: list[States]) -> States:
    """What each step recorded, every name stacked to (T, units)."""
    return {name: np.array([step[name] for step in steps]) for name in steps[0]}


def gates(weights: Weights, count: int) -> list[tuple[Array, Array, Array]]:
    """W (H, I), U (H, H) and the total bias b (H) of each of the `count` stacked gates."""
    w = np.split(weights["weight_ih"], count)
    u = np.split(weights["weight_hh"], count)
    b = np.split(weights["bias_ih"] + weights["bias_hh"], count)
    return list(zip(w, u, b, strict=True))


def residual_input(weights: Weights, sequence: Array) -> States:
    """S1 (1.22), h = h₋ + g(x), with g(x) = tanh(W x + b).

    Weights W (H, I), b (H). Result h.
    """
    h, steps = np.zeros(weights["W"].shape[0]), []
    for x in sequence:
        h = h + np.tanh(weights["W"] @ x + weights["b"])
        steps.append({"h": h})
    return over_time(steps)


def residual(weights: Weights, sequence: Array) -> States:
    """S1 (1.23), h = h₋ + g(x, h₋), with g(x, h₋) = tanh(W x + U h₋ + b).

    Weights: one stacked block. Result h.
    """
    [(w, u, b)] = gates(weights, 1)
    h, steps = np.zeros(u.shape[1]), []
    for x in sequence:
        h = h + np.tanh(w @ x + u @ h + b)
        steps.append({"h": h})
    return over_time(steps)


def jordan(weights: Weights, sequence: Array, activation: str = "tanh", output: str = "identity") -> States:
    """Jordan 1986: the hidden layer sees the last output, h = f(W x + U g(y₋) + b) with y = V h + c.

    y is the net input of the output layer, g(y) its activation, and g(y) is what is fed back: a vector of zeros at
    the first step, whatever g(0) is. Jordan's state units also decay, s = μ s₋ + g(y₋); this is μ = 0, as in the
    texts.

    Weights W (H, I), U (H, O), b (H), V (O, H), c (O). Options: f in `activation`, g in `output`. Result h, y.
    """
    f, g = FUNCTIONS[activation], FUNCTIONS[output]
    fed_back, steps = np.zeros(weights["V"].shape[0]), []
    for x in sequence:
        h = f(weights["W"] @ x + weights["U"] @ fed_back + weights["b"])
        y = weights["V"] @ h + weights["c"]
        fed_back = g(y)
        steps.append({"h": h, "y": y})
    return over_time(steps)


def lstm_1997(weights: Weights, sequence: Array) -> States:
    """Hochreiter & Schmidhuber 1997, before the forget gate: c = c₋ + i ⊙ g, h = o ⊙ tanh(c).

    As in S1: both squashing functions are tanh. The paper scales logistic functions to (−2, 2) for the input and
    (−1, 1) for the output.

    Weights: stacked i, g, o. Result h, c, i, g, o.
    """
    (w_i, u_i, b_i), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 3)
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + b_i)
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        o = sigmoid(w_o @ x + u_o @ h + b_o)
        c = c + i * g
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "g": g, "o": o})
    return over_time(steps)


def lstm_peephole(weights: Weights, sequence: Array) -> States:
    """Gers, Schraudolph & Schmidhuber 2002: each gate also looks at the memory of its own unit.

    i and f look at the memory before the step, o at the memory after it. The memory is squashed on its way out,
    h = o ⊙ tanh(c), as in S1 and Greff et al. 2017.

    Weights: stacked i, f, g, o, and the diagonals weight_ci, weight_cf, weight_co (H). Result h, c, i, f, g, o.
    """
    (w_i, u_i, b_i), (w_f, u_f, b_f), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 4)
    p_i, p_f, p_o = weights["weight_ci"], weights["weight_cf"], weights["weight_co"]
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + p_i * c + b_i)
        f = sigmoid(w_f @ x + u_f @ h + p_f * c + b_f)
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        c = f * c + i * g
        o = sigmoid(w_o @ x + u_o @ h + p_o * c + b_o)
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "f": f, "g": g, "o": o})
    return over_time(steps)


def lstm_coupled(weights: Weights, sequence: Array) -> States:
    """Greff et al. 2017, CIFG, the coupled input and forget gate: f = 1 − i.

    As in S1, without the peepholes that the paper's own CIFG keeps.

    Weights: stacked i, g, o. Result h, c, i, f, g, o.
    """
    (w_i, u_i, b_i), (w_g, u_g, b_g), (w_o, u_o, b_o) = gates(weights, 3)
    h, c, steps = np.zeros(u_i.shape[1]), np.zeros(u_i.shape[1]), []
    for x in sequence:
        i = sigmoid(w_i @ x + u_i @ h + b_i)
        f = 1 - i
        g = np.tanh(w_g @ x + u_g @ h + b_g)
        o = sigmoid(w_o @ x + u_o @ h + b_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append({"h": h, "c": c, "i": i, "f": f, "g": g, "o": o})
    return over_time(steps)


def gru_cho(weights: Weights, sequence: Array) -> States:
    """Cho et al. 2014: n = tanh(W x + U (r ⊙ h₋) + b), h = z ⊙ h₋ + (1 − z) ⊙ n.

    The reset gate comes before the matrix product, unlike in torch and cuDNN, so both biases of n stay outside it.
    The paper omits the biases.

    Weights: stacked r, z, n. Result h, r, z, n.
    """
    (w_r, u_r, b_r), (w_z, u_z, b_z), (w_n, u_n, b_n) = gates(weights, 3)
    h, steps = np.zeros(u_r.shape[1]), []
    for x in sequence:
        r = sigmoid(w_r @ x + u_r @ h + b_r)
        z = sigmoid(w_z @ x + u_z @ h + b_z)
        n = np.tanh(w_n @ x + u_n @ (r * h) + b_n)
        h = z * h + (1 - z) * n
        steps.append({"h": h, "r": r, "z": z, "n": n})
    return over_time(steps)


def scrn(weights: Weights, sequence: Array, alpha: float = 0.95) -> States:
    """Mikolov et al. 2014: a context s = (1 − α) B x + α s₋ that moves slowly, and h = σ(P s + A x + R h₋).

    h sees the context of its own step. There are no biases.

    Weights A (H, I), B (S, I), P (H, S), R (H, H). Result h, s.
    """
    h, s, steps = np.zeros(weights["R"].shape[0]), np.zeros(weights["B"].shape[0]), []
    for x in sequence:
        s = (1 - alpha) * (weights["B"] @ x) + alpha * s
        h = sigmoid(weights["P"] @ s + weights["A"] @ x + weights["R"] @ h)
        steps.append({"h": h, "s": s})
    return over_time(steps)


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


def unitary(weights: Weights, sequence: Array) -> States:
    """Arjovsky, Shah & Bengio 2016: z = modReLU(W z₋ + V x), W unitary and z complex.

    modReLU(z) = ReLU(|z| + b) z/|z|, and 0 where z = 0. The state starts where it was learned to.

    Weights: those of `unitary_matrix`; V (2, H, I), real and imaginary part; b (H); h0 (2H), the real parts of the
    initial state and then the imaginary ones. Result z, complex.
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
        steps.append({"z": z})
    return over_time(steps)


def rotation(skew: Array) -> Array:
    """The orthogonal matrix exp(S − Sᵀ) of a square S = `skew`.

    K = S − Sᵀ is antisymmetric, so iK is Hermitian: iK = Q diag(λ) Q* with λ real, and exp(K) = Q diag(e^{−iλ}) Q*.
    """
    eigenvalues, q = np.linalg.eigh(1j * (skew - skew.T))
    # exp of a real matrix is real: what is left in the imaginary part is rounding.
    return (q @ np.diag(np.exp(-1j * eigenvalues)) @ q.conj().T).real


def goru(weights: Weights, sequence: Array) -> States:
    """Jing et al. 2017: h = z ⊙ h₋ + (1 − z) ⊙ n, n = modReLU(W x + r ⊙ (U h₋), b) with U orthogonal.

    Real modReLU(a, b) = sign(a) ReLU(|a| + b). W x has no bias of its own: b is the one inside modReLU. The paper
    builds U of plane rotations; here it is the exponential of an antisymmetric matrix.

    Weights: weight_ih (3H, I), stacked r, z, n; weight_hh (2H, H) and bias_ih (2H), stacked r, z; bias_n (H); skew
    (H, H), for `rotation`. There is no bias_hh. Result h, r, z, n.
    """
    w_r, w_z, w_n = np.split(weights["weight_ih"], 3)
    u_r, u_z = np.split(weights["weight_hh"], 2)
    b_r, b_z = np.split(weights["bias_ih"], 2)
    u_n, b_n = rotation(weights["skew"]), weights["bias_n"]
    h, steps = np.zeros(u_n.shape[1]), []
    for x in sequence:
        r = sigmoid(w_r @ x + u_r @ h + b_r)
        z = sigmoid(w_z @ x + u_z @ h + b_z)
        a = w_n @ x + r * (u_n @ h)
        n = np.sign(a) * relu(np.abs(a) + b_n)
        h = z * h + (1 - z) * n
        steps.append({"h": h, "r": r, "z": z, "n": n})
    return over_time(steps)


def indrnn(weights: Weights, sequence: Array, activation: str = "relu") -> States:
    """Li et al. 2018: h = f(W x + u ⊙ h₋ + b), unit n hearing only itself, h_n = f(w_n · x + u_n h_n₋ + b_n).

    Weights W (H, I), u (H), b (H). Option: f in `activation`. Result h.
    """
    f, w, u, b = FUNCTIONS[activation], weights["W"], weights["u"], weights["b"]
    h, steps = np.zeros(len(u)), []
    for x in sequence:
        h = np.array([f(w[n] @ x + u[n] * h[n] + b[n]) for n in range(len(u))])
        steps.append({"h": h})
    return over_time(steps)


def clockwork(weights: Weights, sequence: Array, periods: Sequence[int] = (1, 2, 4, 8)) -> States:
    """Koutník et al. 2014: module i computes h = tanh(W x + U h₋ + b) at the steps t with t mod T_i = 0, else copies.

    t counts from 1. A module reads from the modules of the same or a longer period only, so with the periods in
    increasing order U is block-upper-triangular. The modules are as equal as they can be, the first ones one unit
    larger where H does not divide (the paper has them equal).

    Weights: weight_ih (H, I), weight_hh (H, H), of which the forbidden blocks are ignored, bias_ih and bias_hh (H).
    Option: T_i in `periods`. Result h, and active, 1 where a unit was updated and 0 where it was copied.
    """
    [(w, u, b)] = gates(weights, 1)
    modules = np.array_split(np.arange(len(u)), len(periods))
    h, steps = np.zeros(len(u)), []
    for t, x in enumerate(sequence, start=1):
        # Every module reads the states before this step, also of modules already updated in it.
        before, h, active = h, h.copy(), np.zeros(len(u))
        for units, period in zip(modules, periods, strict=True):
            if t % period != 0:
                continue
            net = w[units] @ x + b[units]
            for others, other_period in zip(modules, periods, strict=True):
                if other_period >= period:
                    net = net + u[np.ix_(units, others)] @ before[others]
            h[units] = np.tanh(net)
            active[units] = 1
        steps.append({"h": h, "active": active})
    return over_time(steps)


def echo_state(weights: Weights, sequence: Array, leak: float = 0.3) -> States:
    """Jaeger 2001, with leaky units: h = (1 − a) h₋ + a tanh(W_in x + W h₋ + b), nothing of it trained.

    The leak in this form, one a in both places, is that of Lukoševičius 2012.

    Weights W_in (H, I), W (H, H), b (H). Option: a in `leak`. Result h.
    """
    h, steps = np.zeros(weights["W"].shape[0]), []
    for x in sequence:
        h = (1 - leak) * h + leak * np.tanh(weights["W_in"] @ x + weights["W"] @ h + weights["b"])
        steps.append({"h": h})
    return over_time(steps)


def ridge(states: Array, targets: Array, strength: float) -> Array:
    """An echo state network's readout by ridge regression, from states (N, K) and targets (N, O): [V, c] (O, K+1).

    Minimises Σ_n ‖V h_n + c − y_n‖² + strength ‖[V, c]‖² by its normal equations: the bias is the weight of a last
    column of ones, and is penalised like the rest.
    """
    x = np.hstack([states, np.ones((len(states), 1))])
    return np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ targets).T


def grid_lstm(weights: Weights, sequence: Array) -> States:
    """Kalchbrenner, Danihelka & Graves 2015: one block of a grid over time and depth, one LSTM for each of the two.

    Both LSTMs read the joined H = [h_depth; h_time] as it comes in; each transforms the memory of its own dimension,
    m' = f ⊙ m + i ⊙ g, h' = o ⊙ tanh(m'), and hands it on, to the next step or to the layer above. This is the usual
    LSTM with biases.

    The sequence is (T, 2H): [h_depth; m_depth] from below at each step. Weights: weight_time and weight_depth
    (4H, 2H), stacked i, f, g, o, their first H columns for h_depth and the others for h_time; bias_time, bias_depth
    (4H). Result h, c, i, f, g, o of the time dimension; h_depth, c_depth, i_depth, f_depth, g_depth, o_depth.
    """
    size = sequence.shape[1] // 2

    def transform(dimension: str, joined: Array, m: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """The LSTM of one dimension: h', m', and its gates i, f, g, o."""
        w_i, w_f, w_g, w_o = np.split(weights[f"weight_{dimension}"], 4)
        b_i, b_f, b_g, b_o = np.split(weights[f"bias_{dimension}"], 4)
        i = sigmoid(w_i @ joined + b_i)
        f = sigmoid(w_f @ joined + b_f)
        g = np.tanh(w_g @ joined + b_g)
        o = sigmoid(w_o @ joined + b_o)
        m = f * m + i * g
        return o * np.tanh(m), m, i, f, g, o

    names = ("h", "c", "i", "f", "g", "o")
    h_time, m_time, steps = np.zeros(size), np.zeros(size), []
    for below in sequence:
        h_depth, m_depth = below[:size], below[size:]
        joined = np.concatenate([h_depth, h_time])
        along_time = transform("time", joined, m_time)
        along_depth = transform("depth", joined, m_depth)
        h_time, m_time = along_time[0], along_time[1]
        step = dict(zip(names, along_time, strict=True))
        step.update(zip([f"{name}_depth" for name in names], along_depth, strict=True))
        steps.append(step)
    return over_time(steps)


def mlp(weights: Sequence[tuple[Array, Array]], x: Array) -> Array:
    """Pascanu et al. 2014, the deep map put in place of a shallow one: x → tanh(W x + b), layer after layer.

    Weights: (W, b) of each layer, the first applied first.
    """
    for w, b in weights:
        x = np.tanh(w @ x + b)
    return x


def highway(x: Array, transformed: Array, W_T: Array, b_T: Array) -> Array:  # noqa: N803 (the paper's letters)
    """Srivastava, Greff & Schmidhuber 2015: T ⊙ transformed + (1 − T) ⊙ x, T = σ(W_T x + b_T).

    `transformed` is the paper's H(x), of the size of x.
    """
    t = sigmoid(W_T @ x + b_T)
    return t * transformed + (1 - t) * x
