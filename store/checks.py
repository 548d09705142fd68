"""Constraints that hold when an event is appended, and never when it is read.

A rule that becomes stricter must not lock anybody out of their own history. So the fields of an
event say their constraints as `Checked`, which reading ignores, and `strict` makes the twin type in
which they are enforced.
"""

from functools import cache, reduce
from inspect import isclass
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec


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
