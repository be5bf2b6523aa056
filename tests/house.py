"""A rule of the house that import-linter has no contract for; named in pyproject.toml."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ChannelTypeContract(Contract):
    """A channel type imports, of its container, only itself and what is made for all of them.

    A channel type is a folder with a ``manifest`` module, so a new one is held to the rule without
    being named anywhere. Options: ``container``, and ``allowed``, the modules made for all.
    """

    type_name = "channel_types"

    container = fields.StringField()
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Compare each direct import of each channel type with what it may import."""
        del verbose
        container = str(self.container)
        allowed = {f"{container}.{name}" for name in [*self.allowed]}  # type: ignore[misc]  # a field is its value on an instance
        types = sorted(
            child
            for child in graph.find_children(container)
            if f"{child}.manifest" in graph.modules
        )
        illegal = [
            (importer, imported)
            for channel_type in types
            for importer in sorted({channel_type, *graph.find_descendants(channel_type)})
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{container}.")
            and imported not in allowed
            and not f"{imported}.".startswith(f"{channel_type}.")
        ]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal, "found": len(types)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that breaks the rule."""
        for importer, imported in check.metadata["illegal"]:
            output.print_error(f"{importer} is not allowed to import {imported}")
