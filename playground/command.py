"""The command `rnn-playground`: the page, or a sweep."""

import argparse
import runpy
import sys
from pathlib import Path

from engine import __version__, sweep

NAME = "rnn-playground"
ENTRY = Path(__file__).with_name("app.py")


def main() -> int:
    """Do what the command line asks for; the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["sweep"]:
        return sweep.main(arguments[1:], f"{NAME} sweep")
    return serve(streamlit_options(arguments))


def streamlit_options(arguments: list[str]) -> list[str]:
    """What the command line says of the page, as options of `streamlit run`. Ends the program if it cannot be read."""
    parser = argparse.ArgumentParser(
        prog=NAME,
        usage="%(prog)s [--port PORT] [--address ADDRESS] [Streamlit's options]\n       %(prog)s sweep --help",
        description="Serve the playground and print its address. "
        f"`{NAME} sweep` trains one task with several cells, lags and seeds and writes a table, without a page.",
        epilog="Any option of `streamlit run` is understood too, such as --server.baseUrlPath=/rnn. "
        "The environment variables PLAYGROUND_… set what the server gives to each visitor.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--port", type=int, help="8501 if left out")
    parser.add_argument("--address", help="127.0.0.1 serves this machine alone; all of its addresses if left out")
    if arguments and not arguments[0].startswith("-"):
        parser.error(
            f"there is no command {arguments[0]!r}: write `{NAME}` for the page or `{NAME} sweep` for a sweep."
        )
    given, more = parser.parse_known_args(arguments)
    for name, value in (("port", given.port), ("address", given.address)):
        if value is not None:
            more = [f"--server.{name}={value}", *more]
    return more


def serve(options: list[str]) -> int:
    """`streamlit run` with these options, in this process, so that a signal reaches it.

    Streamlit reads .streamlit/config.toml beside the entry, wherever that was installed.
    """
    sys.argv = ["streamlit", "run", str(ENTRY), *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
