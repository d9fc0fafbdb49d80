"""For the site: the equations in a docstring, a paragraph with one a line, are shown line by line."""

import re

import griffe

EQUATION = re.compile(r"[^\s=]+(, [^\s=]+)* = \S.*")


class Equations(griffe.Extension):
    """Indents such paragraphs, which Markdown then leaves as they are."""

    def on_instance(self, *, obj: griffe.Object, **_: object) -> None:
        if obj.docstring:
            paragraphs = obj.docstring.value.split("\n\n")
            obj.docstring.value = "\n\n".join(map(shown, paragraphs))


def shown(paragraph: str) -> str:
    lines = paragraph.splitlines()
    if lines and all(EQUATION.fullmatch(line) for line in lines):
        return "\n".join(f"    {line}" for line in lines)
    return paragraph
