"""What events say beyond the recorded ones: keys, people who type, odd shapes."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Parsed, RawEvent
from connectors.vk.connector import VkConnector
from shared.errors import BadPayload
from shared.model.inbound import InboundKind, Origin
from tests.connectors.vk.player import GROUP, make_connector


@pytest.fixture
def connector(http: ClientSession) -> VkConnector:
    """A connector that calls nobody."""
    return make_connector(http)


def _parsed(connector: VkConnector, name: str, told: dict[str, Any], **more: Any) -> Parsed:
    event = {"type": name, "group_id": GROUP, "event_id": "e1", "object": told, **more}
    return connector.parse(RawEvent(json.dumps(event).encode()))


def _message(**more: Any) -> dict[str, Any]:
    return {"message": {"peer_id": 5, "from_id": 5, "conversation_message_id": 7, **more}}


def test_somebody_who_types_is_shown_in_their_thread(connector: VkConnector) -> None:
    told = {"state": "typing", "from_id": 5, "to_id": -GROUP}

    ((thread, actor),) = _parsed(connector, "message_typing_state", told).typing

    assert (thread, actor.id, actor.kind.value) == ("5", "5", "contact")


def test_that_the_community_itself_types_is_nothing_new(connector: VkConnector) -> None:
    told = {"state": "typing", "from_id": -GROUP, "to_id": 5}

    assert _parsed(connector, "message_typing_state", told) == Parsed()


def test_a_message_has_the_same_key_under_any_event_id(connector: VkConnector) -> None:
    one = _parsed(connector, "message_new", _message(), event_id="e1").inbound[0]
    two = _parsed(connector, "message_new", _message(), event_id="e2").inbound[0]

    assert one.event_key == two.event_key


def test_two_reactions_to_one_message_have_keys_of_their_own(connector: VkConnector) -> None:
    told = {"reacted_id": 5, "peer_id": 5, "cmid": 7, "reaction_id": 1}

    one = _parsed(connector, "message_reaction_event", told, event_id="e1").inbound[0]
    two = _parsed(connector, "message_reaction_event", told, event_id="e2").inbound[0]

    assert one.event_key != two.event_key


def test_numbers_of_two_conversations_are_not_mixed_up(connector: VkConnector) -> None:
    one = _parsed(connector, "message_new", _message(peer_id=5)).inbound[0]
    two = _parsed(connector, "message_new", _message(peer_id=2_000_000_005)).inbound[0]

    assert one.event_key != two.event_key
    assert (one.thread.kind, two.thread.kind) == ("private", "group")


def test_our_own_reaction_coming_back_says_nothing(connector: VkConnector) -> None:
    told = {"reacted_id": -GROUP, "peer_id": 5, "cmid": 7, "reaction_id": 1}

    assert _parsed(connector, "message_reaction_event", told) == Parsed()


def test_a_message_that_we_wrote_is_an_echo_whatever_its_type(connector: VkConnector) -> None:
    event = _parsed(connector, "message_new", _message(from_id=-GROUP)).inbound[0]

    assert event.origin is Origin.ECHO


@pytest.mark.parametrize(
    "name, told",
    [
        ("message_new", {}),
        ("message_new", {"message": {"text": "nowhere"}}),
        ("message_new", {"message": {"peer_id": True}}),
        ("message_edit", {"peer_id": 5}),
        ("message_event", {"user_id": 5}),
        ("message_event", {"event_id": "x"}),
        ("message_read", {}),
        ("message_allow", {}),
        ("message_deny", {"user_id": 0}),
        ("message_reaction_event", {"peer_id": 5}),
        ("group_join", {}),
    ],
)
def test_an_event_that_names_nobody_is_put_aside(
    connector: VkConnector, name: str, told: dict[str, Any]
) -> None:
    with pytest.raises(BadPayload):
        _parsed(connector, name, told)


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 30, "9" * 400, "1E+400"]
)
def test_a_number_beyond_all_bounds_is_put_aside(connector: VkConnector, number: str) -> None:
    body = f'{{"type":"message_new","object":{{"message":{{"peer_id":5,"x":{number}}}}}}}'

    with pytest.raises(BadPayload):
        connector.parse(RawEvent(body.encode()))


def test_texts_that_look_like_numbers_beyond_all_bounds_are_texts(connector: VkConnector) -> None:
    text = f"1e999 Infinity 0e000 {'9' * 40}"

    event = _parsed(connector, "message_new", _message(text=text)).inbound[0]

    assert event.content.text == text


@pytest.mark.parametrize("depth", [63, 300, 5000])
def test_a_document_that_is_nested_too_deeply_is_put_aside(
    connector: VkConnector, depth: int
) -> None:
    deep = "[" * depth + "]" * depth
    body = f'{{"type":"message_new","object":{{"message":{{"peer_id":5,"x":{deep}}}}}}}'

    with pytest.raises(BadPayload):
        connector.parse(RawEvent(body.encode()))


def test_forwards_of_forwards_are_followed_only_so_far(connector: VkConnector) -> None:
    inner: dict[str, Any] = {"from_id": 1, "text": "deepest"}
    for _ in range(14):
        inner = {"from_id": 1, "text": "", "fwd_messages": [inner]}

    event = _parsed(connector, "message_new", _message(fwd_messages=[inner])).inbound[0]

    assert event.kind is InboundKind.MESSAGE
    assert event.content.forward is not None


def test_the_same_photo_twice_makes_two_attachments(connector: VkConnector) -> None:
    photo = {"type": "photo", "photo": {"id": 1, "owner_id": 5, "sizes": []}}

    event = _parsed(connector, "message_new", _message(attachments=[photo, photo])).inbound[0]

    assert len({file.id for file in event.content.attachments}) == 2


def test_the_secret_is_in_nothing_that_is_kept(connector: VkConnector) -> None:
    event = _parsed(connector, "message_new", _message(), secret="s3cr3t").inbound[0]

    assert "s3cr3t" not in event.model_dump_json()
