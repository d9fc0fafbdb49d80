"""A folder a page: its panels, its words, its helpers. Views do not import each other."""
