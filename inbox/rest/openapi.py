"""The OpenAPI 3.1 document, made from the declared routes and their models."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from inbox.permissions import Permission
from inbox.rest.problems import CONTENT_TYPE, TITLES, Problem
from inbox.rest.route import Nothing, Route

_VARIABLE: Final = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_REF: Final = "#/components/schemas/{model}"
Mode = Literal["validation", "serialization"]
Key = tuple[type[BaseModel], Mode]


def document(
    routes: Sequence[Route], *, version: str, extra: Sequence[type[BaseModel]] = ()
) -> dict[str, Any]:
    """The document. ``extra`` are models that no route names, such as live frames."""
    schemas, components = models_json_schema(
        sorted(_keys(routes, extra), key=lambda key: (key[0].__name__, key[1])),
        ref_template=_REF,
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _VARIABLE.sub(r"{\1}", route.full_path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Omnihub", "version": version, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": components.get("$defs", {}),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "hub_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _keys(routes: Sequence[Route], extra: Sequence[type[BaseModel]]) -> set[Key]:
    keys: set[Key] = {(Problem, "serialization")}
    keys.update((model, "serialization") for model in extra)
    for route in routes:
        keys.add((route.body, "validation"))
        if route.answer is not None:
            keys.add((route.answer, "serialization"))
        keys.update((model, "serialization") for model in route.others.values())
    keys.discard((Nothing, "validation"))
    return keys


def _operation(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.tag or "hub"],
        "x-permission": route.permission,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route, schemas),
    }
    if route.permission is not Permission.PUBLIC:
        operation["security"] = [{"session": []}, {"token": []}]
    if route.body is not Nothing:
        content = {route.consumes: {"schema": schemas[route.body, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.streams:
        file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"content": {route.consumes: {"schema": file}}}
    return operation


def _operation_id(route: Route) -> str:
    words = re.findall(r"\w+", f"{route.method.lower()} {route.full_path.removeprefix('/api/v1')}")
    return "_".join(words)


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _VARIABLE.findall(route.full_path)
    ]


def _query_parameters(route: Route) -> Iterable[dict[str, Any]]:
    if route.query is Nothing:
        return
    schema = route.query.model_json_schema(ref_template=_REF)
    definitions = schema.get("$defs", {})
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.get("description", ""),
            "schema": _inlined(field, definitions),
        }


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its references filled in: those of a query are enums and the like."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _responses(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    good: dict[int, type[BaseModel] | None] = {route.status: route.answer, **route.others}
    for status, model in good.items():
        responses[str(status)] = {"description": TITLES.get(status, "Done")}
        if model is not None:
            kind = CONTENT_TYPE if issubclass(model, Problem) else "application/json"
            content = {kind: {"schema": schemas[model, "serialization"]}}
            responses[str(status)]["content"] = content
        elif route.produces is not None:
            responses[str(status)]["content"] = {route.produces: {}}
    responses["default"] = {
        "description": "A problem (RFC 9457)",
        "content": {CONTENT_TYPE: {"schema": schemas[Problem, "serialization"]}},
    }
    return responses
