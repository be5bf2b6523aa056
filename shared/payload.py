"""The payload of an envelope: JSON that is written once and read by those who look into it."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, from_json

from shared.errors import BadPayload

P = TypeVar("P", bound=BaseModel)


class Payload(Mapping[str, Any]):
    """A JSON object as text. Looked into, it is a mapping; many readers only pass it on."""

    __slots__ = ("_tree", "text")

    def __init__(self, text: str) -> None:
        """``text`` is a JSON object; what it holds shows when it is first looked into."""
        self.text = text
        self._tree: dict[str, Any] | None = None

    @classmethod
    def of(cls, model: BaseModel) -> "Payload":
        """The payload that holds the model. Raises ``BadPayload`` when it holds what UTF-8 cannot,
        such as half of a surrogate pair."""
        try:
            return cls(model.model_dump_json())
        except PydanticSerializationError:
            raise BadPayload(f"a {type(model).__name__} cannot be written as JSON") from None

    @property
    def tree(self) -> dict[str, Any]:
        """The same as plain values. Raises ``BadPayload`` when it is no JSON object."""
        if self._tree is None:
            try:
                tree = from_json(self.text)
            except ValueError:
                raise BadPayload("the payload is not JSON") from None
            if not isinstance(tree, dict):
                raise BadPayload("the payload is not a JSON object")
            self._tree = tree
        return self._tree

    def read(self, model: type[P]) -> P:
        """The payload as a model. Raises ``ValidationError``."""
        if self._tree is None:
            return model.model_validate_json(self.text)
        return model.model_validate(self._tree)

    def __getitem__(self, name: str) -> Any:
        return self.tree[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tree)

    def __len__(self) -> int:
        return len(self.tree)

    def __repr__(self) -> str:
        return f"Payload({len(self.text)} characters)"
