"""The acts of a customer by name, as the phone page and the tests ask for them."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from email import policy
from email.message import EmailMessage
from typing import Any

from connectors.email.simulator import letters
from connectors.email.simulator.world import ADDRESS, Person, Shown, World
from shared.errors import BadRequest

_Act = Callable[[Person, Mapping[str, Any]], None]
_CANNOT = {
    "edit": "a mail that was sent cannot be changed",
    "delete": "a mail that was sent cannot be taken back",
    "react": "mails have no reactions",
    "press": "mails have no buttons",
    "typing": "nobody sees who is writing a mail",
}


class Acts:
    """What ``act`` can be asked for, by ``type``."""

    def __init__(
        self, world: World, arrive: Callable[[bytes], None], changed: Callable[[str], None]
    ) -> None:
        self._world = world
        self._arrive = arrive
        self._changed = changed
        self._acts: Mapping[str, _Act] = {
            "reply": self._reply,
            "new": self._new,
            "html": self._html,
            "raw": self._raw,
            "away": self._away,
            "bounce": self._bounce,
            "read": self._read,
            "block": lambda person, _: self._gone(person, gone=True),
            "unblock": lambda person, _: self._gone(person, gone=False),
        }

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._acts)

    def run(self, customer: str, action: Mapping[str, Any]) -> None:
        """Do it. Raises ``BadRequest`` naming what a customer cannot do by mail."""
        kind = str(action.get("type") or "")
        if kind in _CANNOT:
            raise BadRequest(_CANNOT[kind], field="type")
        act = self._acts.get(kind)
        if act is None:
            known = ", ".join(sorted(self._acts))
            raise BadRequest(f"no such act: {kind}; there are {known}", field="type")
        act(self._world.person(customer), action)

    def write(
        self,
        person: Person,
        text: str,
        *,
        answered: Shown | None = None,
        subject: str | None = None,
        attachments: Sequence[Mapping[str, Any]] = (),
        html: str | None = None,
    ) -> str:
        """A mail of the customer; returns its number. A mailbox that was gone is there again."""
        person.gone = False
        number, at = self._world.next_id(), self._world.clock.now()
        mail = letters.letter(
            person,
            text,
            number=number,
            at=at,
            answered=answered,
            subject=subject,
            attachments=attachments,
            html=html,
        )
        person.add(Shown(id=str(number), mine=True, mail=mail, at=at, text=text))
        self._arrive(_wire(mail))
        self._changed(person.key)
        return str(number)

    def _reply(self, person: Person, action: Mapping[str, Any]) -> None:
        self.write(person, _text(action, "text"), answered=_from_hub(person, action))

    def _new(self, person: Person, action: Mapping[str, Any]) -> None:
        subject = str(action.get("subject") or "") or None
        self.write(person, _text(action, "text"), subject=subject)

    def _html(self, person: Person, action: Mapping[str, Any]) -> None:
        """A mail of its own; with ``answers`` the answer to the latest from the hub."""
        html = _text(action, "html")
        answered = _from_hub(person, {}) if action.get("answers") else None
        subject = None if answered else str(action.get("subject") or "HTML")
        text = str(action.get("text") or "")
        self.write(person, text, answered=answered, subject=subject, html=html)

    def _raw(self, _person: Person, action: Mapping[str, Any]) -> None:
        """Any bytes that a mail server lets through."""
        try:
            raw = base64.b64decode(_text(action, "data_base64"), validate=True)
        except (binascii.Error, ValueError):
            raise BadRequest("data_base64 is not base64", field="data_base64") from None
        self._arrive(raw)

    def _away(self, person: Person, action: Mapping[str, Any]) -> None:
        answered = _from_hub(person, action)
        number, at = self._world.next_id(), self._world.clock.now()
        self._arrive(_wire(letters.away(person, answered, number=number, at=at)))

    def _bounce(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = _from_hub(person, action)
        number, at = self._world.next_id(), self._world.clock.now()
        to = str(shown.mail["X-Envelope-From"] or "") or ADDRESS
        self._arrive(letters.bounce(to, shown.mail, person.address, number=number, at=at))

    def _read(self, person: Person, action: Mapping[str, Any]) -> None:
        shown = _from_hub(person, action)
        shown.read = True
        number, at = self._world.next_id(), self._world.clock.now()
        self._arrive(letters.seen(person, shown, number=number, at=at))
        self._changed(person.key)

    def _gone(self, person: Person, *, gone: bool) -> None:
        person.gone = gone
        self._changed(person.key)


def _from_hub(person: Person, action: Mapping[str, Any]) -> Shown:
    """The mail from the hub that is meant: the named one, or the latest."""
    id = action.get("id")
    fitting = [one for one in person.mails if not one.mine and (id is None or one.id == str(id))]
    if not fitting:
        raise BadRequest("there is no such mail from the hub", field="id")
    return fitting[-1]


def _text(action: Mapping[str, Any], name: str) -> str:
    text = action.get(name)
    if not isinstance(text, str) or not text.strip():
        raise BadRequest("write something", field=name)
    return text


def _wire(mail: EmailMessage) -> bytes:
    return mail.as_bytes(policy=policy.SMTP.clone(max_line_length=900))
