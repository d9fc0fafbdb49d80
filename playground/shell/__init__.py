"""What stands around every page, and what several pages share: sidebar, bar, film, export, own data."""
