"""Who writes: anonymous visitors known by a signed token, and users vouched for by the site.

Both come in the ``Authorization`` header of every request, and the signature is checked each time:

- ``Bearer <visitor id>.<given>.<signature>``: made here at the first contact, where the second
  part is the name that the visitor gave, in base64url, or a JSON object of more than a name;
- ``Identity <base64url of JSON>``: ``{user_id, name?, email?, signature}``, where the site's server
  signs ``user_id``, or ``user_id + "\\n" + email`` to vouch for the address too, with HMAC-SHA256.
"""

import binascii
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import Field, SecretStr, ValidationError

from connectors.webchat.text import clean
from shared.errors import Forbidden, Unauthorised
from shared.ids import ChannelId, ExternalId
from shared.model.base import Strict
from shared.model.people import Identifier, IdentifierKind, Participant

_MAX_CREDENTIAL: Final = 4096
EMAIL: Final = r"^[^\s\x00@]+@[^\s\x00@]+$"
_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]+$"


class SiteUser(Strict):
    """A user of the site, as the page names them; ``signature`` is the site's server's."""

    user_id: str = Field(min_length=1, max_length=200, pattern=_PRINTABLE)
    name: str | None = Field(default=None, max_length=120)
    email: str | None = Field(default=None, max_length=254, pattern=EMAIL)
    signature: str = Field(pattern=r"^[0-9a-fA-F]{64}$")


class Given(Strict):
    """What an anonymous visitor says of themselves. Nobody has verified it."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    agreed_at: str | None = None
    """When they agreed to the chat's terms, ISO 8601."""


_NOTHING: Final = Given()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whose credential was good. ``id`` names the thread and the partition key."""

    id: str
    channel_id: ChannelId
    given: Given = _NOTHING
    """What an anonymous visitor says."""
    user: SiteUser | None = None
    email_verified: bool = False

    @property
    def thread(self) -> ExternalId:
        """The visitor's thread: there is one."""
        return ExternalId(self.id)

    @property
    def name(self) -> str | None:
        """As the site or the visitor says, cleaned."""
        name = self.user.name if self.user is not None else self.given.name
        return " ".join(clean(name or "").split()) or None

    def participant(self, language: str | None = None) -> Participant:
        """The visitor as the author of an event."""
        identifiers = [Identifier(kind=IdentifierKind.VISITOR, value=self.id, verified=True)]
        if self.user is not None:
            identifiers.append(
                Identifier(kind=IdentifierKind.PLATFORM_ID, value=self.user.user_id, verified=True)
            )
            if self.user.email is not None:
                identifiers.append(
                    Identifier(
                        kind=IdentifierKind.EMAIL,
                        value=self.user.email,
                        verified=self.email_verified,
                    )
                )
        for kind, value in (
            (IdentifierKind.EMAIL, self.given.email),
            (IdentifierKind.PHONE, self.given.phone),
        ):
            if value is not None:
                identifiers.append(Identifier(kind=kind, value=value, verified=False))
        return Participant(
            external_id=ExternalId(f"{self.channel_id}:{self.id}"),
            name=self.name,
            language=language,
            identifiers=tuple(identifiers),
        )


class Visitors:
    """Makes and checks the credentials of one channel. Pure but for new random ids."""

    def __init__(
        self,
        channel_id: ChannelId,
        secret: SecretStr,
        *,
        identity_secret: SecretStr | None,
        require_signed: bool,
    ) -> None:
        self._channel_id = channel_id
        self._key = hmac.digest(
            secret.get_secret_value().encode(), f"webchat\n{channel_id}".encode(), "sha256"
        )
        self._identity_secret = identity_secret
        self._require_signed = require_signed

    def seal(self, purpose: str, text: str) -> str:
        """A signature of the text that holds for this channel and purpose only, in hex."""
        return hmac.new(self._key, f"{purpose}\n{text}".encode(), sha256).hexdigest()

    def make(self, given: Given | None = None) -> tuple[Visitor, str]:
        """A new anonymous visitor and their token. Raises ``Forbidden`` where only users may."""
        if self._require_signed:
            raise Forbidden("this chat is for signed-in users of the site")
        visitor_id = f"v{secrets.token_hex(16)}"
        known = given or _NOTHING
        named = f"{visitor_id}.{_packed(_written(known))}"
        visitor = Visitor(visitor_id, self._channel_id, given=known)
        return visitor, f"{named}.{self.seal('visitor', named)}"

    def link(self, visitor: Visitor, until: datetime) -> str | None:
        """A code that brings an anonymous visitor back from elsewhere, until then.

        None for users of the site, who sign in there.
        """
        if visitor.user is not None or self._require_signed:
            return None
        named = f"{visitor.id}.{_packed(_written(visitor.given))}"
        lasting = f"{named}.{int(until.timestamp())}"
        return f"{lasting}.{self.seal('link', lasting)}"

    def come_back(self, link: str, now: datetime) -> tuple[Visitor, str]:
        """The visitor whom a code brings back, and their token. Raises ``Unauthorised``."""
        lasting, _, signature = link.rpartition(".")
        if self._require_signed or not link.isascii():
            raise Unauthorised("this link brings nobody back")
        if not hmac.compare_digest(self.seal("link", lasting), signature):
            raise Unauthorised("this link is not ours")
        named, _, until = lasting.rpartition(".")
        if now.timestamp() > int(until):
            raise Unauthorised("this link has expired")
        visitor_id, _, packed = named.partition(".")
        given = _read(_unpacked(packed).decode())
        visitor = Visitor(visitor_id, self._channel_id, given=given)
        return visitor, f"{named}.{self.seal('visitor', named)}"

    def admit(self, authorization: str | None) -> Visitor:
        """Whose credential this is. Raises ``Unauthorised``."""
        scheme, _, credential = (authorization or "").partition(" ")
        if not credential or len(credential) > _MAX_CREDENTIAL or not credential.isascii():
            raise Unauthorised("no usable credential")
        if scheme == "Identity":
            return self.identify(_decoded(credential))
        if scheme != "Bearer":
            raise Unauthorised("an unknown kind of credential")
        if self._require_signed:
            raise Unauthorised("this chat is for signed-in users of the site")
        named, _, signature = credential.rpartition(".")
        if not hmac.compare_digest(self.seal("visitor", named), signature):
            raise Unauthorised("the visitor's token is not ours")
        visitor_id, _, packed = named.partition(".")
        given = _read(_unpacked(packed).decode())
        return Visitor(visitor_id, self._channel_id, given=given)

    def identify(self, user: SiteUser) -> Visitor:
        """The visitor that a signed user of the site is. Raises ``Unauthorised``."""
        if self._identity_secret is None:
            raise Unauthorised("this chat takes no signed users: it has no identity secret")
        key = self._identity_secret.get_secret_value().encode()
        given = user.signature.lower()
        plain = hmac.new(key, user.user_id.encode(), sha256).hexdigest()
        with_email = hmac.new(key, f"{user.user_id}\n{user.email}".encode(), sha256).hexdigest()
        email_verified = user.email is not None and hmac.compare_digest(with_email, given)
        if not email_verified and not hmac.compare_digest(plain, given):
            raise Unauthorised("the user's signature does not fit")
        # Not made with our key: the thread stays the same when the key is replaced.
        digest = sha256(f"{self._channel_id}\n{user.user_id}".encode()).hexdigest()
        return Visitor(
            id=f"u{digest[:32]}",
            channel_id=self._channel_id,
            user=user,
            email_verified=email_verified,
        )


def _written(given: Given) -> str:
    """A name alone stands as it is, as in the tokens of visitors who came long ago."""
    if given == Given(name=given.name) and not (given.name or "").startswith("{"):
        return given.name or ""
    return given.model_dump_json(exclude_none=True)


def _read(written: str) -> Given:
    if not written.startswith("{"):
        return Given(name=written or None)
    try:
        return Given.model_validate_json(written)
    except ValidationError:
        return Given(name=written)


def _packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decoded(credential: str) -> SiteUser:
    try:
        return SiteUser.model_validate(json.loads(_unpacked(credential)))
    except (binascii.Error, ValidationError, ValueError, RecursionError):
        # The original holds names and addresses.
        raise Unauthorised("the user's identity cannot be read") from None
