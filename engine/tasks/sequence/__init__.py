"""Tasks whose examples are sequences."""
