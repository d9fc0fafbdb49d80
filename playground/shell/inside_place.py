"""Where one looks on the page "Inside a cell": the keys under which other pages can say so."""

STEP, UNIT = "inside.t", "inside.unit"
LAYER, DIRECTION = "inside.layer", "inside.direction"
