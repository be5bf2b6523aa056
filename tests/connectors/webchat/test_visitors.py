"""Who may write: tokens of anonymous visitors and signatures of the site's users."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.webchat.visitors import Given, SiteUser, Visitors
from shared.errors import Forbidden, Unauthorised
from shared.ids import ChannelId
from shared.model.people import IdentifierKind

SITE_SECRET = "shared-with-the-site"


def visitors(
    *,
    secret: str = "s1",
    channel: str = "site",
    site_secret: str = SITE_SECRET,
    signed: bool = False,
) -> Visitors:
    return Visitors(
        ChannelId(channel),
        SecretStr(secret),
        identity_secret=SecretStr(site_secret),
        require_signed=signed,
    )


def sign(text: str, secret: str = SITE_SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def identity(**user: str | None) -> str:
    packed = urlsafe_b64encode(json.dumps(user).encode()).decode().rstrip("=")
    return f"Identity {packed}"


def test_a_visitor_is_known_by_their_token() -> None:
    made, token = visitors().make(Given(name="Анна"))

    known = visitors().admit(f"Bearer {token}")

    assert known == made
    assert known.name == "Анна"


def test_what_a_visitor_gave_is_told_as_unverified() -> None:
    said = Given(name="Анна", email="anna@example.com", phone="+7 900 000-00-00")
    _, token = visitors().make(said)

    known = visitors().admit(f"Bearer {token}")

    assert known.given == said
    told = {one.kind: (one.value, one.verified) for one in known.participant().identifiers}
    assert told[IdentifierKind.EMAIL] == ("anna@example.com", False)
    assert told[IdentifierKind.PHONE] == ("+7 900 000-00-00", False)


@pytest.mark.parametrize("name", [None, "Анна", "{", '{"email": "x"}', '{"name": "y"}'])
def test_any_name_survives_the_token(name: str | None) -> None:
    _, token = visitors().make(Given(name=name))

    assert visitors().admit(f"Bearer {token}").given == Given(name=name)


def test_the_token_of_a_visitor_who_came_long_ago_is_good() -> None:
    named = f"v1.{urlsafe_b64encode('{Анна'.encode()).decode().rstrip('=')}"

    known = visitors().admit(f"Bearer {named}.{visitors().seal('visitor', named)}")

    assert known.given == Given(name="{Анна")


@pytest.mark.parametrize(
    "other",
    [visitors(secret="s2"), visitors(channel="shop")],
    ids=["another key", "another channel"],
)
def test_a_token_of_elsewhere_is_refused(other: Visitors) -> None:
    _, token = other.make()

    with pytest.raises(Unauthorised):
        visitors().admit(f"Bearer {token}")


def test_a_visitor_cannot_take_anothers_place() -> None:
    first, _ = visitors().make()
    _, token = visitors().make()
    forged = ".".join([first.id, *token.split(".")[1:]])

    with pytest.raises(Unauthorised):
        visitors().admit(f"Bearer {forged}")


def test_a_signed_user_is_vouched_for_but_the_unsigned_address_is_not() -> None:
    header = identity(user_id="42", email="a@shop.example", signature=sign("42"))

    person = visitors().admit(header).participant()

    found = {one.kind: (one.value, one.verified) for one in person.identifiers}
    assert found[IdentifierKind.PLATFORM_ID] == ("42", True)
    assert found[IdentifierKind.EMAIL] == ("a@shop.example", False)


def test_a_signature_over_the_address_too_verifies_it() -> None:
    signature = sign("42\na@shop.example")

    visitor = visitors().admit(identity(user_id="42", email="a@shop.example", signature=signature))

    assert visitor.email_verified


def test_a_signature_over_one_address_does_not_vouch_for_another() -> None:
    signature = sign("42\na@shop.example")

    with pytest.raises(Unauthorised):
        visitors().admit(identity(user_id="42", email="b@shop.example", signature=signature))


def test_the_same_user_has_the_same_thread_on_every_device() -> None:
    user = SiteUser(user_id="42", signature=sign("42"))

    threads = {visitors(secret=secret).identify(user).thread for secret in ("s1", "s2")}

    assert len(threads) == 1


def test_a_signature_made_with_another_secret_is_refused() -> None:
    with pytest.raises(Unauthorised):
        visitors().admit(identity(user_id="42", signature=sign("42", "guessed")))


def test_where_users_must_be_signed_nobody_is_anonymous() -> None:
    _, token = visitors().make()
    strict = visitors(signed=True)

    with pytest.raises(Forbidden):
        strict.make()
    with pytest.raises(Unauthorised):
        strict.admit(f"Bearer {token}")


@given(st.one_of(st.none(), st.text(), st.text().map(lambda text: f"Bearer {text}")))
def test_any_header_is_refused_and_nothing_else(header: str | None) -> None:
    with pytest.raises(Unauthorised):
        visitors().admit(header)


@given(st.binary().map(lambda data: f"Identity {urlsafe_b64encode(data).decode()}"))
def test_any_identity_is_refused_and_nothing_else(header: str) -> None:
    with pytest.raises(Unauthorised):
        visitors().admit(header)
