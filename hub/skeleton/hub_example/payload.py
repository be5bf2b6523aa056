"""The platform's own models: they take what they know and pass over the rest."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class ExampleEvent(BaseModel):
    """One event of a webhook."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str = Field(min_length=1)
    type: str
    at: AwareDatetime
    chat: str = Field(min_length=1)
    name: str | None = None
    text: str = ""
    message_id: str | None = None
    status: Literal["sent", "delivered", "failed"] = "sent"
