"""English text to phonemes without a download.

Kokoro's own way to phonemes (``misaki.en.G2P``) asks spaCy for the parts of speech, and
downloads spaCy's model where it is missing. Where ``en_core_web_sm`` is installed it is used;
else the few rules here stand in for it. They know punctuation, money, numbers and the closed
classes of words for certain; a word that is a noun or a verb by its place is guessed from the
word before it ("to record" / "the record").

Source: https://github.com/hexgrad/misaki/blob/main/misaki/en.py
"""

import re
from typing import Any

_MODEL = "en_core_web_sm"
_PUNCTUATION = (
    dict.fromkeys(".!?", ".")
    | {",": ","}
    | dict.fromkeys((":", ";", "…", "...", "—", "–", "-", "--"), ":")
    | dict.fromkeys("([{", "-LRB-")
    | dict.fromkeys(")]}", "-RRB-")
    | dict.fromkeys("“«", "``")
    | dict.fromkeys("”»'’‘", "''")
    | dict.fromkeys("$£€", "$")
    | {"#": "#", "&": "CC", "/": "SYM", "@": "SYM", "=": "SYM", "+": "SYM", "*": "NFP"}
)
# Penn Treebank tags, by word.
_CLOSED_CLASSES = {
    "DT": "a an the this that these those every each some any no another both either neither",
    "PRP": "i you he she it we they me him us them myself yourself itself themselves",
    "PRP$": "my your his her its our their",
    "MD": "can could will would shall should may might must 'll 'd ca wo",
    "TO": "to",
    "IN": "of in on at by for with from into onto about over under after before between through "
    "during against among without within if because although while since until than as like vs",
    "CC": "and or but nor yet",
    "EX": "there",
    "WP": "who whom what which whose",
    "WRB": "when where why how",
    "RB": "not n't never very too also just only even still already always often again here now "
    "then so well",
    "VBZ": "is has does 's",
    "VBP": "am are have do 've 're 'm",
    "VBD": "was were had did",
    "VB": "be",
    "VBN": "been",
    "VBG": "being having",
    "CD": "one two three four five six seven eight nine ten eleven twelve hundred thousand "
    "million billion",
}
_TAGS = {word: tag for tag, words in _CLOSED_CLASSES.items() for word in words.split()}
_HAVE = frozenset(("have", "has", "had", "having", "'ve"))
_BE = frozenset(("am", "are", "is", "was", "were", "be", "been", "being", "'m", "'re", "'s"))
_OBJECTS = frozenset(("it", "me", "him", "us", "them"))
_DO = frozenset(("do", "does", "did"))
_ADJECTIVE = re.compile(r".{2,}(?:ous|ful|ive|able|ible|less|ical|ish)$")
_NUMBER = re.compile(r"[+-]?\d[\d,.:]*")
_LONGEST_INITIALS = 5  # letters; longer capitals are shouted


def g2p(*, british: bool, fallback: object) -> Any:  # noqa: ANN401 - misaki is untyped
    """Return misaki's English converter, made without looking for spaCy's model on the net.

    Args:
        british: Take the British dictionary, not the American.
        fallback: Gives phonemes and a rating for a token that no dictionary has.
    """
    from misaki import en

    class Offline(en.G2P):  # type: ignore[misc]
        """The converter with a tagger that is already here."""

        def __init__(self) -> None:
            self.version = None
            self.british = british
            self.nlp = _tagger()
            self.lexicon = en.Lexicon(british)
            self.fallback = fallback
            self.unk = ""

    return Offline()


def _tagger() -> Any:  # noqa: ANN401 - a pipeline of spaCy, or what is called like one
    import spacy

    if spacy.util.is_package(_MODEL):
        return spacy.load(_MODEL, enable=["tok2vec", "tagger"])
    blank = spacy.blank("en")

    def tag(text: str) -> Any:  # noqa: ANN401 - a document of spaCy
        document = blank(text)
        for token, found in zip(document, tags([t.text for t in document]), strict=True):
            token.tag_ = found
        return document

    return tag


def tags(words: list[str]) -> list[str]:
    """Return the Penn Treebank tag of each token of one or more sentences."""
    shouted = not any(c.islower() for word in words for c in word)
    found: list[str] = []
    quoted = False
    for at, word in enumerate(words):
        if word == '"':
            quoted = not quoted
            found.append("``" if quoted else "''")
            continue
        last_word, last_tag = _before(words, found, at)
        tag = _by_form(word) or _name(word, found[-1:], shouted=shouted)
        found.append(tag or _by_place(word.lower(), last_word, last_tag))
    return found


def _before(words: list[str], found: list[str], at: int) -> tuple[str, str]:
    """Return the word before, looking past adverbs: "will not only record"."""
    while at and found[at - 1] == "RB":
        at -= 1
    return (words[at - 1].lower().replace("’", "'"), found[at - 1]) if at else ("", "")


def _by_form(word: str) -> str | None:
    if word in _PUNCTUATION:
        return _PUNCTUATION[word]
    known = _TAGS.get(word.lower().replace("’", "'"))
    if known and not (word.isupper() and len(word) > 1):
        return known
    return "CD" if _NUMBER.fullmatch(word) else None


def _name(word: str, before: list[str], *, shouted: bool) -> str | None:
    if shouted or not word[:1].isupper():
        return None
    if word.isupper() and 1 < len(word) <= _LONGEST_INITIALS:
        return "NNP"
    first = not before or before[0] in {".", ":", "``"}
    return None if first else "NNP"


def _by_place(word: str, last_word: str, last_tag: str) -> str:
    """Guess the tag of a word by its ending, then by the word before it."""
    after_have, after_be = last_word in _HAVE, last_word in _BE
    subject = last_tag in {"PRP", "WP"} and last_word not in _OBJECTS
    guesses = (
        ("RB", word.endswith("ly")),
        ("VBG", word.endswith("ing")),
        ("VBN", after_have or (after_be and word.endswith("ed"))),
        ("VBD", word.endswith("ed")),
        ("JJ", after_be or _ADJECTIVE.fullmatch(word)),
        ("VB", last_tag in {"TO", "MD"} or last_word in _DO),
        ("VBP", subject),
        ("NNS", word.endswith("s") and not word.endswith("ss")),
    )
    return next((tag for tag, fits in guesses if fits), "NN")
