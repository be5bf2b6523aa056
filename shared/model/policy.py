"""What every document of policy has. Admins make them in the browser; whoever decides reads them
from the book (``shared.policies.book``)."""

from pydantic import ConfigDict, Field

from shared.model.base import Strict, Utc
from shared.ports.store import Document


class PolicySpec(Strict):
    """What an admin says of a policy document. A kind's document is its spec and ``Policy``."""

    name: str = Field(min_length=1, max_length=100)
    position: int = Field(default=0, ge=0, le=10_000)
    """Where it stands among its kind, lowest first."""


class Policy(Document):
    """What the hub keeps with the spec."""

    model_config = ConfigDict(frozen=True, extra="allow")

    created_at: Utc
    updated_at: Utc
    version: int = 1
