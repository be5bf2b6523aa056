"""One attempt: plan, claim, open the files, call the connector, and say what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from connectors.base import Connector, OpenFile, Outgoing
from connectors.board import Board
from connectors.bugs import report_bug
from connectors.health import Health
from connectors.outcome import Verdict, accepted, decide, failed, with_what_was
from connectors.planning import planned, send_limit_s
from connectors.reporter import Reporter
from connectors.rows import PartRows
from shared.clock import Clock
from shared.delivery.reasons import Reason, rejected
from shared.errors import ThreadMoved
from shared.ids import BlobId, ExternalId
from shared.metrics import Metrics
from shared.model.channel import Capabilities
from shared.model.delivery import Delivery, FailureKind, Part
from shared.ports.blobs import Blobs

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends the heads of one channel's threads, several threads at a time."""

    connector: Connector
    capabilities: Capabilities
    rows: PartRows
    board: Board
    reporter: Reporter
    blobs: Blobs
    clock: Clock
    health: Health
    metrics: Metrics
    random: Random
    decided: Callable[[Verdict], None]
    """Told of every verdict: pauses of the channel, and its end."""

    async def send(self, head: Part) -> None:
        """Bring a due part one step further. Raises ``LostLease``."""
        now = self.clock.now()
        if now >= head.deadline_at:
            await self.settle(head, failed(FailureKind.DEADLINE, rejected(Reason.DEADLINE)))
            return
        try:
            pieces = planned(head, self.capabilities)
            files = await self._open(pieces[0])
        except Exception as error:  # noqa: BLE001 - the decision takes every one of them
            await self.settle(head, self._decided_by(error, head))
            return
        claimed = await self._claim(head, pieces)
        if claimed is None:
            await self.reload(head)
            return
        verdict, renamed = await self._call(claimed, files)
        await self.settle(claimed, verdict, renamed=renamed)

    async def settle(
        self, part: Part, verdict: Verdict, *, renamed: ExternalId | None = None
    ) -> None:
        """Write down what became of a part, and hold what must not follow it."""
        verdict = with_what_was(verdict, part)
        settled: Part | None = None
        held: list[Part] = []
        while settled is None:
            waiting = self.board.followers(part)
            stops = verdict.stops_message and part.kind == "send"
            held = waiting if stops else []
            values = verdict.values()
            if renamed and verdict.state is not Delivery.QUEUED:
                # Not before the router is told: it knows the thread by the name in the row.
                values |= _moved_to(renamed)
            along = [(other, {"state": Delivery.HELD, "unreported": True}) for other in held]
            settled = await self.rows.change(part, values, along=along)
            if settled is None and not await self._still(part):
                return
        self._note(settled, verdict)
        self.board.replace(part.id, [settled], settled.thread, self.clock.now())
        if verdict.state is not Delivery.QUEUED:
            self.reporter.report(settled, renamed_from=part.thread if renamed else None)
        for other in held:
            changed = {"state": Delivery.HELD, "changed_at": settled.changed_at}
            waiting_part = other.model_copy(update=changed)
            self.board.replace(other.id, [waiting_part], other.thread, self.clock.now())
            self.reporter.report(waiting_part)
        self.decided(verdict)

    async def reload(self, part: Part) -> None:
        """Somebody else changed a row (cancelled, resent): take over what is there."""
        parts = await self.rows.open_of(self.board.names(part.thread))
        self.board.reset(part.thread, parts, self.clock.now())
        log.debug("dispatch.reloaded", part_id=part.id, parts=len(parts))

    async def _still(self, part: Part) -> bool:
        """Whether the row is as it was claimed; if so, some other row of the message was not."""
        row = await self.rows.get(part.id)
        await self.reload(part)
        if row is None or (row.state, row.attempt) != (part.state, part.attempt):
            log.warning("dispatch.overtaken", part_id=part.id, attempt=part.attempt)
            return False
        return True

    async def _claim(self, head: Part, pieces: list[Part]) -> Part | None:
        first = pieces[0]
        values = {
            "state": Delivery.SENDING,
            "attempt": head.attempt + 1,
            "planned": True,
            "scheduled": False,
            "content": first.content,
            "written": first.written,
            "reply_external_id": first.reply_external_id,
            "index": first.index,
            "total": first.total,
        }
        claimed = await self.rows.change(head, values, added=pieces[1:])
        if claimed is not None:
            now = self.clock.now()
            self.board.replace(head.id, [claimed, *pieces[1:]], head.thread, now)
        return claimed

    async def _call(self, part: Part, files: list[OpenFile]) -> tuple[Verdict, ExternalId | None]:
        renamed: ExternalId | None = None
        thread = ExternalId(self.board.key(part.thread))
        if thread != part.thread:
            renamed = thread
        for last in (False, True):
            if renamed and part.kind != "send":
                return failed(FailureKind.REJECTED, rejected(Reason.THREAD_RENAMED)), renamed
            shown = part.model_copy(update=_moved_to(renamed))
            try:
                verdict = await self._attempt(Outgoing(shown, tuple(files)))
            except ThreadMoved as moved:
                renamed = ExternalId(moved.new_thread)
                self.board.rename(part.thread, moved.new_thread, self.clock.now())
                log.info("dispatch.thread_moved", part_id=part.id)
                if last:
                    return failed(FailureKind.REJECTED, str(moved)), renamed
            else:
                if verdict.thread is not None and verdict.thread != shown.thread:
                    renamed = verdict.thread
                    self.board.rename(part.thread, renamed, self.clock.now())
                    log.info("dispatch.thread_named", part_id=part.id)
                return verdict, renamed
        raise AssertionError("unreachable")

    async def _attempt(self, outgoing: Outgoing) -> Verdict:
        part = outgoing.part
        try:
            async with asyncio.timeout(send_limit_s(outgoing)):
                sent = await self.connector.send(outgoing)
        except ThreadMoved:
            raise
        except Exception as error:  # noqa: BLE001 - the decision takes every one of them
            return self._decided_by(error, part)
        return accepted(sent)

    def _decided_by(self, error: Exception, part: Part) -> Verdict:
        now = self.clock.now()
        verdict = decide(error, part, self.capabilities, now, self.random)
        if verdict.bug:
            about = {"channel_id": part.channel_id, "part_id": part.id}
            name = report_bug(self.metrics, "send", error, **about)
            self.reporter.report_bug(part, f"a bug of the connector: {name}")
        return verdict

    async def _open(self, part: Part) -> list[OpenFile]:
        """The files of a part. Raises ``NotFound``, ``Unavailable``, ``Rejected``."""
        files = []
        for attachment in part.content.attachments:
            if attachment.blob_id is None:
                raise rejected(Reason.FILE_NOT_HERE)
            blob_id = attachment.blob_id
            size = await self.blobs.size(blob_id)
            files.append(OpenFile(attachment, size, self._reader(blob_id)))
        return files

    def _reader(self, blob_id: BlobId) -> Callable[[], AsyncIterator[bytes]]:
        return lambda: self.blobs.read(blob_id)

    def _note(self, part: Part, verdict: Verdict) -> None:
        channel_id = part.channel_id
        self.metrics.count("hub_sends_total", channel=channel_id, outcome=verdict.state.value)
        if verdict.state in {Delivery.SENT, Delivery.DELIVERED}:
            self.health.went_out()
        elif verdict.failure is not None and verdict.state in {Delivery.FAILED, Delivery.UNKNOWN}:
            unknown = verdict.state is Delivery.UNKNOWN
            self.health.not_sent(verdict.failure.reason, unknown=unknown)
        elif verdict.failure is not None:
            self.health.failed(verdict.failure.reason)
        elif verdict.state is Delivery.QUEUED:
            self.health.failed(verdict.broken or "the platform does not take messages now")
        # What was sent stands in the conversation; what was not is worth a line.
        sent = verdict.state in {Delivery.SENT, Delivery.DELIVERED}
        (log.debug if sent else log.info)(
            "part.settled",
            channel_id=channel_id,
            part_id=part.id,
            attempt=part.attempt,
            state=verdict.state.value,
        )


def _moved_to(thread: ExternalId | None) -> dict[str, Any]:
    """What changes of a part whose thread was renamed: the ids of messages hold no more there."""
    return {"thread": thread, "reply_external_id": None} if thread else {}
