"""What stands between the pages and the runs: a visitor's session, and the workers in which runs live."""
