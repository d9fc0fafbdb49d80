"""Heat maps as images: every cell has the colour of its value, at its place."""

import base64
import io
import math
from itertools import product

import numpy as np
import pytest
from PIL import Image

from playground.charts.base import SIGNED, SIGNED_DARK, UNSIGNED, UNSIGNED_DARK, Data
from playground.charts.heatmap import heatmap, heatmap_data
from playground.charts.image import GAP, LEVELS, OUTSIDE, OUTSIDE_DARK, levels, palette
from playground.charts.picking import picking, picking_data
from playground.charts.triangle import SHADES, cell_edges, pixels, triangle_data

COLOURS = [(SIGNED, False, -2.0), (SIGNED_DARK, True, -2.0), (UNSIGNED, False, 0.0), (UNSIGNED_DARK, True, 0.0)]


def decoded(data: Data) -> np.ndarray:
    """(rows, columns, 4): red, green, blue and how opaque."""
    (url,) = data["image"]["url"].to_pylist()
    kind, _, text = url.partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(text))) as image:
        assert image.mode == "P"
        return np.array(image.convert("RGBA"))


def mixed(value: float, low: float, high: float, colours: list[str]) -> list[float]:
    """The colour of a value as the colour key draws it."""
    stops = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
    at = min(max((value - low) / (high - low), 0), 1) * (len(stops) - 1)
    k = min(int(at), len(stops) - 2)
    return [a + (at - k) * (b - a) for a, b in zip(stops[k], stops[k + 1], strict=True)]


@pytest.mark.parametrize(("colours", "dark", "low"), COLOURS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (50, 32), (500, 128)])
def test_every_cell_has_the_colour_of_its_value(
    colours: list[str], dark: bool, low: float, shape: tuple[int, int]
) -> None:
    values = np.random.default_rng(0).uniform(low, 2.0, shape).astype(np.float32)
    seen = decoded(heatmap_data("h", values, low, 2.0, dark, False))
    assert seen.shape == (shape[1], shape[0], 4), "units down, time to the right"
    assert (seen[..., 3] == 255).all()
    np.testing.assert_array_equal(seen[..., :3], palette(tuple(colours))[levels(values.T, low, 2.0) - 1])
    widest = max(
        abs(int(a) - int(b))
        for a, b in zip(palette(tuple(colours))[:-1].flat, palette(tuple(colours))[1:].flat, strict=True)
    )
    for t, unit in zip(*np.unravel_index(np.arange(0, values.size, max(1, values.size // 50)), shape), strict=True):
        expected = mixed(float(values[t, unit]), low, 2.0, colours)
        assert np.abs(seen[unit, t, :3] - expected).max() <= widest / 2 + 1


@pytest.mark.parametrize(("colours", "dark", "low"), COLOURS)
def test_the_ends_and_0_have_their_colours_exactly(colours: list[str], dark: bool, low: float) -> None:
    seen = decoded(heatmap_data("h", np.array([[low, 0.0, 2.0]]), low, 2.0, dark, False))[:, 0, :3]
    assert [f"#{bytes(colour).hex()}" for colour in seen] == [
        colours[0],
        colours[2] if low else colours[0],
        colours[-1],
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_what_lies_beyond_has_colours_of_its_own_and_the_key_names_them(dark: bool) -> None:
    below, above = OUTSIDE_DARK if dark else OUTSIDE
    seen = decoded(heatmap_data("c", np.array([[-9.0, 2.001, -2.0, 2.0]]), -2.0, 2.0, dark, False))[:, 0, :3]
    colours = SIGNED_DARK if dark else SIGNED
    assert [f"#{bytes(colour).hex()}" for colour in seen] == [below, above, colours[0], colours[-1]]
    assert {below, above}.isdisjoint(f"#{bytes(c).hex()}" for c in palette(tuple(colours)))
    words = {
        layer["mark"]["text"]: layer["mark"]["color"]
        for layer in heatmap("c", 4, 3, -2.0, 2.0, dark=dark, beyond=True).spec["layer"]
        if "text" in layer["mark"]
    }
    assert words == {"■ below −2": below, "■ above 2": above}
    assert not any("text" in layer["mark"] for layer in heatmap("c", 4, 3, -2.0, 2.0, dark=dark).spec["layer"])


def test_a_unit_on_a_scale_of_its_own_goes_from_its_largest_amount_to_its_opposite() -> None:
    values = np.array([[0.1, 9.0, 0.0], [-0.2, -4.5, 0.0]])
    seen = decoded(heatmap_data("c", values, -1.0, 1.0, False, True, own=True))[..., :3]
    shade = palette(tuple(SIGNED))
    scaled = np.array([[0.5, 1.0, 0.0], [-1.0, -0.5, 0.0]])
    np.testing.assert_array_equal(seen, shade[levels(scaled.T, -1, 1) - 1])
    told = heatmap_data("c", values, -1.0, 1.0, False, True, own=True)["values"]["c"].to_pylist()
    np.testing.assert_allclose(told, values.reshape(-1), rtol=1e-6)


def test_what_is_not_finite_is_transparent() -> None:
    values = np.array([[0.5, math.nan], [math.inf, -math.inf], [1.0, -1.0]])
    data = heatmap_data("h", values, -1.0, 1.0, True, True)
    assert (decoded(data)[..., 3] == [[255, 0, 255], [0, 0, 255]]).all()
    assert data["values"]["h"].to_pylist() == [0.5, None, None, None, 1, -1]


def test_gaps_are_told_apart_by_their_places() -> None:
    """Of two pictures with other gaps, the one below would be seen through the one above."""

    def gaps(values: list[float]) -> str:
        (found,) = heatmap_data("h", np.array([values]), 0.0, 1.0, False, False)["image"]["gaps"].to_pylist()
        assert isinstance(found, str)
        return found

    assert gaps([0.1, 0.2, 0.3]) == gaps([0.9, 0.8, 0.7]) == ""
    assert gaps([0.1, math.nan, 0.3]) == gaps([0.9, math.inf, 0.7]) != ""
    assert gaps([0.1, math.nan, 0.3]) != gaps([math.nan, 0.2, 0.3])


def test_values_go_along_only_where_all_is_still() -> None:
    values = np.linspace(-1, 1, 12).reshape(4, 3)
    moving, still = (heatmap_data("h", values, -1.0, 1.0, False, still) for still in (False, True))
    assert moving["values"].schema == still["values"].schema
    assert (len(moving["values"]), len(still["values"])) == (0, 12)
    assert moving["image"] == still["image"]
    assert len(picking_data("h", values, 1.0, 1, 1, False, False)["values"]) == 0


@pytest.mark.parametrize("dark", [False, True])
def test_a_key_has_the_colours_of_the_picture(dark: bool) -> None:
    for low in (-1.0, 0.0):
        *_, cells = heatmap("h", 5, 3, low, 1.0, dark=dark).spec["layer"]
        colours = {(-1.0, False): SIGNED, (-1.0, True): SIGNED_DARK, (0.0, False): UNSIGNED, (0.0, True): UNSIGNED_DARK}
        assert cells["encoding"]["color"]["scale"]["range"] == colours[low, dark]


def test_clicks_have_cells_that_never_change() -> None:
    layers = picking("h", 5, 3, 1.0, "", "", False).spec["layer"]
    (clicked,) = [layer for layer in layers if "params" in layer]
    assert clicked["data"] == {"sequence": {"start": 0, "stop": 15, "as": "cell"}}


@pytest.mark.parametrize(
    ("steps", "last"),
    [((1,), 1), ((1, 2, 3), 3), ((1, 4, 9, 10), 10), ((41, 44, 49, 50), 50), (tuple(range(1, 500, 8)), 500)],
)
def test_cells_of_the_triangle_are_as_wide_as_their_steps(steps: tuple[int, ...], last: int) -> None:
    count = len(steps)
    cells = (np.arange(count**2) % LEVELS).astype(np.uint8).reshape(count, count)
    drawn, edges = pixels(cells, steps, last), np.array(cell_edges(steps, last))
    size = last / len(drawn)
    assert drawn.shape == (len(drawn), len(drawn))
    assert size >= 0.5
    # The middle of a pixel on the axes, which run from 0.5 to last + 0.5.
    places = 0.5 + size * (np.arange(len(drawn)) + 0.5)
    cell = np.searchsorted(edges, places) - 1
    for row, r in enumerate(cell):
        expected = (
            np.where(cell >= 0, cells[max(r, 0), np.maximum(cell, 0)], GAP) if r >= 0 else np.full(len(cell), GAP)
        )
        np.testing.assert_array_equal(drawn[row], expected)


def test_a_triangle_is_logarithmic_and_empty_above() -> None:
    values = np.array([[1e-2, 0.0, math.nan], [1.0, 1e2, 0.0], [1e-9, 1e9, 1e-50]])
    data = triangle_data(values, (1, 2, 3), 3, -2, 2, 3, 1, False, True)
    seen = decoded(data)
    assert seen.shape == (3, 3, 4)
    assert (seen[..., 3] == [[255, 0, 0], [255, 255, 0], [255, 255, 255]]).all()
    expected = [SHADES[0], SHADES[2], SHADES[4], SHADES[0], SHADES[4], SHADES[0]]
    assert [f"#{bytes(colour).hex()}" for colour in seen[np.tril_indices(3)][:, :3]] == expected
    assert next(iter(data)) == "pairs", "the page shows the first data set as the picture's"
    told = [tuple(row.values()) for row in data["pairs"].to_pylist()]
    sizes = [1e-2, 0, None, 1, 1e2, 0, 1e-9, 1e9, 1e-50]
    assert told == [(t, k, size) for (t, k), size in zip(product((1, 2, 3), repeat=2), sizes, strict=True)]
    assert len(triangle_data(values, (1, 2, 3), 3, -2, 2, 3, 1, False, False)["pairs"]) == 0
