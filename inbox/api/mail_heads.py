"""The head of a mail that somebody writes: to whom it goes, and about what."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.model.base import Strict
from shared.model.content import Address, EmailFields

_ADDRESS: Final = re.compile(r"[^\s@<>\",;:]{1,64}@[^\s@<>\",;:]{1,255}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def _plain(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("one line without control characters")
    return value.strip()


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("an address such as anna@example.com")
    return value


class AddressRequest(Strict):
    """Somebody's address."""

    email: Annotated[str, AfterValidator(_address)] = Field(max_length=320)
    name: Annotated[str, AfterValidator(_plain)] | None = Field(default=None, max_length=200)


_Addresses = Annotated[tuple[AddressRequest, ...], Field(max_length=50)]


class MailHeadRequest(Strict):
    """What is absent is as in the mail that is answered."""

    subject: Annotated[str, AfterValidator(_plain)] | None = Field(default=None, max_length=500)
    to: _Addresses = ()
    """With these, ``cc`` is all who get a copy: none, if it is empty."""
    cc: _Addresses = ()
    bcc: _Addresses = ()

    def fields(self) -> EmailFields | None:
        """As the model has them; None: there is nothing."""
        if not (self.subject or self.to or self.cc or self.bcc):
            return None
        return EmailFields(
            subject=self.subject or None,
            to=_model(self.to),
            cc=_model(self.cc),
            bcc=_model(self.bcc),
        )


def _model(asked: tuple[AddressRequest, ...]) -> tuple[Address, ...]:
    return tuple(Address(email=one.email, name=one.name or None) for one in asked)
