"""Values as documents hold them in JSON, and as indexes sort them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, Final, cast, get_args

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from shared.errors import BadRequest

_TIMES: Final = (datetime, AwareDatetime)
"""What models call a time: the second is a mere name of pydantic's."""
Tree = dict[str, Any]
"""A document as plain JSON."""
Column = str | int | float | None
"""A value of an index."""


def instant(at: datetime) -> str:
    """A time as fixed-width text that sorts as the times do. Naive ones are refused."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:26]}Z"


def to_json(value: Any) -> Any:
    """A value as the document's JSON holds it."""
    return to_jsonable_python(value, by_alias=False)


def column(value: Any) -> Column:
    """A value as an index holds it."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and not is_text(value):
        raise BadRequest("a text that UTF-8 cannot hold")
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(f"an index cannot hold a {type(value).__name__}")


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair is no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_column(value: Any, *, is_time: bool) -> Column:
    """A value of a document's JSON as an index holds it; what is no scalar is left out."""
    if isinstance(value, bool):
        return int(value)
    if is_time and isinstance(value, str):
        try:
            return instant(datetime.fromisoformat(value))
        except ValueError:
            return None
    return value if isinstance(value, str | int | float) else None


def model_column(value: Any, *, is_time: bool) -> Column:
    """A value of a model as an index holds it: the same as its JSON, which the usual kinds need
    not be turned into first."""
    kind = type(value)
    if kind is datetime and is_time:
        return instant(value) if value.tzinfo is not None else None
    if value is None or kind is int or (kind is str and not is_time):
        return cast(Column, value)
    if isinstance(value, StrEnum) and not is_time:
        return value.value
    return json_column(to_json(value), is_time=is_time)


def at_path(tree: Any, path: str) -> Any:
    """The value at a dotted path, None where there is nothing; a list on the way is spread."""
    value = tree
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list):
            value = [item.get(name) for item in value if isinstance(item, Mapping)]
        else:
            return None
    return value


def defaults(model: type[BaseModel]) -> Tree:
    """What a field is read as when a stored document does not have it yet."""
    return {
        name: to_json(field.get_default(call_default_factory=False))
        for name, field in model.model_fields.items()
        if not field.is_required() and field.default_factory is None
    }


def is_time(model: type[BaseModel], path: str) -> bool:
    """Whether the field at the path holds a time."""
    name, _, rest = path.partition(".")
    field: FieldInfo | None = model.model_fields.get(name)
    if field is None:
        return False
    types = list(_types(field.annotation))
    if not rest:
        return any(isinstance(kind, type) and issubclass(kind, _TIMES) for kind in types)
    return any(
        is_time(kind, rest)
        for kind in types
        if isinstance(kind, type) and issubclass(kind, BaseModel)
    )


def _types(annotation: Any) -> Iterator[Any]:
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from _types(argument)
