"""The lookup hook, as routes."""

from dataclasses import dataclass

from inbox.lookup import Looked, Lookup, LookupSpec, LookupView
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route


@dataclass(frozen=True, slots=True)
class LookupApi:
    """``/lookup`` for admins, and what it tells of a contact."""

    lookup: Lookup

    def routes(self) -> list[Route]:
        """What they are."""
        manage, tag = Permission.SETTINGS_MANAGE, "contacts"
        return [
            Route("GET", "/lookup", self.show, manage, "Where contacts are looked up", tag,
                  answer=LookupView),
            Route("PUT", "/lookup", self.configure, manage, "Look contacts up there", tag,
                  body=LookupSpec, answer=LookupView),
            Route("DELETE", "/lookup", self.switch_off, manage, "Look contacts up nowhere", tag,
                  status=204),
            Route(
                "GET", "/contacts/{id}/lookup", self.look, Permission.CONTACTS_READ,
                "What another system knows of a person", tag, answer=Looked,
            ),
        ]  # fmt: skip

    async def show(self, call: Call[Nothing, Nothing]) -> LookupView:
        """With the secret that signs."""
        del call
        return await self.lookup.setting()

    async def configure(self, call: Call[Nothing, LookupSpec]) -> LookupView:
        """From now on."""
        return await self.lookup.configure(call.body, call.caller.actor)

    async def switch_off(self, call: Call[Nothing, Nothing]) -> Answer:
        """From now on."""
        await self.lookup.switch_off(call.caller.actor)
        return Answer(None, 204)

    async def look(self, call: Call[Nothing, Nothing]) -> Looked:
        """Within two seconds, with rows or the reason why there are none."""
        return await self.lookup.of(call.path["id"])
