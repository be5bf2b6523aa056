"""The menu bot as a bot of the kit."""

from typing import Final

from shared.bots.kit import Bot
from shared.bots.menu.flow import Standing, Turn, turn
from shared.bots.menu.model import Menu
from shared.bots.talk import Talk

MENU_BOT: Final = "menu"
"""What it is called where nobody says otherwise."""
_AT, _ASKED, _LANGUAGE = "at", "asked", "language"


def menu_bot(menu: Menu, name: str = MENU_BOT) -> Bot:
    """A bot that leads customers through the menu."""
    bot = Bot(name, lease_s=menu.lease_s, misses=menu.misses, words=menu.person_words)

    @bot.on_message
    async def answer(talk: Talk) -> None:
        standing = _standing(talk, menu)
        taken = turn(menu, standing, talk.text, talk.choice, talk.fields)
        await _say(talk, taken)

    return bot


def _standing(talk: Talk, menu: Menu) -> Standing:
    notes = talk.notes
    told = talk.conversation.language
    language = notes.get(_LANGUAGE) or (told if told in menu.languages else None) or ""
    asked = notes.get(_ASKED, "")
    return Standing(notes.get(_AT, ""), int(asked) if asked.isdigit() else None, language)


async def _say(talk: Talk, taken: Turn) -> None:
    if taken.collected:
        await talk.set(**taken.collected)
    asked = taken.standing.asked
    talk.remember(
        **{
            _AT: taken.standing.at,
            _ASKED: "" if asked is None else str(asked),
            _LANGUAGE: taken.standing.language,
        }
    )
    if not taken.understood:
        await talk.not_understood(taken.text, taken.choices)
        return
    await talk.reply(taken.text, buttons=taken.choices)
    if taken.hand_off is not None:
        await talk.hand_off(taken.reason, topic=taken.hand_off.topic, team=taken.hand_off.team)
