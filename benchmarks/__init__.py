"""What the page and the engine are held to, measured: `python -m benchmarks.<name> [--json]`."""
