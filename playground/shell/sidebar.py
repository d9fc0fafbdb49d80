"""The sidebar: widgets in, an Experiment out. The link in the browser always says the same as the widgets."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from engine import ARCHITECTURES, CELLS, LEARNERS, TASKS, Experiment, SettingError, Stack, Training
from engine.architectures import Architecture
from engine.budget import MAX_SECONDS, largest_batch
from engine.experiment import ARCH, LEARNER, TASK, able_learners, network_limits
from engine.learners import learner_for, name_for
from engine.messages import Message
from engine.settings import Choice, Limit, Real, Spec, Whole, Wholes, conditions, read_settings, specs, tightest
from engine.tasks import Task
from engine.tasks.sequence.characters import NextCharacter
from playground import words
from playground.links import variants
from playground.links.presets import PRESETS, WRITERS
from playground.shell import learning_rate, link, number_field, own_data, preset_choice

CHANGES, NEW_SEED, KEPT = "experiment.changes", "seed.new", "preset.kept"
"""What is to become of the experiment that the controls say; whether it gets another seed; a preset's name to keep."""

OVERRULED = "controls.overruled"
"""Where it stands which settings mean nothing on the page on show, because each network there has its own."""

CHANGED: dict[str, Callable[[], None]] = {"optimizer": learning_rate.follow, "lr": learning_rate.note}
"""What another value of a setting in the sidebar brings with it."""

DIAL = "dial."
"""Begins the keys of the controls outside the sidebar, which always mean something."""


def experiment(page: str) -> Experiment:
    """Draw the sidebar and return the visitor's experiment: the one on show, or the last one that was valid."""
    link.follow(page, _show)
    if st.session_state.pop(NEW_SEED, False):
        st.session_state["seed"] = (st.session_state["seed"] + 1) % 2**31
    wanted = st.session_state[variants.CHOSEN] if page == "side" else ()
    st.session_state[OVERRULED] = variants.overruled(st.session_state["cell"], wanted) if wanted else set()
    with st.sidebar:
        preset_choice.choose(show_next)
        told = st.container()
        values = _widgets()
    try:
        chosen = _assemble(values)
    except SettingError as problem:
        # On top of the page, where it is seen whatever part of the sidebar is.
        if problem.fields[0] in link.OWN_DATA and not values[problem.fields[0]]:
            st.info(words.NOTHING_YET, icon=":material/upload:")
        else:
            st.error(words.say(problem.message, task=values["task"]) + words.AS_IT_WAS, icon=":material/error:")
        chosen = st.session_state["experiment"]
    if changes := st.session_state.pop(CHANGES, ()):
        for change in changes:
            chosen = change(chosen)
        show_changed(chosen)
        st.rerun()
    with told:
        preset_choice.tell(st.session_state["preset"], chosen)
    _notices()
    st.session_state["experiment"] = chosen
    link.write(chosen)
    return chosen


def show_next(experiment: Experiment) -> None:
    """Set every control at the start of the next run of the page, whatever else was set by the same request.

    In a callback that is the run that follows at once.
    """
    st.session_state["experiment.next"] = experiment


def show_changed(experiment: Experiment) -> None:
    """The same where it is the preset on show with something changed in it, whose name stays."""
    st.session_state[KEPT] = st.session_state.get("preset")
    show_next(experiment)


def change_next(change: Callable[[Experiment], Experiment]) -> None:
    """In a callback: make something else of the experiment that the controls say, with all that came along with it."""
    st.session_state.setdefault(CHANGES, []).append(change)


def new_seed() -> None:
    """In a callback: another seed, so another run; of the experiment on show or of one chosen by the same request."""
    st.session_state[NEW_SEED] = True


def _show(experiment: Experiment) -> None:
    """Set every control to what `experiment` says, before any is drawn."""
    state = st.session_state
    state["preset"] = preset_choice.named(experiment) or state.pop(KEPT, None)
    state["experiment"] = experiment
    state["task"] = experiment.task_name
    for name in specs(experiment.task):
        key = f"{experiment.task_name}.{name}"
        value = getattr(experiment.task, name)
        if name not in link.OWN_DATA or value:  # what was handed in stays, for when it is chosen again
            state[key] = value
        state.pop(asked_of(key), None)
    state["arch"], state["learner"] = experiment.arch_name, experiment.learner
    for name, (spec, value) in experiment.network.settings().items():
        state[link.network_key(experiment, name)] = _held(spec, value)
    for name, value in experiment.learner_options.items():
        state[name] = _held(learner_for(experiment).options[name], value)
    for name in specs(Training):
        state[name] = getattr(experiment.training, name)
        state.pop(asked_of(name), None)
    learning_rate.note()


def dial(name: str, spec: Spec, value: Any, task: str, turned: Callable[[str], None], whose: str = "") -> None:
    """A second control of a setting, elsewhere on the page; `turned` gets the new value as text.

    whose: tells it from other controls of the same setting.
    """
    key = f"{DIAL}{whose}{name}"
    st.session_state[key] = _held(spec, value)

    def written() -> None:
        held = st.session_state[key]
        turned(held if isinstance(spec, Wholes) else spec.write(held))

    _widget(name, key, spec, task=task, on_change=written)


def _notices() -> None:
    """What was wrong with the link, until it is dismissed."""
    problems = st.session_state.get("problems")
    if problems:
        lines = "\n".join(f"- {words.say(problem, as_in_link=True)}" for problem in problems)
        st.warning(
            lines,
            title="Part of the link could not be used",
            icon=":material/link_off:",
        )
        st.button("Dismiss", on_click=lambda: st.session_state.pop("problems", None), key="dismiss")


def _widgets() -> dict[str, Any]:
    """Draw all controls; their values by the name of the setting."""
    values: dict[str, Any] = {}
    st.header("Task")
    task = values["task"] = _widget("task", "task", TASK)
    st.caption(words.task(task)[1])
    values |= _group(specs(TASKS[task]), f"{task}.", task, lambda: _of_task(task))
    _suit(values)

    st.header("Network")
    values |= _network(values)

    st.header("Training")
    training = specs(Training)
    steps = {name: training.pop(name) for name in ("optimizer", "lr")}
    values |= _group(steps, "", "")
    if learning_rate.unusual():
        st.caption(learning_rate.unusual())
    values |= _group(training, "", "", lambda: _of_work(values))
    values |= _learner(values)
    _without_effect(values)
    return values


def _without_effect(values: Mapping[str, Any]) -> None:
    """What is not as its control says, because of the data."""
    try:
        task = _task(values)
    except SettingError:  # it is said where the experiment is put together
        return
    if values["truncate"] >= task.steps:
        st.caption(words.UNTRUNCATED.format(steps=task.steps, truncate=values["truncate"]))
    if isinstance(task, NextCharacter) and task.rare:
        st.caption(words.RARE.format(different=task.rare + len(task.alphabet) - 1, rare=task.rare))


def _suit(values: Mapping[str, Any]) -> None:
    """For a text that ships: the settings with which it is learned."""
    name = WRITERS.get(values.get("corpus", ""))
    if name is None:
        return
    suiting = Experiment.from_params(PRESETS[name] | {"seed": str(st.session_state.get("seed", 1))})
    if suiting != st.session_state.get("experiment"):
        st.button(words.SUITS, help=words.SUITS_HELP, key="suits", on_click=show_next, args=(suiting,))


def _learner(values: Mapping[str, Any]) -> dict[str, Any]:
    """The choice of a learner and its own settings, where there is one to choose; and what is to say of it.

    One that the cell itself asks for, as a reservoir does for its readout, is chosen among the cell's settings.
    """
    st.session_state.setdefault("learner", LEARNER.default)
    try:
        network = _architecture(values)
        about = _task(values), type(network), vars(network)
    except SettingError:  # it is said where the experiment is put together
        return {"learner": st.session_state["learner"]}
    usual, offered = name_for(*about), _offered(values)
    others = [name for name in able_learners(*about) if name != usual and name not in offered]
    chosen = LEARNER.default
    if others:
        offer = Choice(LEARNER.default, (LEARNER.default, *others))
        if st.session_state["learner"] not in offer.options:
            st.session_state["learner"] = offer.default
        chosen = _widget("learner", "learner", offer)
    learner = name_for(*about, chosen)
    if learner in words.LEARNER_NOTES:
        st.caption(words.LEARNER_NOTES[learner])
    return {"learner": chosen, **_group(LEARNERS[learner].options, "", "")}


def _offered(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The learners that a cell offers by a setting of its own."""
    fit = CELLS[values["cell"]].options.get("fit") if "cell" in values else None
    return fit.options if isinstance(fit, Choice) else ()


def _network(values: Mapping[str, Any]) -> dict[str, Any]:
    """The network's controls, after the choice of its architecture where there is one."""
    arch = ARCH.default
    reading = tuple(name for name, each in ARCHITECTURES.items() if TASKS[values["task"]].structure in each.reads)
    if len(ARCHITECTURES) > 1:
        why = words.READ_BY.format(plural=TASKS[values["task"]].structure.plural)
        narrower = 0 < len(reading) < len(ARCHITECTURES)
        limit = Limit(Choice(reading[0], reading), why, ("task",)) if narrower else None
        arch = _limited("arch", ARCH, limit)
    if issubclass(ARCHITECTURES[arch], Stack):
        return {"arch": arch, **_stack(values)}
    return {"arch": arch, **_group(specs(ARCHITECTURES[arch]), f"{arch}.", "")}


def _stack(values: Mapping[str, Any]) -> dict[str, Any]:
    """The controls of a stack; one that has no meaning beside the others is off and says why."""
    declared = specs(Stack)
    cell = _widget("cell", "cell", declared["cell"])
    network = {"cell": cell}
    limits = _limits(values, cell)

    def draw(*names: str) -> None:
        for name in names:
            network[name] = _limited(name, declared[name], limits.get(name))

    draw("hidden", "layers", "direction")
    network |= _group(CELLS[cell].options, f"{cell}.", "")
    _say_refused(values, network)
    draw("init", "recurrent_scale")
    with st.expander("Depth and connections"):
        draw("input_depth", "transition_depth", "output_depth", "connection", "windows")
    return network


def _say_refused(values: Mapping[str, Any], network: Mapping[str, Any]) -> None:
    """Why the learner that the cell's settings ask for cannot be had, if so; and which it is instead."""
    try:
        about = _task(values), Stack, {"options": network}
    except SettingError:  # it is said where the experiment is put together
        return
    wished = LEARNERS.get(network.get("fit", ""))
    if wished and (reason := wished.cannot(*about)):
        instead = LEARNERS[name_for(*about)].label.lower()
        st.caption(words.OTHER_LEARNER.format(reason=reason, learner=instead))


def _limits(values: Mapping[str, Any], cell: str) -> dict[str, Limit]:
    """The network's settings that are limited by the task, the learner, the cell and what the others are now."""

    def held(name: str, spec: Spec) -> Any:
        return _value(name, spec, st.session_state.get(name, spec.default))

    around = {name: held(name, spec) for name, spec in specs(Stack).items()} | {"cell": cell}
    around["options"] = {name: held(f"{cell}.{name}", spec) for name, spec in CELLS[cell].options.items()}
    try:
        asked = network_limits(_task(values), Stack, around, st.session_state.get("learner", LEARNER.default))
    except SettingError:  # it is said where the experiment is put together
        asked = {}
    for name, limit in tightest(CELLS[cell].limits(around["options"]), asked).items():
        if name in around:
            around[name] = limit.spec.default
    return tightest(asked, Stack.limits(around))


def _limited(name: str, spec: Spec, limit: Limit | None) -> Any:
    """A control within its limit; what was chosen without the limit comes back once that is gone."""
    if limit is None:
        return _widget(name, name, spec)
    kept = st.session_state.setdefault(name, _held(spec, spec.default))
    try:
        limit.check(name, _value(name, spec, kept))
    except SettingError:
        kept = _held(limit.spec, limit.spec.default)
    key = f"{name}.limited"
    st.session_state[key] = kept
    single = not isinstance(limit.spec, Choice) or len(limit.spec.options) == 1
    chosen = _widget(name, key, limit.spec, disabled=single, on_change=partial(_take_over, name, key))
    st.caption(words.say(limit.why))
    return chosen


def _take_over(name: str, key: str) -> None:
    """What is chosen within a limit is wanted without it as well."""
    st.session_state[name] = st.session_state[key]


def _held(spec: Spec, value: Any) -> Any:
    """A setting's value as its widget holds it: a list of numbers as text."""
    return spec.write(value) if isinstance(spec, Wholes) else value


def _value(name: str, spec: Spec, held: Any) -> Any:
    """The value of what a widget holds; the default if that cannot be read, which is said elsewhere."""
    try:
        return spec.read(name, held) if isinstance(spec, Wholes) else held
    except SettingError:
        return spec.default


def _of_task(task: str) -> dict[str, Limit]:
    """The limits of a task's settings that follow from what they are now."""
    declared = specs(TASKS[task])
    return TASKS[task].limits({name: st.session_state.get(f"{task}.{name}", s.default) for name, s in declared.items()})


def _of_work(values: Mapping[str, Any]) -> dict[str, Limit]:
    """The limits of training that the learner sets, and that of the batch by the work of one update."""
    try:
        task, network = _task(values), _architecture(values)
        asked = network_limits(task, type(network), vars(network), st.session_state.get("learner", LEARNER.default))
        room = largest_batch(task, network, st.session_state.get("truncate", 0))
    except SettingError:  # it is said where the experiment is put together
        return {}
    batch = specs(Training)["batch"]
    assert isinstance(batch, Whole)
    return asked | {"batch": Limit(batch.up_to(room), Message("batch.work", seconds=MAX_SECONDS))}


def _group(
    declared: Mapping[str, Spec], prefix: str, task: str, limits: Callable[[], Mapping[str, Limit]] = dict
) -> dict[str, Any]:
    """Draw the controls of settings; `limits` is asked at each, as own data above it may just have come."""
    values: dict[str, Any] = {}
    needs = conditions(TASKS[task]) if task else {}
    for name, spec in declared.items():
        key = f"{prefix}{name}"
        st.session_state.setdefault(key, _held(spec, spec.default))
        other, value = needs.get(name, ("", None))
        if other and values[other] != value:
            values[name] = spec.default
        elif name in link.OWN_DATA:
            own_data.ask(name, key)
            values[name] = st.session_state[key]
        elif isinstance(spec, Whole) and (limit := limits().get(name)):
            values[name] = _within(name, key, spec, limit, task)
        else:
            values[name] = _widget(name, key, spec, task=task, on_change=CHANGED.get(key))
    return values


def _within(name: str, key: str, spec: Whole, limit: Limit, task: str) -> Any:
    """The control of a number that others limit: what was asked beyond that is said, and comes back once it fits."""
    state, asked = st.session_state, asked_of(key)
    assert isinstance(limit.spec, Whole)
    wanted = state.pop(asked, state[key])
    state[key] = limit.spec.nearest(wanted)
    if state[key] != wanted:
        state[asked] = wanted
    chosen = _widget(name, key, limit.spec, task=task, on_change=lambda: state.pop(asked, None))
    if asked in state:
        st.caption(words.CUT.format(high=limit.spec.high, why=words.say(limit.why, task=task), asked=wanted))
    elif limit.spec.high < spec.high:
        st.caption(words.AT_MOST.format(high=limit.spec.high, why=words.say(limit.why, task=task)))
    return chosen


def asked_of(key: str) -> str:
    """Where the number is kept that was asked of the control `key` beyond its limit."""
    return f"{key}.asked"


def _widget(name: str, key: str, spec: Spec, task: str = "", **more: Any) -> Any:
    """The control that fits a spec, with the limits the engine declares."""
    st.session_state.setdefault(key, _held(spec, spec.default))
    common: dict[str, Any] = {
        "label": words.label(name, task),
        "help": words.help_for(name, task),
        "key": key,
        "persist_state": "session",
        **more,
    }
    if name in st.session_state[OVERRULED] and not key.startswith(DIAL):
        common |= {"disabled": True, "help": words.OVERRULED}
    if isinstance(spec, Real):
        common.pop("persist_state")  # a number that is kept has no widget of its own
        return number_field.ask(common.pop("label"), name, spec=spec, task=task, told=common.pop("help"), **common)
    if isinstance(spec, Choice):
        text = partial(words.choice, name=name)
        if len(spec.options) <= 3 and name != "cell":
            return st.segmented_control(
                options=spec.options, format_func=text, required=True, width="stretch", **common
            )
        return st.selectbox(options=spec.options, format_func=text, **common)
    if isinstance(spec, Whole):
        # Written back even if unchanged: a slider whose limit moved is a new one, and would start at its lower end.
        st.session_state[key] = spec.nearest(st.session_state[key])
        if spec.high > 1000 or spec.low == spec.high:
            common["disabled"] = spec.low == spec.high
            return st.number_input(min_value=spec.low, max_value=spec.high, step=1, **common)
        return st.slider(min_value=spec.low, max_value=spec.high, step=1, **common)
    return st.text_input(**common)


def _assemble(values: Mapping[str, Any]) -> Experiment:
    task, network, learner = _task(values), _architecture(values), values["learner"]
    training = Training(**{name: values[name] for name in specs(Training)})
    options = LEARNERS[name_for(task, type(network), vars(network), learner)].options
    return Experiment(task, network, training, learner, read_settings(options, values))


def _task(values: Mapping[str, Any]) -> Task:
    task = TASKS[TASK.read("task", values["task"])]
    return task(**{name: values[name] for name in specs(task)})


def _architecture(values: Mapping[str, Any]) -> Architecture:
    """Raises SettingError, also for a list of numbers that cannot be read."""
    return ARCHITECTURES[ARCH.read("arch", values["arch"])].read(values)
