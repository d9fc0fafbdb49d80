"""The page Cells."""
