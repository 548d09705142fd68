"""What may be stored: plain JSON data, within the constraints of its fields.

Constraints hold when an event is appended, and never when it is read: a rule that becomes stricter
must not lock anybody out of their own history. So the fields of an event carry their constraints
as `Checked`, which reading ignores, and `strict_struct` makes the twin type that enforces them.
"""

from functools import cache, reduce
from inspect import isclass
from math import isfinite
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

# Far below the interpreter's recursion limit, so that what could be written can always be read.
MAX_DEPTH = 64

encoded_json = msgspec.json.Encoder(order="sorted").encode

_NO_BRACKETS = bytes(set(range(256)) - set(b'[]{}"'))
_SQUARE = bytes.maketrans(b"{}", b"[]")


class NotPlain(Exception):
    """A value has no faithful form in JSON; `path` says where it sits, from the outside in.

    It never leaves the store: callers make a `StoreError` of it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def __str__(self) -> str:
        return f"{self.reason} - at `${self.path}`"

    def under(self, step: str) -> "NotPlain":
        """Return this error as seen from one level further out."""
        self.path = step + self.path
        return self


def canonical(value: object) -> str:
    """Return the one text that stands for `value`: keys sorted, no spaces, shortest floats.

    Args:
        value: plain data, or a struct whose fields are plain data.

    Raises:
        NotPlain: a text holds a lone surrogate, which UTF-8 cannot carry.
    """
    try:
        return encoded_json(value).decode()
    except UnicodeEncodeError as error:
        raise NotPlain(f"text that is not Unicode: {error.object[error.start]!a}") from None


def is_shallow(text: bytes) -> bool:
    """Whether a JSON text is surely at most ``MAX_DEPTH`` levels deep; a quick look.

    Where it has escapes, or brackets within strings, that isn't found out.
    """
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return True
    if b"\\" in text:
        return False
    brackets = text.translate(_SQUARE, _NO_BRACKETS).replace(b'""', b"")
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")  # the innermost level
        if not brackets:
            return True
    return False


def plain(value: object, depth: int = MAX_DEPTH) -> Any:
    """Return `value` with structs made dicts and tuples made lists, refusing everything unfaithful.

    JSON writes NaN as null, sets as lists and dates as texts, and none of them come back. Here they
    are errors, and so are NumPy's scalars.

    Raises:
        NotPlain: something in `value` is not plain, finite and at most `depth` levels deep.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        if not isfinite(value):  # type: ignore[arg-type]
            raise NotPlain(f"not a finite number: {value}")
        return value
    if depth == 0:
        raise NotPlain(f"more than {MAX_DEPTH} levels deep")
    if kind is dict:
        return _plain_items(value, depth - 1)
    if kind is list or kind is tuple:
        return _plain_list(value, depth - 1)
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return _plain_items(fields, depth - 1)
    raise NotPlain(f"not a plain value: {kind.__module__}.{kind.__qualname__}")


def _plain_items(items: Any, depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    key: object = None
    try:
        for key, value in items.items():
            if type(key) is not str:
                raise NotPlain("a key that is not text")
            out[key] = plain(value, depth)
    except NotPlain as error:
        raise error.under(f".{key}") from None
    return out


def _plain_list(values: Any, depth: int) -> list[Any]:
    out: list[Any] = []
    try:
        for value in values:
            out.append(plain(value, depth))  # noqa: PERF401 - len(out) names the bad one
    except NotPlain as error:
        raise error.under(f"[{len(out)}]") from None
    return out


class Checked:
    """A constraint on a field, in the words of `msgspec.Meta`: ge, le, pattern, min_length."""

    def __init__(self, **constraints: Any) -> None:
        self.meta = msgspec.Meta(**constraints)


@cache
def strict_struct(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Return the twin of `struct`, all the way down, whose constraints msgspec enforces."""
    hints = get_type_hints(struct, include_extras=True)
    fields = [
        (field.name, _strict(hints[field.name]), field.default)
        for field in msgspec.structs.fields(struct)
    ]
    return msgspec.defstruct(struct.__name__, fields, kw_only=True, forbid_unknown_fields=True)


@cache
def strict_decoder(struct: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    """Return what reads the twin of `struct` from JSON."""
    return msgspec.json.Decoder(strict_struct(struct))


def _strict(hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner, *marks = arguments
        metas = (mark.meta for mark in marks if isinstance(mark, Checked))
        return Annotated[(_strict(inner), *metas)]
    if origin in (Union, UnionType):
        return reduce(or_, map(_strict, arguments))
    if origin is not None:
        return origin[tuple(map(_strict, arguments))]
    if isclass(hint) and issubclass(hint, msgspec.Struct):
        return strict_struct(hint)
    return hint
