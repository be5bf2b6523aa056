"""Meta's webhook: who may call, and the handshake by which Meta makes sure that it is ours."""

import hmac
from typing import Final

from pydantic import SecretStr

from connectors.base import Answer, RawRequest
from shared.errors import Unauthorised

_HEADER: Final = "x-hub-signature-256"
_PREFIX: Final = "sha256="
_CHALLENGE: Final = 1024
_TEMPLATES: Final = (b'"message_template_', b'"template_category')
_TEMPLATE: Final = b"template_"
"""What all of them have in common."""
_NOTHING: Final = Answer()


class Webhook:
    """The webhook of one number."""

    def __init__(self, app_secret: SecretStr, verify_token: SecretStr | None) -> None:
        self._app_secret = app_secret
        self._verify_token = verify_token

    def verify(self, request: RawRequest) -> None:
        """Meta signs the bytes as they are, with every letter beyond ASCII escaped.

        A handshake has no signature; ``answer`` looks at it. Raises ``Unauthorised``.
        """
        if request.method != "POST":
            return
        given = request.headers.get(_HEADER, "").encode(errors="backslashreplace")
        key = self._app_secret.get_secret_value().encode()
        known = _PREFIX + hmac.digest(key, request.body, "sha256").hex()
        if not key or not hmac.compare_digest(given, known.encode()):
            raise Unauthorised("the signature of the webhook is wrong or missing")

    def answer(self, request: RawRequest) -> Answer:
        """The challenge of a handshake with our token, 403 without it; nothing to events."""
        if request.method == "POST":
            return _NOTHING
        token = self._verify_token.get_secret_value() if self._verify_token is not None else ""
        given = request.query.get("hub.verify_token", "")
        same = hmac.compare_digest(given.encode(errors="backslashreplace"), token.encode())
        challenge = request.query.get("hub.challenge", "")
        asked = request.query.get("hub.mode") == "subscribe" and challenge
        if not (token and same and asked):
            return Answer(status=403)
        return Answer(body=challenge[:_CHALLENGE].encode(errors="replace"))


def tells_of_templates(request: RawRequest) -> bool:
    """Whether the account's templates may have changed."""
    if _TEMPLATE not in request.body:
        return False
    return request.method == "POST" and any(word in request.body for word in _TEMPLATES)
