"""What the columns of a table are, in the words of the data set's card and of its files."""

from __future__ import annotations

import json
from typing import Any

# A recording, as files of this layout embed one: its bytes and its file's name.
SOUND = "audio"
METADATA = "huggingface"

Feature = dict[str, Any]


def tidy(table: Any) -> Any:
    """The same table with columns of kinds that every reader knows."""
    import pyarrow
    from pyarrow import types

    for place, field in enumerate(table.schema):
        kind = field.type
        if types.is_dictionary(kind):
            kind = kind.value_type
        if types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind):
            kind = pyarrow.string()
        if types.is_decimal(kind):
            kind = pyarrow.float64()
        if kind != field.type:
            table = table.set_column(place, field.name, table[field.name].cast(kind))
    return table


def described(schema: Any) -> Any:
    """A schema that carries its own features, as the loader of such data sets reads them."""
    features = {field.name: _of_file(field.type, field.name) for field in schema}
    return schema.with_metadata({METADATA: json.dumps({"info": {"features": features}})})


def on_card(schema: Any) -> list[Feature]:
    """The features of a configuration, for the card's front matter."""
    return [_of_card(field) for field in schema]


def _of_card(field: Any) -> Feature:
    from pyarrow import types

    if field.name == SOUND:
        return {"name": field.name, "dtype": SOUND}
    if types.is_struct(field.type):
        return {"name": field.name, "struct": [_of_card(inner) for inner in field.type]}
    if types.is_list(field.type):
        return {"name": field.name, "list": _name(field.type.value_type)}
    return {"name": field.name, "dtype": _name(field.type)}


def _of_file(kind: Any, name: str) -> Feature:
    from pyarrow import types

    if name == SOUND:
        return {"_type": "Audio"}
    if types.is_struct(kind):
        return {inner.name: _of_file(inner.type, inner.name) for inner in kind}
    if types.is_list(kind):
        return {"feature": _of_file(kind.value_type, ""), "_type": "List"}
    return {"dtype": _name(kind), "_type": "Value"}


def _name(kind: Any) -> str:
    """What a plain kind is called: as Arrow does, but for two."""
    return {"double": "float64", "float": "float32"}.get(str(kind), str(kind))
