"""Every architecture, by the identifier that stands in the link."""

from engine.architectures.base import Architecture, Model, Work
from engine.architectures.stack import Stack

ARCHITECTURES: dict[str, type[Architecture]] = {"stack": Stack}

__all__ = ["ARCHITECTURES", "Architecture", "Model", "Stack", "Work"]
