"""The first page, on which a network is trained."""
