"""Pictures, drawing, links, words and runs need no page: a notebook has them, and so has a test."""

from tests.engine.test_import_graph import python
from tests.processes import ROOT

FOLDERS = ("charts", "drawing", "links", "runs", "words")


def modules() -> list[str]:
    """Every module of those folders."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / "playground" / folder).rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]


def test_no_module_loads_streamlit() -> None:
    imports = "".join(f"import {module}\n" for module in modules())
    loaded = set(python(f"{imports}import sys; print(*sys.modules)").split())
    assert {"playground.words", "playground.charts.heatmap", "playground.links.variants"} <= set(modules()) <= loaded
    assert not {"streamlit", "pages", "playground.shell", "playground.server", "playground.views"} & loaded


def test_the_pictures_of_a_notebook_without_streamlit() -> None:
    code = """
import sys
sys.modules["streamlit"] = None
from engine import TASKS, Experiment, Run
from playground.charts import notebook
for settings in [{"task": task} for task in TASKS] + [{"cell": "unitary", "direction": "bidirectional"}]:
    run = Run(Experiment.from_params({"length": "10", "hidden": "8", "batch": "4", **settings}))
    run.update()
    trace = run.trace()
    layer = trace.layers[0][-1]
    drawn = [notebook.loss(run), notebook.sequence(trace), notebook.gradient(layer), notebook.wiring("lstm")]
    drawn += [notebook.quantity(run, layer, name) for name in {**layer.state, **layer.gates}]
    for shown in drawn:
        assert "vega-lite" in shown._repr_mimebundle_()["text/html"]
        assert repr(shown) == shown.picture.alt
print("drawn")
"""
    assert python(code) == "drawn\n"
