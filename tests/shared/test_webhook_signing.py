"""Signatures of webhooks: what fits, and each way in which something does not."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shared.errors import Unauthorised
from shared.webhooks.signing import checked_secret, new_secret, sign, verify

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OLD, NEW = SecretStr(new_secret()), SecretStr(new_secret())
BODY = b'{"type":"message"}'


def test_the_signature_is_the_one_that_the_standard_gives_as_its_example() -> None:
    secret = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_is_accepted_and_names_its_id() -> None:
    headers = sign([NEW], "e1", NOW, BODY)

    assert verify([NEW], headers, BODY, NOW) == "e1"


@pytest.mark.parametrize("known", [[OLD], [NEW], [NEW, OLD]])
def test_while_a_secret_is_changed_either_is_accepted(known: list[SecretStr]) -> None:
    headers = sign([NEW, OLD], "e1", NOW, BODY)

    assert verify(known, headers, BODY, NOW) == "e1"


def test_a_receiver_that_knows_both_secrets_accepts_a_sender_that_knows_one() -> None:
    assert verify([NEW, OLD], sign([OLD], "e1", NOW, BODY), BODY, NOW) == "e1"


@pytest.mark.parametrize("off_s", [-299, 299])
def test_a_clock_that_is_off_by_less_than_five_minutes_is_forgiven(off_s: int) -> None:
    headers = sign([NEW], "e1", NOW + timedelta(seconds=off_s), BODY)

    assert verify([NEW], headers, BODY, NOW) == "e1"


@pytest.mark.parametrize("off_s", [-301, 301])
def test_an_old_request_or_one_from_the_future_is_refused(off_s: int) -> None:
    headers = sign([NEW], "e1", NOW + timedelta(seconds=off_s), BODY)

    with pytest.raises(Unauthorised, match="webhook-timestamp"):
        verify([NEW], headers, BODY, NOW)


@pytest.mark.parametrize(
    "changed, named",
    [
        ({"webhook-id": "e2"}, "webhook-signature"),
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-id": "e" * 300}, "webhook-id"),
        ({"webhook-timestamp": "1767603601"}, "webhook-signature"),
        ({"webhook-timestamp": ""}, "webhook-timestamp"),
        ({"webhook-timestamp": "soon"}, "webhook-timestamp"),
        ({"webhook-timestamp": "-1"}, "webhook-timestamp"),
        ({"webhook-timestamp": "٠١٢"}, "webhook-timestamp"),
        ({"webhook-timestamp": "9" * 400}, "webhook-timestamp"),
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-signature": "v1,подпись"}, "webhook-signature"),
        ({"webhook-signature": "v1,\udcff"}, "webhook-signature"),
        ({"webhook-signature": "v1a,AAAA"}, "webhook-signature"),
    ],
)
def test_each_header_that_does_not_fit_is_named(changed: dict[str, str], named: str) -> None:
    headers = {**sign([NEW], "e1", NOW, BODY), **changed}

    with pytest.raises(Unauthorised, match=named):
        verify([NEW], headers, BODY, NOW)


def test_another_body_or_another_secret_is_refused() -> None:
    headers = sign([OLD], "e1", NOW, BODY)

    for secrets, body in (([OLD], BODY + b" "), ([NEW], BODY)):
        with pytest.raises(Unauthorised):
            verify(secrets, headers, body, NOW)


def test_signatures_of_versions_that_we_do_not_know_are_passed_over() -> None:
    headers = sign([NEW], "e1", NOW, BODY)
    headers["webhook-signature"] = f"v1a,AAAA {headers['webhook-signature']} v2,BBBB"

    assert verify([NEW], headers, BODY, NOW) == "e1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_not base64!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        base64.b64encode(b"x" * 32).decode(),
    ],
)
def test_a_secret_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="whsec_ followed by") as refused:
        checked_secret(SecretStr(text))

    assert text in {"", "whsec_"} or text not in str(refused.value)


def test_a_new_secret_is_one() -> None:
    made = SecretStr(new_secret())

    assert checked_secret(made) == made
    assert new_secret() != new_secret()
