"""Webhooks: who may call, the handshake, and the bytes that the signature is about."""

import json

import pytest
from aiohttp import ClientSession

from connectors.base import RawRequest
from connectors.whatsapp.connector import WhatsAppConnector
from shared.errors import Unauthorised
from tests.connectors.whatsapp.player import (
    VERIFY,
    change,
    escaped,
    inbound,
    make_connector,
    request,
    signature,
    text,
)

_WORDS = "привет 👋 https://example.invalid/a/b"


def _handshake(**query: str) -> RawRequest:
    given = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    changed = given | {f"hub.{name}": value for name, value in query.items()}
    return RawRequest("GET", "/hooks/test-whatsapp", changed, {}, b"")


def test_the_signature_holds_for_the_bytes_as_meta_escapes_them(
    connector: WhatsAppConnector,
) -> None:
    body = escaped(change({"messages": [text(_WORDS)]}))

    connector.verify(request(body))

    assert b"\\u043f" in body
    assert b"\\/" in body
    assert inbound(connector, body)[0].content.text == _WORDS


def test_the_same_json_in_other_bytes_has_another_signature(connector: WhatsAppConnector) -> None:
    payload = change({"messages": [text(_WORDS)]})
    told = request(escaped(payload)).headers["x-hub-signature-256"]
    dumped_anew = json.dumps(payload, ensure_ascii=False).encode()

    with pytest.raises(Unauthorised):
        connector.verify(request(dumped_anew, told))


@pytest.mark.parametrize(
    "given", ["", "sha256=", "sha256=00", signature(b"{}", "another secret"), "sha1=abc", "\udcff"]
)
def test_a_request_without_the_right_signature_is_refused(
    connector: WhatsAppConnector, given: str
) -> None:
    with pytest.raises(Unauthorised):
        connector.verify(request(b"{}", given))


def test_a_body_of_two_and_a_half_megabytes_is_taken(connector: WhatsAppConnector) -> None:
    body = escaped(change({"messages": [text("я" * 1000, id=f"w{n}") for n in range(400)]}))

    connector.verify(request(body))

    assert len(body) > 2_400_000
    assert len(inbound(connector, body)) == 400


def test_the_handshake_is_answered_with_the_challenge_alone(connector: WhatsAppConnector) -> None:
    asked = _handshake()

    connector.verify(asked)
    answer = connector.answer(asked)

    assert (answer.status, answer.body) == (200, b"1158201444")


@pytest.mark.parametrize(
    "query",
    [
        {"verify_token": "wrong"},
        {"verify_token": ""},
        {"verify_token": "секрет"},
        {"mode": "unsubscribe"},
        {"challenge": ""},
    ],
    ids=str,
)
def test_a_handshake_with_another_token_is_forbidden(
    connector: WhatsAppConnector, query: dict[str, str]
) -> None:
    answer = connector.answer(_handshake(**query))

    assert (answer.status, answer.body) == (403, b"")


def test_without_a_verify_token_the_hubs_own_secret_is_it(http: ClientSession) -> None:
    connector = make_connector(http, verify_token=None, webhook_secret="made by the hub")

    assert connector.answer(_handshake(verify_token="made by the hub")).status == 200


def test_without_any_token_no_handshake_is_answered(http: ClientSession) -> None:
    connector = make_connector(http, verify_token=None)

    assert connector.answer(_handshake(verify_token="")).status == 403
