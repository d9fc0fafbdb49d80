"""A trained network goes on by itself: a text it writes, a series it forecasts."""
