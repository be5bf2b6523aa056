"""The lookup hook: one configured address is asked what it knows of a contact.

Its failure is shown where its rows would be, and holds up nothing else.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientSession
from pydantic import BaseModel, Field, SecretStr, ValidationError
from yarl import URL

from inbox.audit import audited
from inbox.contacts import Contacts
from shared.collections import SETTINGS
from shared.errors import BadRequest
from shared.ids import uuid7
from shared.model.base import Strict, Utc
from shared.model.people import Actor, ActorKind, Contact, Identity
from shared.model.records import HubSetting
from shared.ports.store import Put, Store
from shared.sealing import Seal
from shared.webhooks.guard import Guard
from shared.webhooks.log import AttemptLog
from shared.webhooks.sender import Callback, Caller

SETTING: Final = "lookup"
LIMIT_S: Final = 2.0
KEEP_FOR: Final = timedelta(seconds=60)
_MOST_KEPT: Final = 500
_ACTOR: Final = Actor(kind=ActorKind.SYSTEM, id=SETTING, name="lookup")


class LookupRow(BaseModel):
    """One thing that the other system knows of the person. What it adds beside is ignored."""

    title: str = Field(max_length=200)
    value: str = Field(default="", max_length=2000)
    link: str | None = Field(default=None, max_length=2000, pattern=r"^https?://\S+$")
    verified: bool = False
    """The other system is certain who the person is."""


class Looked(BaseModel):
    """What came of it."""

    configured: bool = True
    rows: list[LookupRow] = Field(default_factory=list)
    failure: str | None = None
    """Why there are none, for whoever looks at the person."""
    at: Utc | None = None


class _Told(BaseModel):
    rows: list[LookupRow] = Field(default_factory=list, max_length=50)


class LookupSpec(Strict):
    """Where to ask. Agents can read the address: a secret has no place in it."""

    url: str = Field(max_length=2000)


class LookupView(BaseModel):
    """Where is asked, and the secret by which the other system knows us."""

    url: str | None
    secret: str


@dataclass(slots=True)
class _Kept:
    looked: Looked
    until: datetime


class Lookup:
    """One per process. All methods raise ``Unavailable`` when the store is away."""

    def __init__(
        self, contacts: Contacts, seal: Seal, guard: Guard, *, limit_s: float = LIMIT_S
    ) -> None:
        self._contacts = contacts
        # Derived, and so the same in every process and never stored.
        key = base64.urlsafe_b64decode(seal.derive(SETTING) + "=")
        self._secret = SecretStr("whsec_" + base64.b64encode(key).decode())
        self._guard = guard
        self._limit_s = limit_s
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    @property
    def _store(self) -> Store:
        return self._contacts.store

    async def setting(self) -> LookupView:
        """As it stands, for admins."""
        return LookupView(url=await self._url(), secret=self._secret.get_secret_value())

    async def configure(self, spec: LookupSpec, by: Actor) -> LookupView:
        """Ask there from now on. Raises ``BadRequest`` for what is no address."""
        await self._keep(_checked(spec.url), by)
        return await self.setting()

    async def switch_off(self, by: Actor) -> None:
        """Ask nowhere."""
        await self._keep(None, by)

    async def of(self, contact_id: str) -> Looked:
        """What is known of the contact. Raises ``NotFound``; never for what the hook does."""
        contact = await self._contacts.get(contact_id)
        url = await self._url()
        if url is None:
            return Looked(configured=False)
        now = self._contacts.clock.now()
        kept = self._kept.get((contact.id, url))
        if kept is not None and kept.until > now:
            return kept.looked
        identities = await self._contacts.identities(contact.id)
        looked = await self._ask(url, contact, identities)
        if looked.failure is None:
            self._kept[contact.id, url] = _Kept(looked, now + KEEP_FOR)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            await self._take_word(contact, looked.rows)
        return looked

    async def _ask(self, url: str, contact: Contact, identities: Sequence[Identity]) -> Looked:
        now = self._contacts.clock.now()
        callback = Callback(uuid7().hex, SETTING, _question(contact, identities), 1, repeats=False)
        async with self._guard.session() as http:
            outcome = await self._caller(http, url).tell(callback)
        if outcome.error is not None:
            return Looked(failure=outcome.error, at=now)
        try:
            told = _Told.model_validate_json(outcome.body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its answer"
            return Looked(failure=f"what it answers is not understood: {where}", at=now)
        return Looked(rows=told.rows, at=now)

    def _caller(self, http: ClientSession, url: str) -> Caller:
        log = AttemptLog(self._store, SETTING)
        clock = self._contacts.clock
        return Caller(http, url, [self._secret], log, clock, timeout_s=self._limit_s)

    async def _take_word(self, contact: Contact, rows: Sequence[LookupRow]) -> None:
        """A row that is verified vouches for the contact, where nobody has yet."""
        sure = next((row for row in rows if row.verified), None)
        if sure is not None and contact.vouched is None:
            await self._contacts.vouch(contact.id, sure.title, _ACTOR)

    async def _url(self) -> str | None:
        setting = await self._store.get(SETTINGS, SETTING)
        url = setting.value if setting is not None else None
        return url if isinstance(url, str) else None

    async def _keep(self, url: str | None, by: Actor) -> None:
        before = await self._store.get(SETTINGS, SETTING)
        version = before.version + 1 if before is not None else 1
        entry = audited(by, "lookup.changed", SETTING, at=self._contacts.clock.now())
        setting = HubSetting(id=SETTING, value=url, version=version)
        await self._store.commit([Put(SETTINGS, setting), entry])
        await self._contacts.news.changed(SETTINGS.name, SETTING)


def _checked(url: str) -> str:
    try:
        parsed = URL(url)
    except ValueError:
        raise BadRequest("is no address", field="url") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadRequest("an address begins with https://", field="url")
    if parsed.user is not None or parsed.password is not None:
        raise BadRequest("a secret has no place in it: the request is signed", field="url")
    return url


def _question(contact: Contact, identities: Sequence[Identity]) -> bytes:
    addresses = [
        identity.model_dump(
            mode="json", include={"channel_type", "external_id", "name", "username", "identifiers"}
        )
        for identity in identities
    ]
    told = contact.model_dump(mode="json", include={"id", "name", "language", "attributes"})
    return json.dumps({"contact": told, "identities": addresses}).encode()
