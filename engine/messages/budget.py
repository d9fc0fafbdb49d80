"""What is said of an experiment that needs more time or memory than there is."""

from engine.messages.message import Plural, Template

TEMPLATES: dict[str, Template] = {
    "budget.update": (
        "One update of this network would take about {needed:.2f} seconds, and {most} is the limit. Lower one of: "
        "{settings}."
    ),
    "budget.windows": (
        "One update of this network would take about {needed:.2f} seconds, and {most} is the limit. Lower one of: "
        "{settings}; or set {truncate} to 0, as windows of steps take longer than the whole sequence."
    ),
    "budget.together": (
        "These {count} networks together would take about {needed:.2f} seconds for an update of each, and {most} is "
        "the limit. Lower one of: {settings}."
    ),
    "budget.memory": Plural(
        "This network would need about {needed} MB, and this server gives each visitor {most} MB. Lower one of: "
        "{settings}.",
        "These {count} networks together would need about {needed} MB, and this server gives each visitor {most} MB. "
        "Lower one of: {settings}.",
    ),
}
