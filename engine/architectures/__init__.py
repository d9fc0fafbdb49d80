"""Networks: how cells are put together, and the maps around them."""
