"""Merging contacts, as routes."""

from dataclasses import dataclass

from pydantic import Field

from inbox.merges import Merges, Suggestion
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items
from shared.model.base import Strict
from shared.model.merge import ContactMerge


class MergeRequest(Strict):
    """Which contact becomes part of the one in the path."""

    from_id: str = Field(max_length=100)


class UnmergeRequest(Strict):
    """Which merge is undone."""

    merge_id: str = Field(max_length=100)


class DismissRequest(Strict):
    """Who is somebody else."""

    other_id: str = Field(max_length=100)


@dataclass(frozen=True, slots=True)
class MergesApi:
    """The routes by which contacts become one and two."""

    merges: Merges

    def routes(self) -> list[Route]:
        """What they are."""
        read, write, tag = Permission.CONTACTS_READ, Permission.CONTACTS_WRITE, "contacts"
        one = "/contacts/{id}"
        return [
            Route(
                "POST", f"{one}/merge", self.merge, write,
                "Make another contact part of this one", tag,
                body=MergeRequest, answer=ContactMerge,
            ),
            Route(
                "POST", f"{one}/unmerge", self.unmerge, write, "Undo a merge into this contact",
                tag, body=UnmergeRequest, answer=ContactMerge,
            ),
            Route(
                "GET", f"{one}/merges", self.history, read, "The merges that still stand", tag,
                answer=Items[ContactMerge],
            ),
            Route(
                "GET", f"{one}/suggestions", self.suggestions, read,
                "Contacts that may be the same person", tag, answer=Items[Suggestion],
            ),
            Route(
                "POST", f"{one}/suggestions/dismiss", self.dismiss, write,
                "These are two people", tag, body=DismissRequest, status=204,
            ),
        ]  # fmt: skip

    async def merge(self, call: Call[Nothing, MergeRequest]) -> ContactMerge:
        """The path's contact goes on."""
        return await self.merges.merge(call.path["id"], call.body.from_id, call.caller.actor)

    async def unmerge(self, call: Call[Nothing, UnmergeRequest]) -> ContactMerge:
        """Both are as they were."""
        return await self.merges.undo(
            call.body.merge_id, call.caller.actor, into_id=call.path["id"]
        )

    async def history(self, call: Call[Nothing, Nothing]) -> Items[ContactMerge]:
        """Newest first."""
        return Items(items=await self.merges.of(call.path["id"]))

    async def suggestions(self, call: Call[Nothing, Nothing]) -> Items[Suggestion]:
        """By equal addresses that nobody verified for both."""
        return Items(items=await self.merges.suggestions(call.path["id"]))

    async def dismiss(self, call: Call[Nothing, DismissRequest]) -> Answer:
        """They stay apart."""
        await self.merges.dismiss(call.path["id"], call.body.other_id, call.caller.actor)
        return Answer(None, 204)
