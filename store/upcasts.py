"""Small functions that turn an old payload into the next version of it.

One entry per step: `("RunStarted", 1)` takes the plain payload of version 1 and returns that of
version 2. Reading chains them up to the current version; the stored event stays as it is.
"""

from collections.abc import Callable
from typing import Any

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def _unheard(finished: dict[str, Any]) -> dict[str, Any]:
    """What the model heard in the survivors was not recorded in version 1."""
    survivors = [survivor | {"heard": None} for survivor in finished["survivors"]]
    return finished | {"survivors": survivors}


UPCASTS: dict[tuple[str, int], Upcast] = {("RunFinished", 1): _unheard}
