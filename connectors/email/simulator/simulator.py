"""The simulator as the hub holds it: starts, listens, acts for customers, shows phones."""

from collections import deque
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from zlib import crc32

from connectors.email.simulator import phone
from connectors.email.simulator.acts import Acts
from connectors.email.simulator.faults import Faults
from connectors.email.simulator.imap import ImapServer
from connectors.email.simulator.smtp import Envelope, SmtpServer
from connectors.email.simulator.world import ADDRESS, Person, Shown, World
from connectors.simulator import SimulatorContext
from shared.errors import BadRequest

_USER = "support"
_TEXT_CHARS = 100_000


class EmailSimulator:
    """One mailbox of the hub, and the customers' own."""

    def __init__(self, context: SimulatorContext) -> None:
        self._context = context
        self._password = f"simulated-{crc32(context.channel_id.encode()):08x}"
        self._faults = Faults()
        self._world = World(context.clock)
        self._acts = Acts(self._world, self.arrive, context.changed)
        self._imap = ImapServer(_USER, self._password, self._faults, self._world)
        self._smtp = SmtpServer(_USER, self._password, self._faults, self._take, self._exists)
        self._ports = (0, 0)
        self._taken: deque[bytes] = deque(maxlen=50)
        self.keeps_sent = False
        """Put a copy of each mail that is sent into the folder for them, as some providers do."""

    async def start(self) -> str:
        """Listen on free local ports; returns the address of the mailbox."""
        self._ports = (await self._imap.start(), await self._smtp.start())
        return f"imap://127.0.0.1:{self._ports[0]}"

    async def close(self) -> None:
        """Stop listening."""
        await self._imap.close()
        await self._smtp.close()

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this simulator."""
        imap, smtp = self._ports
        return {
            "address": ADDRESS,
            "from_name": "Omnihub demo",
            "imap_host": "127.0.0.1",
            "imap_port": imap,
            "imap_tls": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp,
            "smtp_tls": "none",
            "user": _USER,
            "password": self._password,
            "plus_addresses": True,
            "mails_per_minute": 6000,
            "idle_s": 20,
        }

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer: an answer to the latest mail from the hub, or a new mail."""
        if len(text) > _TEXT_CHARS:
            raise BadRequest("at most 100,000 characters", field="text")
        person = self._world.person(customer)
        latest = next((one for one in reversed(person.mails) if not one.mine), None)
        return self._acts.write(person, text, answered=latest, attachments=attachments)

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Anything else: ``reply``, ``new``, ``html``, ``raw``, ``away``, ``bounce``, ``read``,
        ``block``, ``unblock``. Raises ``BadRequest``."""
        self._acts.run(customer, action)

    def acts(self) -> Sequence[str]:
        """What its customers can do besides writing."""
        return self._acts.names()

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer's phone shows, oldest first."""
        return phone.screen(self._world.known(customer))

    def customers(self) -> Sequence[str]:
        """The customers who have written or were written to."""
        return self._world.names()

    def fault(self, kind: str, times: int) -> None:
        """Let the next mails or connections go wrong. Raises ``BadRequest``."""
        self._faults.arm(kind, times)

    def waiting(self) -> int:
        """How many mails are in the folder that the hub reads; for hubs that move what they have
        taken."""
        return len(self._world.inbox.mails)

    def arrive(self, raw: bytes) -> None:
        """A mail arrives in the hub's mailbox."""
        at = self._context.clock.now()
        received = f"Received: by mail.shop.example; {format_datetime(at)}\r\n".encode()
        self._world.inbox.add(received + raw, at)
        if self._faults.take("duplicate"):
            other = b"Received: by relay.shop.example\r\nDelivered-To: info@shop.example\r\n"
            self._world.inbox.add(other + raw, at)

    def folder(self, name: str) -> Sequence[bytes]:
        """The mails in a folder of the hub's mailbox."""
        return [stored.raw for stored in self._world.folders[name].mails]

    def keep_sent(self) -> None:
        """Keep copies of all mails that were sent."""
        for raw in self._taken:
            self._keep(raw)

    def _keep(self, raw: bytes) -> None:
        self._world.folders["Sent"].add(raw, self._context.clock.now(), {"\\Seen"})

    def _exists(self, address: str) -> bool:
        person = self._world.at(address)
        return person is None or not person.gone

    def _take(self, envelope: Envelope, data: bytes) -> None:
        """A mail from the hub: each recipient finds it in their own mailbox."""
        self._taken.append(data)
        if self.keeps_sent:
            self._keep(data)
        mail = message_from_bytes(data, policy=policy.default)
        for address in envelope.recipients:
            person = self._world.at(address) or self._world.person(address)
            if isinstance(mail, EmailMessage):
                self._show(person, mail, envelope)

    def _show(self, person: Person, mail: EmailMessage, envelope: Envelope) -> None:
        shown = Shown(
            id=str(self._world.next_id()),
            mine=False,
            mail=mail,
            at=self._context.clock.now(),
            text=phone.text_of(mail),
        )
        shown.mail["X-Envelope-From"] = envelope.sender
        person.add(shown)
        self._context.changed(person.key)
