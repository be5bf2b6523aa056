"""Making and changing the indexes and documents of a collection when the store starts."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import IndexModel
from pymongo.errors import CollectionInvalid, DuplicateKeyError, OperationFailure

from shared.errors import Conflict, SchemaTooNew
from shared.ports.store import Index
from shared.search_terms import EDITION
from shared.store.layout import IndexLayout
from shared.store.mongo_documents import Documents, Stored, index_filter, index_keys

log = structlog.get_logger(__name__)

_SCHEMA: Final = "_schema"
_BATCH: Final = 200
_TEXT_INDEX: Final = "text"
_EXISTS: Final = 48
"""MongoDB's code for a collection that is there."""


async def prepare(database: "AsyncIOMotorDatabase[Stored]", documents: Documents[Any]) -> None:
    """Make the collection fit its declaration, and its documents the schema version.

    Raises ``SchemaTooNew``, and ``Conflict`` when stored documents break a unique index.
    """
    layout = documents.layout
    known = await database[_SCHEMA].find_one({"_id": layout.name})
    version = layout.collection.version
    if known is not None and known["version"] > version:
        raise SchemaTooNew(
            f"the stored {layout.name} have schema version {known['version']}, this hub knows"
            f" {version}: start the newer hub that wrote them"
        )
    shape = _shape(documents)
    wanted = {index.name.strip('"'): index for index in layout.indexes}
    if known is not None or not await _create(database, layout.name):
        await _drop_obsolete(database, documents, set(wanted))
    if known is not None and (known["version"] != version or known["shape"] != shape):
        await _rewrite(database, documents)
        log.info("store.rewritten", collection=layout.name, version=version)
    await _make_indexes(database, documents, wanted)
    await database[_SCHEMA].update_one(
        {"_id": layout.name}, {"$set": {"version": version, "shape": shape}}, upsert=True
    )


def _shape(documents: Documents[Any]) -> str:
    """Names what lies beside a document: a different shape is written anew."""
    layout = documents.layout
    names = sorted(index.name for index in layout.indexes)
    return blake2b(
        repr((names, EDITION if documents.has_text else 0)).encode(), digest_size=9
    ).hexdigest()


async def _create(database: "AsyncIOMotorDatabase[Stored]", name: str) -> bool:
    """Make the collection; False when it is there, another process may have been quicker."""
    try:
        await database.create_collection(name)
    except CollectionInvalid:
        return False
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise
        return False
    return True


async def _drop_obsolete(
    database: "AsyncIOMotorDatabase[Stored]", documents: Documents[Any], wanted: set[str]
) -> None:
    table = database[documents.layout.name]
    keep = {*wanted, "_id_", *([_TEXT_INDEX] if documents.has_text else [])}
    async for index in table.list_indexes():
        if index["name"] not in keep:
            await table.drop_index(index["name"])


async def _make_indexes(
    database: "AsyncIOMotorDatabase[Stored]",
    documents: Documents[Any],
    wanted: Mapping[str, IndexLayout],
) -> None:
    table = database[documents.layout.name]
    models = {name: _model(name, index.index) for name, index in wanted.items()}
    if documents.has_text:
        models[_TEXT_INDEX] = IndexModel([("s", 1), ("_id", -1)], name=_TEXT_INDEX)
    if not models:
        return
    try:
        await table.create_indexes(list(models.values()))
    except DuplicateKeyError:
        # Which one it was, the error does not tell reliably.
        for name, model in models.items():
            try:
                await table.create_indexes([model])
            except DuplicateKeyError:
                fields = ", ".join(wanted[name].index.fields)
                raise Conflict(
                    f"stored {documents.layout.name} are not unique by {fields},"
                    " as this version demands"
                ) from None


def _model(name: str, index: Index) -> IndexModel:
    held = index_filter(index)
    options: dict[str, Any] = {"partialFilterExpression": dict(held)} if held else {}
    return IndexModel(index_keys(index), name=name, unique=index.unique, **options)


async def _rewrite(database: "AsyncIOMotorDatabase[Stored]", documents: Documents[Any]) -> None:
    """Write every document anew, each under its revision: one that changes meanwhile is new."""
    table = database[documents.layout.name]
    last = ""
    while found := await table.find({"_id": {"$gt": last}}).sort("_id", 1).to_list(_BATCH):
        for one in found:
            tree = documents.tree(one["doc"], one["v"])
            stored = documents.stored(one["_id"], tree, one["r"] + 1)
            await table.replace_one({"_id": one["_id"], "r": one["r"]}, stored)
        last = found[-1]["_id"]
