"""Payloads of any kind, derived from the structs and their constraints."""

from collections.abc import Callable
from inspect import isclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from store import events
from store.events import Payload
from store.plain import Checked

# Time on a busy machine says nothing about the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

text = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
words = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)

BY_ALIAS: dict[Any, st.SearchStrategy[Any]] = {
    events.Sha256: st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    events.RelativePath: st.lists(words, min_size=1, max_size=3).map("/".join),
    events.FileLabel: words,
    events.Comparison: st.sampled_from(["more", "less", "least", "cant-tell"]),
    events.SongProposed.__annotations__["meter"]: st.from_regex(
        r"[1-9][0-9]?/[1-9][0-9]?", fullmatch=True
    ),
}


def payloads() -> st.SearchStrategy[Payload]:
    """Any valid payload of any kind."""
    return st.one_of([structs(kind.struct) for kind in events.KINDS.values()])


def structs(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(struct, include_extras=True)
    return st.builds(struct, **{name: values(hint) for name, hint in hints.items()})


def values(hint: Any) -> st.SearchStrategy[Any]:
    return BY_ALIAS[hint] if hint in BY_ALIAS else by_shape(hint)


def by_shape(hint: Any, limits: dict[str, Any] | None = None) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return by_shape(arguments[0], constraints(arguments[1:]))
    if origin in (Union, UnionType):
        return st.one_of(*map(values, arguments))
    if origin is list:
        return st.lists(values(arguments[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(text, values(arguments[1]), max_size=3)
    if isclass(hint) and issubclass(hint, msgspec.Struct):
        return structs(hint)
    return scalars(hint, limits or {})


def scalars(hint: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    makers: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
        str: lambda: st.text(
            st.characters(codec="utf-8"), min_size=limits.get("min_length", 0), max_size=12
        ),
        int: lambda: st.integers(limits.get("ge"), limits.get("le")),
        float: lambda: st.floats(
            limits.get("ge", limits.get("gt")),
            limits.get("le"),
            exclude_min="gt" in limits,
            allow_nan=False,
            allow_infinity=False,
        ),
        bool: st.booleans,
        Any: lambda: json_values,
        NoneType: st.none,
    }
    return makers[hint]()


def constraints(marks: tuple[Any, ...]) -> dict[str, Any]:
    metas = [mark.meta for mark in marks if isinstance(mark, Checked)]
    names = ("ge", "gt", "le", "min_length")
    return {
        name: value
        for meta in metas
        for name in names
        if (value := getattr(meta, name)) is not None
    }
