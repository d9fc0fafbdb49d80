"""An experiment as a script of its own that needs torch alone."""

from engine.script.frame import script

__all__ = ["script"]
