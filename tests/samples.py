"""One sample of every message, made from its types alone, so that each field has a value worth
checking.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from shared.types import Time

_PLAIN: dict[type, Any] = {
    str: "text",
    int: 7,
    float: 1.25,
    bool: True,
    Decimal: Decimal("12.5"),
    Time: Time(1381334400123456),
    msgspec.Raw: msgspec.Raw(b'{"any":"json"}'),
}


def sample(kind: Any) -> Any:
    """A value of a type: the first of a union or an enum, one element in a collection."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return sample(next(one for one in inner if one is not type(None)))
    if origin is tuple:
        return (sample(inner[0]),) if inner[-1] is ... else tuple(sample(one) for one in inner)
    if origin is list:
        return [sample(inner[0])]
    if origin is dict:
        return {sample(inner[0]): sample(inner[1])}
    if issubclass(kind, Enum):
        return next(iter(kind))
    return kind(**{field.name: sample(field.type) for field in msgspec.structs.fields(kind)})
