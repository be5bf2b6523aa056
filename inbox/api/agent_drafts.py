"""What agents are writing, as routes: their own on all devices, and that colleagues write too."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field

from inbox.agent_drafts import AgentDrafts, Outdated
from inbox.api.conversations import conversation
from inbox.api.markup import SpanRequests, spans_of
from inbox.api.writing import CannedRequest, MentionRequests
from inbox.files import Files
from inbox.permissions import Permission
from inbox.rest.problems import Problem
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items, OwnId, PageQuery
from shared.errors import Forbidden
from shared.model.agent_draft import AgentDraft, DraftButton, DraftHead, DraftKind
from shared.model.base import Strict, Utc
from shared.model.content import ButtonKind
from shared.model.people import Agent
from shared.ports.store import Store

_Typed = Annotated[str, Field(max_length=5000)]


class DraftButtonRequest(Strict):
    """A button as far as it is filled in."""

    kind: ButtonKind = ButtonKind.ACTION
    label: str = Field(default="", max_length=80)
    value: str | None = Field(default=None, max_length=1000)
    url: str | None = Field(default=None, max_length=2000)


class DraftHeadRequest(Strict):
    """The head of a mail as it is typed."""

    subject: _Typed = ""
    to: _Typed = ""
    cc: _Typed = ""
    bcc: _Typed = ""


class AgentDraftRequest(Strict):
    """All that the composer holds of one draft; it takes the place of what was saved before."""

    version: int = Field(ge=0)
    """Of the draft that this was made of; 0: there was none."""
    kind: DraftKind = "reply"
    device: OwnId | None = None
    """A name that this tab or device has made for itself; events of its own saves bear it."""
    text: str = Field(default="", max_length=100_000)
    spans: SpanRequests = ()
    attachments: tuple[str, ...] = Field(default=(), max_length=50)
    """Ids of the caller's own uploads. A draft keeps them for longer than uploads are kept."""
    buttons: tuple[Annotated[tuple[DraftButtonRequest, ...], Field(max_length=20)], ...] = Field(
        default=(), max_length=20
    )
    head: DraftHeadRequest | None = None
    """Of a mail; null: as in the mail that is answered."""
    reply_to: str | None = Field(default=None, max_length=100)
    canned: CannedRequest | None = None
    mentions: MentionRequests = ()
    """Of a note."""
    shared: bool = False
    """Colleagues may read it."""


class DiscardQuery(Strict):
    """Which draft is thrown away, and the version that the caller saw."""

    kind: DraftKind = "reply"
    version: int = Field(ge=1)


class ColleagueDraft(BaseModel):
    """A colleague writes something."""

    agent_id: str
    agent_name: str | None
    kind: DraftKind
    updated_at: Utc
    draft: AgentDraft | None
    """What it is, where its author shares it."""


class ConversationDrafts(BaseModel):
    """The drafts of a conversation.

    An own one that was sent or thrown away is told empty, for its ``version`` counts on.
    """

    reply: AgentDraft | None
    note: AgentDraft | None
    others: list[ColleagueDraft]


class DraftConflict(Problem):
    """The draft was saved, sent or thrown away elsewhere since: ``current`` is how it stands."""

    current: AgentDraft | None


@dataclass(frozen=True, slots=True)
class AgentDraftsApi:
    """``/conversations/{id}/draft`` and ``/agents/me/drafts``."""

    store: Store
    drafts: AgentDrafts
    files: Files

    def routes(self) -> list[Route]:
        """What they are."""
        read, write = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_WRITE
        path, tag, others = "/conversations/{id}/draft", "drafts", {409: DraftConflict}
        return [
            Route(
                "GET", path, self.show, read,
                "What I am writing in a conversation, and who else is", tag,
                answer=ConversationDrafts,
            ),
            Route(
                "PUT", path, self.save, write, "Save what I am writing", tag,
                body=AgentDraftRequest, answer=AgentDraft, others=others,
            ),
            Route(
                "DELETE", path, self.discard, write, "Throw away what I was writing", tag,
                query=DiscardQuery, answer=ConversationDrafts, others=others,
            ),
            Route(
                "GET", "/agents/me/drafts", self.mine, read, "All that I have begun to write", tag,
                query=PageQuery, answer=Items[AgentDraft],
            ),
        ]  # fmt: skip

    async def show(self, call: Call[Nothing, Nothing]) -> ConversationDrafts:
        """The caller's own, and everybody else's."""
        return await self._all(call)

    async def save(self, call: Call[Nothing, AgentDraftRequest]) -> AgentDraft | Answer:
        """In the place of the version that the caller saw."""
        agent, body = _agent(call), call.body
        target = await conversation(self.store, call.path["id"])
        own = (await self.drafts.own(target.id, agent.id)).get(body.kind)
        kept = own.attachments if own is not None else ()
        fields: dict[str, Any] = {
            "text": body.text,
            "spans": spans_of(body.spans, body.text),
            "attachments": await self.files.attachments(body.attachments, call.caller.actor, kept),
            "buttons": tuple(
                tuple(DraftButton(**button.model_dump()) for button in row) for row in body.buttons
            ),
            "head": DraftHead(**body.head.model_dump()) if body.head is not None else None,
            "reply_to": body.reply_to,
            "canned": body.canned.use() if body.canned is not None else None,
            "mentions": tuple(one.mention() for one in body.mentions),
            "shared": body.shared,
            "device": body.device,
        }
        try:
            return await self.drafts.save(target.id, agent, body.kind, fields, version=body.version)
        except Outdated as outdated:
            return _conflict(outdated)

    async def discard(self, call: Call[DiscardQuery, Nothing]) -> ConversationDrafts | Answer:
        """Harmless where there is none any more."""
        agent, query = _agent(call), call.query
        target = await conversation(self.store, call.path["id"])
        try:
            await self.drafts.discard(target.id, agent, query.kind, version=query.version)
        except Outdated as outdated:
            return _conflict(outdated)
        return await self._all(call)

    async def mine(self, call: Call[PageQuery, Nothing]) -> Items[AgentDraft]:
        """Newest first."""
        page = await self.drafts.of_agent(_agent(call).id, call.query.cursor, call.query.limit)
        return Items(items=list(page.items), next=page.next)

    async def _all(self, call: Call[Any, Any]) -> ConversationDrafts:
        target = await conversation(self.store, call.path["id"])
        agent = call.caller.agent
        own = await self.drafts.own(target.id, agent.id) if agent is not None else {}
        others = [
            ColleagueDraft(
                agent_id=one.agent_id,
                agent_name=one.agent_name,
                kind=one.kind,
                updated_at=one.updated_at,
                draft=one if one.shared else None,
            )
            for one in await self.drafts.in_conversation(target.id)
            if agent is None or one.agent_id != agent.id
        ]
        return ConversationDrafts(reply=own.get("reply"), note=own.get("note"), others=others)


def _agent(call: Call[Any, Any]) -> Agent:
    if call.caller.agent is None:
        raise Forbidden("this token belongs to no agent")
    return call.caller.agent


def _conflict(outdated: Outdated) -> Answer:
    problem = DraftConflict(
        title="Conflict",
        status=409,
        detail="this draft was saved, sent or thrown away elsewhere meanwhile",
        field="version",
        current=outdated.current,
    )
    return Answer(problem, 409)
