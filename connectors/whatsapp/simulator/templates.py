"""The templates of the simulated account."""

import re
from collections.abc import Mapping
from typing import Any, Final

from connectors.whatsapp.simulator.refusal import Refusal

_PLACE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_REFUSED: Final = {"PAUSED": 132015, "DISABLED": 132016}


def _template(
    id: str,
    name: str,
    language: str,
    body: str,
    *,
    status: str = "APPROVED",
    category: str = "UTILITY",
    format: str = "POSITIONAL",
    more: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "language": language,
        "status": status,
        "category": category,
        "parameter_format": format,
        "components": [{"type": "BODY", "text": body}, *more],
    }


def shipped() -> list[dict[str, Any]]:
    """What the account has at the start: every kind of place and state, in two languages."""
    footer = {"type": "FOOTER", "text": "Omnihub Demo"}
    return [
        _template("9001", "hello_world", "en_US", "Welcome and congratulations!", more=(footer,)),
        _template(
            "9002", "order_ready", "en",
            "Hello {{1}}, your order {{2}} is ready.",
            more=(
                {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Thanks"},
                        {"type": "URL", "text": "Track", "url": "https://shop.example/t/{{1}}"},
                    ],
                },
            ),
        ),
        _template("9003", "order_ready", "ru", "Здравствуйте, {{1}}! Заказ {{2}} готов."),
        _template(
            "9004", "appointment", "en", "{{name}}, we expect you on {{day}}.", format="NAMED"
        ),
        _template(
            "9005", "brochure", "en", "Our new brochure.", category="MARKETING",
            more=({"type": "HEADER", "format": "IMAGE"},),
        ),
        _template("9006", "sale", "en", "Everything must go.", status="PAUSED"),
        _template("9007", "old_sale", "en", "Everything went.", status="DISABLED"),
        _template("9008", "survey", "en", "How was it?", status="REJECTED"),
    ]  # fmt: skip


class Templates:
    """The templates, and what is refused of those that are sent."""

    def __init__(self) -> None:
        self.items = shipped()

    def page(self, base: str, after: str | None, limit: int) -> dict[str, Any]:
        """One page of the list, with the address of the next."""
        start = int(after) if after and after.isdigit() else 0
        items = self.items[start : start + limit]
        answer: dict[str, Any] = {"data": items}
        if start + limit < len(self.items):
            cursor = str(start + limit)
            answer["paging"] = {
                "cursors": {"after": cursor},
                "next": f"{base}?limit={limit}&after={cursor}&access_token=leaked-into-the-address",
            }
        return answer

    def check(self, given: Mapping[str, Any]) -> str:
        """What the template says with the values given. Raises ``Refusal``."""
        name = given.get("name")
        language = (given.get("language") or {}).get("code")
        found = next(
            (t for t in self.items if (t["name"], t["language"]) == (name, language)), None
        )
        if found is None or found["status"] in {"REJECTED", "PENDING"}:
            raise Refusal(132001, f"template name ({name}) does not exist in {language}")
        if found["status"] in _REFUSED:
            raise Refusal(_REFUSED[found["status"]])
        values = {
            str(component.get("type")).lower(): component.get("parameters") or []
            for component in given.get("components") or []
            if str(component.get("type")).lower() != "button"
        }
        parts = {str(part["type"]).lower(): part for part in found["components"]}
        for where in ("header", "body"):
            _count(where, parts.get(where), values.get(where, []))
        self._buttons(parts.get("buttons"), given)
        return _filled(str(parts["body"]["text"]), values.get("body", []))

    @staticmethod
    def _buttons(part: Mapping[str, Any] | None, given: Mapping[str, Any]) -> None:
        told = {
            str(component.get("index")): component
            for component in given.get("components") or []
            if str(component.get("type")).lower() == "button"
        }
        for index, button in enumerate((part or {}).get("buttons") or []):
            component = told.get(str(index))
            needs = "{{" in str(button.get("url") or "")
            if needs and component is None:
                raise Refusal(131008, f"Button at index {index} of type Url requires a parameter")
            if component and component.get("sub_type") != str(button["type"]).lower():
                raise Refusal(132018, "The sub_type of the button is wrong")


def _count(where: str, part: Mapping[str, Any] | None, given: list[Any]) -> None:
    wanted = len(dict.fromkeys(_PLACE.findall(str((part or {}).get("text") or ""))))
    if part is not None and part.get("format") in {"IMAGE", "VIDEO", "DOCUMENT"}:
        wanted = 1
    if len(given) != wanted:
        raise Refusal(
            132000,
            f"{where}: number of localizable_params ({len(given)}) does not match the expected "
            f"number of params ({wanted})",
        )


def _filled(text: str, given: list[Mapping[str, Any]]) -> str:
    order = list(dict.fromkeys(_PLACE.findall(text)))
    values = {
        value.get("parameter_name") or order[number]: str(value.get("text"))
        for number, value in enumerate(given)
    }
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
