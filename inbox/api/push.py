"""The devices on which the caller is told while the hub is not open there, as routes."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, Field

from inbox.permissions import Permission
from inbox.push.devices import Devices
from inbox.push.keys import PushKey
from inbox.rest.route import Answer, Call, Nothing, Route
from shared.errors import Forbidden
from shared.model.base import Strict, Utc
from shared.model.people import Agent
from shared.model.push import PushDevice

_KEY: Final = 200


class PushKeys(Strict):
    """The device's own, in base64url, as ``PushSubscription.toJSON()`` has them."""

    p256dh: Annotated[str, Field(max_length=_KEY)]
    auth: Annotated[str, Field(max_length=_KEY)]


class PushDeviceRequest(Strict):
    """What the browser answered when it was subscribed."""

    endpoint: Annotated[str, Field(max_length=2000)]
    keys: PushKeys
    name: Annotated[str, Field(min_length=1, max_length=100)]
    """``Firefox, Linux``."""
    language: Literal["en", "ru"] = "en"
    """In which it is told."""


class PushDeviceChange(Strict):
    """What of a device can be changed."""

    muted: bool


class PushDeviceView(BaseModel):
    """A device as its owner sees it; where it is reached is never told."""

    id: str
    name: str
    muted: bool
    created_at: Utc
    pushed_at: Utc | None
    """When something last arrived there."""
    failing_since: Utc | None
    """Since when its push service does not take what we push; it goes on trying for a week."""
    own: bool
    """It is the browser that asks, by its session."""

    @classmethod
    def of(cls, device: PushDevice, session_id: str | None) -> Self:
        """As it is told."""
        return cls(
            id=device.id,
            name=device.name,
            muted=device.muted,
            created_at=device.created_at,
            pushed_at=device.pushed_at,
            failing_since=device.failing_since,
            own=device.session_id == session_id,
        )


class PushView(BaseModel):
    """What a browser needs to subscribe, and the devices that are."""

    public_key: str
    """``applicationServerKey``, in base64url."""
    devices: list[PushDeviceView]


@dataclass(frozen=True, slots=True)
class PushApi:
    """The routes of ``/push``."""

    devices: Devices
    key: PushKey

    def routes(self) -> list[Route]:
        """What they are."""
        own, tag = Permission.SIGNED_IN, "notifications"
        return [
            Route(
                "GET", "/push", self.show, own, "Which devices I am told on", tag, answer=PushView
            ),
            Route(
                "POST", "/push/devices", self.add, own, "Tell me on this device", tag,
                body=PushDeviceRequest, answer=PushDeviceView, status=201,
            ),
            Route(
                "PATCH", "/push/devices/{id}", self.change, own, "Mute a device of mine", tag,
                body=PushDeviceChange, answer=PushDeviceView,
            ),
            Route(
                "DELETE", "/push/devices/{id}", self.remove, own,
                "Never tell me on it again", tag, status=204,
            ),
            Route(
                "POST", "/push/devices/{id}/test", self.try_out, own, "See whether it works", tag,
                status=202,
            ),
        ]  # fmt: skip

    async def show(self, call: Call[Nothing, Nothing]) -> PushView:
        """Oldest first."""
        agent, session_id = _who(call)
        found = await self.devices.of(agent.id)
        return PushView(
            public_key=self.key.public,
            devices=[PushDeviceView.of(one, session_id) for one in found],
        )

    async def add(self, call: Call[Nothing, PushDeviceRequest]) -> Answer:
        """Harmless when it is repeated; renews it."""
        agent, session_id = _who(call)
        if session_id is None:
            raise Forbidden("a device belongs to the session of a browser; a token has none")
        body = call.body
        device = await self.devices.add(
            agent.id, session_id, body.endpoint, (body.keys.p256dh, body.keys.auth),
            name=body.name, language=body.language,
        )  # fmt: skip
        return Answer(PushDeviceView.of(device, session_id), status=201)

    async def change(self, call: Call[Nothing, PushDeviceChange]) -> PushDeviceView:
        """It stays subscribed."""
        agent, session_id = _who(call)
        muted = call.body.muted
        device = await self.devices.mute(agent.id, call.path["id"], muted=muted)
        return PushDeviceView.of(device, session_id)

    async def remove(self, call: Call[Nothing, Nothing]) -> Answer:
        """With all that waits for it."""
        await self.devices.remove(_who(call)[0].id, call.path["id"])
        return Answer(None, status=204)

    async def try_out(self, call: Call[Nothing, Nothing]) -> Answer:
        """Within seconds."""
        await self.devices.try_out(_who(call)[0].id, call.path["id"])
        return Answer(None, status=202)


def _who(call: Call[Any, Any]) -> tuple[Agent, str | None]:
    """Raises ``Forbidden`` for a program."""
    caller = call.caller
    if caller.agent is None:
        raise Forbidden("this token belongs to no agent")
    return caller.agent, caller.session.id if caller.session is not None else None
