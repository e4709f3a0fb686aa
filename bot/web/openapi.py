"""The visitor API as an OpenAPI 3.1 document: schemas by pydantic, operations from the handlers themselves.

sanic-ext's generator describes pydantic 2 models wrongly (a Literal becomes an object), so it is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sanic import Sanic

from bot.web import schemas

Handler = TypeVar("Handler", bound=Callable[..., Any])
PROBLEMS = {
    404: "no such conversation, or the token does not open it",
    415: "the body is not JSON",
    422: "the body is not as described",
    429: "too many; see the header Retry-After",
    503: "not kept; try again",
}
REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Operation:
    """What a handler takes and gives."""

    id: str
    summary: str
    status: int
    description: str
    body: Optional[type[BaseModel]] = None
    gives: Optional[type[BaseModel]] = None
    media: str = "application/json"
    secured: bool = False
    headers: Sequence[str] = ()
    problems: Sequence[int] = ()


def documented(operation: Operation) -> Callable[[Handler], Handler]:
    """Put an operation on its handler."""

    def decorate(handler: Handler) -> Handler:
        handler.operation = operation  # type: ignore[attr-defined]
        return handler

    return decorate


def document(app: Sanic[Any, Any]) -> dict[str, Any]:
    """The OpenAPI document of all documented handlers of an application."""
    paths: dict[str, Any] = {}
    models: set[type[BaseModel]] = {schemas.Error}
    for route in app.router.routes:
        operation = getattr(route.handler, "operation", None)
        if operation is None:
            continue
        models |= {model for model in (operation.body, operation.gives) if model}
        path = "/" + "/".join(f"{{{part[1:-1].split(':')[0]}}}" if part.startswith("<") else part for part in route.path.split("/"))
        method = next(iter(set(route.methods) - {"HEAD", "OPTIONS"})).lower()
        paths.setdefault(path, {})[method] = _operation(operation, path)
    _, definitions = models_json_schema([(model, "validation") for model in sorted(models, key=lambda model: model.__name__)], ref_template=REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Nerveline visitor API", "version": "1", "description": "What the chat page speaks. Every reply carries its disclaimer."},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": definitions["$defs"], "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    responses = {str(operation.status): _response(operation.description, operation.gives, operation.media)}
    responses.update({str(status): _response(PROBLEMS[status], schemas.Error, "application/json") for status in operation.problems})
    found: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary, "responses": responses}
    parameters = [{"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}} for part in path.split("/") if part.startswith("{")]
    parameters += [{"name": header, "in": "header", "required": False, "schema": {"type": "string"}} for header in operation.headers]
    if parameters:
        found["parameters"] = parameters
    if operation.body:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference(operation.body)}}}
    if operation.secured:
        found["security"] = [{"token": []}]
    return found


def _response(description: str, model: Optional[type[BaseModel]], media: str) -> dict[str, Any]:
    content = {"content": {media: {"schema": _reference(model)}}} if model else {}
    return {"description": description, **content}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
