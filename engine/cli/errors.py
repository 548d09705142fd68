"""From an exception to one line that a person can act on."""

from __future__ import annotations

from documents.terminal import print_line
from engine.errors import EngineError, in_studio, is_ours

BROKE, REFUSED, INTERRUPTED = 1, 2, 130

# What to do about errors of the store, by their names.
ADVICE = {
    "HeadMismatch": (
        "put the right files back (engine restore FILE for a backup), or accept the log as it is "
        "with engine restore --accept"
    ),
    "CommitUnknown": "once the server is there again, engine log shows whether it was recorded",
    "LogCorrupt": "see engine doctor, or put a backup back with engine restore FILE",
    "UnreadableMusic": "see engine doctor",
}


def explain(error: Exception, studio: str = "", about: str = "") -> int:
    """Say what went wrong in one line on stderr; returns the exit code.

    Args:
        error: what was raised.
        studio: the options that name the studio, for the commands that are advised.
        about: what couldn't be done, where that isn't the whole command.
    """
    if _is_usage(error):
        print_line(f"error: {_usage_message(error)}", err=True)
        return REFUSED
    if type(error).__name__ == "Abort":
        print_line("interrupted", err=True)
        return INTERRUPTED
    if is_ours(error):
        known = ADVICE.get(type(error).__name__, "")
        advice = in_studio(getattr(error, "advice", "") or known, studio)
        noted = getattr(error, "__notes__", [])
        parts = filter(None, [_message(error), *noted, advice])
        print_line(f"error: {about}{'; '.join(parts)}", err=True)
        return REFUSED
    kind = type(error).__name__
    again = "run again with --debug to see where"
    print_line(f"error: {about}{kind}: {_message(error)}; {again}", err=True)
    return BROKE


def say_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning as a note on stderr, in the place of Python's two lines."""
    print_line(f"note: {' '.join(str(message).split())}", err=True)


def is_bare(error: Exception) -> bool:
    """Whether nothing but the name of a group of commands was typed."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _is_usage(error: Exception) -> bool:
    return hasattr(error, "format_message")


def _usage_message(error: Exception) -> str:
    message = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "engine"
    return f"{' '.join(message.split())} (see {command} --help)"


def _message(error: Exception) -> str:
    """What is wrong, without the advice that is in the text of our own errors."""
    said = error.args[0] if isinstance(error, EngineError) else error
    return " ".join(str(said).split())
