"""The marks that a reader may put into a text: pauses and own pronunciations."""

import re

# Every repetition is bounded or gives nothing back, so that no text makes a search slow.
PRONUNCIATION = re.compile(r"\[([^\[\]\n]{1,80})\]\(/([^\[\]()/\n]{1,80})/\)")
"""``[word](/ipa/)``: the word as written, and how it sounds."""

PAUSE = re.compile(
    r"\[pause[ \t]++([-+]?(?:[0-9.]{1,20}|nan|inf))[ \t]*+(ms|s)?\](?!\(/)", re.IGNORECASE
)
"""``[pause 0.8s]``, ``[pause 800ms]`` or ``[pause 1]``: the number and its unit."""

MARKUP = re.compile(f"{PRONUNCIATION.pattern}|{PAUSE.pattern}", re.IGNORECASE)
