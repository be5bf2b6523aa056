"""In which language somebody writes, from a few words. Pure, and of no library.

The script decides where only one of our languages has it; otherwise the letters that only one of
them has, and words that stand in every other sentence. What is too short or too mixed is unknown: a
wrong guess sends the case to people who cannot read it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NOISE: Final = re.compile(r"https?://\S+|\S+@\S+|[@#/]\w+")
_LONGEST: Final = 1000
"""Characters that are looked at."""
_FEWEST_LETTERS: Final = 3
_LETTER: Final = 3
"""A letter that only one language has counts as much as so many of its words."""

_ONE_LANGUAGE: Final[Mapping[str, str]] = {
    "GEORGIAN": "ka", "ARMENIAN": "hy", "HEBREW": "he", "GREEK": "el", "HANGUL": "ko",
    "HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th",
}  # fmt: skip
_LETTERS: Final[Mapping[str, str]] = {
    "uk": "іїєґ", "be": "ў", "kk": "әғқңөұүһ", "ru": "ыэёъ",
    "de": "ßäöü", "fr": "àâçèêëîïôœûù", "es": "ñ¿¡áíóú", "pl": "ąćęłńśźż", "tr": "ğışç",
}  # fmt: skip
_WORDS: Final[Mapping[str, str]] = {
    "ru": "и в не на я что с как это по у но за мой моя меня мне вы вас нет есть здравствуйте "
    "привет добрый день спасибо пожалуйста когда где можно заказ почему сколько или для если уже",
    "uk": "і й в у не на я що з як це до але за мій моя мене мені ви вас немає є добрий день "
    "дякую будь ласка коли де можна замовлення чому скільки або для якщо вже привіт вітаю та",
    "be": "і ў не на я што з як гэта да але за мой мая мяне вы вас няма ёсць добры дзень дзякуй "
    "калі ласка дзе можна чаму колькі",
    "kk": "мен сіз бұл және үшін жоқ бар қалай қашан қайда рахмет сәлем сәлеметсіз бе өтінемін "
    "тапсырыс менің маған болады ма неге қанша емес дейін керек",
    "en": "the and is are to of in i my you it for not have has with what when where how hello hi "
    "please thanks thank do does can was on this that but me order why would",
    "de": "der die das und ist nicht ich sie es ein eine mein meine mit für von zu auf wann wo wie "
    "hallo guten tag bitte danke haben habe kann wird aber was warum noch den dem",
    "fr": "le la les et est pas je vous il un une mon ma mes avec pour de du des que quand où "
    "comment bonjour merci s'il j'ai ne dans sur commande pourquoi mais c'est",
    "es": "el la los las y es no yo usted un una mi con para de que cuando dónde cómo hola gracias "
    "por favor en pedido pero qué está tengo buenos días se me",
    "it": "il lo la gli e è non io lei un una mio mia con per di che quando dove come ciao "
    "buongiorno grazie prego ordine ma ho sono del della nel perché",
    "pl": "i w nie na się jest to że z do mój moja mnie pan pani kiedy gdzie jak dzień dobry "
    "dziękuję proszę zamówienie ale dlaczego czy mam już",
    "tr": "ve bir bu ne için ben siz değil var yok nasıl zaman nerede merhaba teşekkürler lütfen "
    "sipariş ama mi mı benim neden çok daha",
}  # fmt: skip
_CYRILLIC: Final = frozenset({"ru", "uk", "be", "kk"})
_OF_WORD: Final[Mapping[str, frozenset[str]]] = {
    word: frozenset(language for language, words in _WORDS.items() if word in words.split())
    for word in {word for words in _WORDS.values() for word in words.split()}
}
_OF_LETTER: Final[Mapping[str, frozenset[str]]] = {
    letter: frozenset(language for language, letters in _LETTERS.items() if letter in letters)
    for letter in {letter for letters in _LETTERS.values() for letter in letters}
}


def language_of(text: str) -> str | None:
    """The language as a BCP 47 tag of two letters; None where the text does not tell."""
    plain = _NOISE.sub(" ", text[:_LONGEST]).lower()
    letters = [one for one in plain if one.isalpha()]
    if len(letters) < _FEWEST_LETTERS:
        return None
    script = _script(letters)
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    if script not in {"CYRILLIC", "LATIN"}:
        return None
    scores = _scores(plain, letters, cyrillic=script == "CYRILLIC")
    best = scores.most_common(2)
    if not best:
        return None
    if len(best) > 1 and best[0][1] == best[1][1]:
        return None
    return best[0][0]


def tag_of(locale: str | None) -> str | None:
    """The language of a locale: ``pt-BR`` and ``pt_BR`` are ``pt``."""
    language = (locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language.isalpha() and 2 <= len(language) <= 3 else None  # noqa: PLR2004 - ISO 639 codes


def _script(letters: list[str]) -> str:
    names = Counter(unicodedata.name(one, "").partition(" ")[0] for one in letters[:200])
    # Japanese mixes its own letters with Chinese ones.
    kana = next((name for name in ("HIRAGANA", "KATAKANA") if name in names), None)
    return kana or names.most_common(1)[0][0]


def _scores(plain: str, letters: list[str], *, cyrillic: bool) -> Counter[str]:
    scores: Counter[str] = Counter()
    for word in _WORD.findall(plain):
        for language in _OF_WORD.get(word, ()):
            if (language in _CYRILLIC) == cyrillic:
                scores[language] += 1
    for letter in set(letters):
        for language in _OF_LETTER.get(letter, ()):
            if (language in _CYRILLIC) == cyrillic:
                scores[language] += _LETTER
    return scores
