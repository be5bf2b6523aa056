"""The parameters of a Bot API call, from a query, a form, a multipart body or JSON."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from connectors.telegram.simulator.refusal import bad

_ATTACH = "attach://"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """Named values, read by type. Empty values count as absent."""

    values: dict[str, Any]
    files: dict[str, UploadedFile] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """A text."""
        value = self.values.get(key)
        return str(value) if value not in {None, ""} else None

    def integer(self, key: str) -> int | None:
        """A whole number. Refuses anything else."""
        value = self.text(key)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise bad(f"parameter {key} must be an Integer") from None

    def required(self, key: str) -> int:
        """A whole number that must be there."""
        value = self.integer(key)
        if value is None:
            raise bad(f"parameter {key} is required")
        return value

    def number(self, key: str) -> float | None:
        """A number."""
        value = self.text(key)
        try:
            return float(value) if value is not None else None
        except ValueError:
            raise bad(f"parameter {key} must be a Float") from None

    def flag(self, key: str) -> bool:
        """A yes or no."""
        return self.values.get(key) in {True, "true", "True", "1"}

    def json(self, key: str) -> Any:
        """A JSON-serialised value."""
        value = self.values.get(key)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad(f"can't parse {key} JSON object") from None

    def file(self, key: str) -> UploadedFile | None:
        """A file: in the field itself or attached under a name that the field gives."""
        return self.attached(self.text(key)) or self.files.get(key)

    def attached(self, reference: object) -> UploadedFile | None:
        """The file that ``attach://name`` means."""
        if not isinstance(reference, str) or not reference.startswith(_ATTACH):
            return None
        return self.files.get(reference.removeprefix(_ATTACH))


async def read_parameters(request: web.Request) -> Parameters:
    """All parameters of a request."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            raise bad("can't parse request body") from None
        return Parameters(values | given if isinstance(given, dict) else values)
    files: dict[str, UploadedFile] = {}
    for key, value in (await request.post()).items():
        if isinstance(value, FileField):
            files[key] = UploadedFile(value.filename, value.content_type, value.file.read())
            value.file.close()
        else:
            values[key] = value.decode() if isinstance(value, bytes | bytearray) else value
    return Parameters(values, files)
