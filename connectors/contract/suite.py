# ruff: noqa: S101 - a suite of tests asserts
"""The checks that every connector gets for free; each raises ``AssertionError`` with what is wrong.

They are functions and not tests, so that the same check can be held against a planted fault.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from connectors.base import Connector, Parsed, RawEvent, Reaches
from connectors.contract.cases import Case, Recorded, request
from shared.errors import BadPayload, BadRequest, Unauthorised
from shared.model.channel import Capabilities
from shared.model.inbound import Inbound, InboundKind, Receipt

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1e308,
    "",
    "\x00\ud800 odd \u202e",
    "9" * 400,
    [],
    {},
    [[["deep"]]],
)
MISSING = object()
"""In the place of a leaf: take it out."""
_ODD_PER_PAYLOAD = 150
_ADDRESSES = {"email": "anna@example.com", "phone": "+49 1512 3456789"}
_NO_ADDRESSES = (
    "",
    " ",
    "anna",
    "a@b",
    "+",
    "+1",
    "12",
    "\x00\ud800",
    "9" * 400,
    "x" * 400 + "@example.com",
)


def parsed(case: Case, connector: Connector, body: bytes) -> list[Parsed]:
    """What a body says. Raises ``BadPayload``."""
    return [connector.parse(event) for event in case.events(connector, body)]


def shown(found: list[Parsed]) -> dict[str, Any]:
    """What was understood, as recorded."""
    inbound = [
        event.model_dump(mode="json", exclude_defaults=True, exclude={"received_at"})
        for parsed_event in found
        for event in parsed_event.inbound
    ]
    receipts = [
        receipt.model_dump(mode="json", exclude_defaults=True)
        for parsed_event in found
        for receipt in parsed_event.receipts
    ]
    return {"inbound": inbound, "receipts": receipts}


def check_recorded(case: Case, connector: Connector, recorded: Recorded) -> None:
    """A recorded payload gives the recorded events, twice the same."""
    expected = {"inbound": [], "receipts": [], **recorded.expected}

    first = shown(parsed(case, connector, recorded.body))
    again = shown(parsed(case, connector, recorded.body))

    assert first == expected
    assert again == first


def check_says_something(case: Case, connector: Connector, recorded: Recorded) -> None:
    """Every event has a key and a thread, and names the channel that it came by."""
    for found in parsed(case, connector, recorded.body):
        for event in found.inbound:
            assert event.event_key, "an event without a key cannot be told from its repeat"
            assert event.thread.external_id
            assert event.thread.partition_key
            assert event.channel_id == f"test-{case.name}"
            if event.kind is InboundKind.UNSUPPORTED:
                assert event.raw is not None, "what is not understood keeps its payload"


def check_round_trip(case: Case, connector: Connector, recorded: Recorded) -> None:
    """What is published is read as it was written."""
    for found in parsed(case, connector, recorded.body):
        for event in found.inbound:
            assert Inbound.model_validate_json(event.model_dump_json()) == event
        for receipt in found.receipts:
            assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt


def check_any_bytes(case: Case, connector: Connector, body: bytes) -> None:
    """Whatever the bytes are, they parse or raise ``BadPayload``."""
    _parses_or_refuses(lambda: case.events(connector, body))
    _parses_or_refuses(lambda: connector.parse(RawEvent(body)))


def check_odd_leaves(case: Case, connector: Connector, recorded: Recorded) -> None:
    """Absurd or missing values in a payload that is otherwise right parse or raise
    ``BadPayload``."""
    try:
        body = json.loads(recorded.body)
    except ValueError:
        return
    chosen = [(path, odd) for path in _leaves(body) for odd in (*ODD, MISSING)]
    seeded = random.Random(recorded.name)  # noqa: S311 - it must repeat, not be secret
    if len(chosen) > _ODD_PER_PAYLOAD:
        chosen = seeded.sample(chosen, _ODD_PER_PAYLOAD)
    for path, odd in chosen:
        changed = _replaced(body, path, odd)

        def look(changed: Any = changed) -> None:
            text = json.dumps(changed).encode()
            for event in case.events(connector, text):
                found = connector.parse(event)
                for said in found.inbound:
                    said.model_dump(mode="json")

        _parses_or_refuses(look, what=f"{odd!r:.40} at {'.'.join(map(str, path))}")


def check_signature(case: Case, connector: Connector, recorded: Recorded) -> None:
    """A request without its signature, or with another, is refused."""
    headers = dict(recorded.headers or {})
    if recorded.proof is not None:
        _check_proof(connector, recorded, recorded.proof)
        return
    _refused(connector, recorded.body, {}, "a request without headers")
    if not headers:
        return
    connector.verify(request(recorded.body, headers))
    for name, value in headers.items():
        _refused(connector, recorded.body, {**headers, name: _changed(value)}, f"another {name}")
        _refused(connector, recorded.body, {**headers, name: "подпись"}, f"a {name} in Cyrillic")
    if recorded.signs_body:
        _refused(connector, recorded.body + b" ", headers, "another body")


def _check_proof(connector: Connector, recorded: Recorded, field: str) -> None:
    """The proof stands in the body: without it, or with another, the request is refused."""
    connector.verify(request(recorded.body, {}))
    body = json.loads(recorded.body)
    right = body[field]
    for odd in (*ODD, "подпись", _changed(str(right)), f"{right} "):
        _refused(connector, json.dumps({**body, field: odd}).encode(), {}, f"another {field}")
    del body[field]
    _refused(connector, json.dumps(body).encode(), {}, f"a body without {field}")


def check_settings(case: Case) -> None:
    """Unknown settings are refused by name; each setting says what it is."""
    model = case.manifest.settings
    with pytest.raises(ValidationError) as refused:
        model.model_validate({**case.settings, "no_such_setting": 1})
    assert "no_such_setting" in str(refused.value)
    for name, field in model.model_fields.items():
        assert name == "proxy" or (field.title and field.description), f"{name} is not explained"


def check_secrets_stay(case: Case, connector: Connector) -> None:
    """No secret in a representation, a refused setting, a log line or what was understood."""
    settings = case.manifest.settings.model_validate(dict(case.settings))
    seen = [repr(settings), str(settings), repr(connector), str(connector)]
    with capture_logs() as logs:
        for recorded in case.payloads:
            seen.append(json.dumps(shown(parsed(case, connector, recorded.body))))
            try:
                connector.verify(request(recorded.body, {}))
            except Unauthorised as error:
                seen.append(repr(error))
            try:
                connector.parse(RawEvent(b'{"' + "".join(case.secrets).encode()))
            except BadPayload as error:
                seen.append(repr(error))
    seen.append(repr(logs))
    _no_secret(case, seen)


def check_capabilities(capabilities: Capabilities) -> None:
    """The limits make sense together."""
    assert capabilities.max_text >= 1
    assert capabilities.max_caption <= capabilities.max_text
    assert capabilities.album_max >= 1
    assert capabilities.deadline_s > 0
    if capabilities.buttons:
        assert capabilities.max_button_label >= 1
    kinds = [limit.kind for limit in capabilities.media]
    assert len(kinds) == len(set(kinds)), "a kind of file has two limits"
    assert all(limit.max_bytes > 0 for limit in capabilities.media)
    for rate in (capabilities.rate_thread, capabilities.rate_channel):
        assert rate is None or (rate.count > 0 and rate.per_s > 0 and rate.burst >= 1)


def check_reach(case: Case, connector: Connector) -> None:
    """Whoever may be written to first is found by an address: the same person every time, in a
    thread that can be handled, with nothing verified. What is no address is refused."""
    able = case.manifest.capabilities
    if not able.write_first:
        return
    assert isinstance(connector, Reaches), "write_first is said, and nothing tells where to"
    assert able.first_address is not None, "nothing says what people are addressed by"
    good = _ADDRESSES[able.first_address]
    found, again = connector.reach(good, "Anna"), connector.reach(good, "Anna")
    assert found.person == again.person
    assert found.person.external_id
    assert found.thread.external_id
    assert found.thread.partition_key == again.thread.partition_key
    assert not any(one.verified for one in found.person.identifiers), "an agent has typed it"
    for odd in _NO_ADDRESSES:
        try:
            connector.reach(odd, None)
        except BadRequest:
            continue
        raise AssertionError(f"{odd!r} is taken for an address")


def _parses_or_refuses(look: Callable[[], object], what: str = "these bytes") -> None:
    try:
        look()
    except BadPayload:
        return
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error!s:.200}") from error


def _refused(connector: Connector, body: bytes, headers: Mapping[str, str], what: str) -> None:
    try:
        connector.verify(request(body, headers))
    except Unauthorised:
        return
    except Exception as error:
        raise AssertionError(f"{what} was not refused but broke it: {error!r}") from error
    raise AssertionError(f"{what} was let in")


def _no_secret(case: Case, seen: list[str]) -> None:
    for text in seen:
        for secret in case.secrets:
            assert secret not in text, f"a secret stands in {text.replace(secret, '***')!r:.300}"


def _changed(value: str) -> str:
    last = "0" if value[-1:] != "0" else "1"
    return value[:-1] + last


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path


def _replaced(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    if not path:
        return None if leaf is MISSING else leaf
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if leaf is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = leaf
    return changed
