"""Reading a Vega-Lite spec the way a browser does: which data it asks for, and which fields of it."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Spec = Mapping[str, Any]
Columns = Mapping[str, Collection[str]]

DATUM = re.compile(r"\bdatum\.(\w+)")


def named_data(spec: Spec) -> set[str]:
    """The names of all data sets that a spec refers to, in every layer."""
    return {view["data"]["name"] for view in views(spec) if "name" in view.get("data", {})}


def views(spec: Spec) -> Iterator[Spec]:
    yield spec
    for layer in spec.get("layer", ()):
        yield from views(layer)


def unknown_fields(
    spec: Spec, tables: Columns, fields: Collection[str] = (), inherited: Mapping[str, Any] | None = None
) -> list[str]:
    """Every use of a field that neither the data has nor a transform before it has computed."""
    known = set(fields)
    if "data" in spec:
        if spec["data"].get("values") == []:
            return []
        known = set(_columns(spec["data"], tables))
    missing: list[str] = []
    for transform in spec.get("transform", ()):
        missing += [name for name in _read(transform) if name not in known]
        known |= set(_computed(transform))
    encoding = {**(inherited or {}), **spec.get("encoding", {})}
    if "mark" in spec:
        missing += [name for name in _encoded(encoding) if name not in known]
    for layer in spec.get("layer", ()):
        missing += unknown_fields(layer, tables, known, encoding)
    return missing


def colours(spec: Spec) -> list[Spec]:
    """The colour encodings that map numbers."""
    found = [view["encoding"]["color"] for view in views(spec) if "color" in view.get("encoding", {})]
    return [colour for colour in found if colour.get("type") == "quantitative"]


def within_schema(spec: Spec) -> Spec:
    """The spec without what Vega-Lite hands on to Vega as it is, which its schema does not know."""
    params = [
        {key: value for key, value in param.items() if key not in ("init", "on")} for param in spec.get("params", ())
    ]
    params = [param if len(param) > 1 else {**param, "value": None} for param in params]
    return {**spec, "params": params}


def _columns(data: Mapping[str, Any], tables: Columns) -> Collection[str]:
    if "name" in data:
        return tables.get(data["name"], ())
    if "sequence" in data:
        return (data["sequence"]["as"],)
    if isinstance(data["values"], str):
        assert data["format"] == {"type": "csv"}
        return data["values"].partition("\n")[0].split(",")
    return set.intersection(*(set(row) for row in data["values"]))


def _read(transform: Mapping[str, Any]) -> list[str]:
    return DATUM.findall(str(transform.get("calculate", transform.get("filter", ""))))


def _computed(transform: Mapping[str, Any]) -> list[str]:
    return [transform["as"]] if "as" in transform else [step["as"] for step in transform.get("window", ())]


def _encoded(part: Any) -> Iterator[str]:
    """Fields and datum expressions anywhere in an encoding, but not in an axis, where datum is the tick."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "field":
                yield value
            elif key == "test":
                yield from DATUM.findall(value)
            elif key != "axis":
                yield from _encoded(value)
    elif isinstance(part, list):
        for item in part:
            yield from _encoded(item)
