"""Reading profiles."""

from tests.bench.profiling.stacks import as_text, profile

ROOT = "/home/me/omnihub"
MAIN = f"{ROOT}/hub/__main__.py:<module>"
HANDLE = f"{ROOT}/router/consumer.py:Consumer.handle"
DUMP = f"{ROOT}/.venv/lib/python3.11/site-packages/pydantic/main.py:BaseModel.model_dump"
LOOP = "/usr/lib/python3.11/asyncio/events.py:Handle._run"

LINES = [f"{MAIN};{LOOP};{HANDLE};{DUMP} 6", f"{MAIN};{LOOP};{HANDLE} 3", f"{MAIN};{LOOP} 1"]


def test_time_is_spent_where_the_stack_ends() -> None:
    found = profile(LINES, ROOT)

    assert found.samples == 10
    assert found.functions == {
        "pydantic/main.py:BaseModel.model_dump": 0.6,
        "router/consumer.py:Consumer.handle": 0.3,
        "asyncio/events.py:Handle._run": 0.1,
    }
    assert found.groups == {"pydantic": 0.6, "router/consumer.py": 0.3, "asyncio": 0.1}


def test_ours_count_with_what_they_call() -> None:
    found = profile(LINES, ROOT)

    assert found.inclusive == {
        "hub/__main__.py:<module>": 1.0,
        "router/consumer.py:Consumer.handle": 0.9,
    }


def test_a_function_that_calls_itself_counts_once() -> None:
    found = profile([f"{HANDLE};{HANDLE};{HANDLE} 4"], ROOT)

    assert found.inclusive == {"router/consumer.py:Consumer.handle": 1.0}


def test_no_samples_are_no_shares() -> None:
    assert profile([], ROOT).functions == {}


def test_a_profile_can_be_read() -> None:
    text = as_text("hub", profile(LINES, ROOT))

    assert "hub: 10 samples" in text
    assert "60.0%  pydantic/main.py:BaseModel.model_dump" in text
