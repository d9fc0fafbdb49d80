"""The page Inside a cell."""
