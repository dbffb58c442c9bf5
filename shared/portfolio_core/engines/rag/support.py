"""Does a passage say what a sentence says? A check by words, numbers, names and denials.

It is no proof: it finds what was made up or mixed up, not what was misunderstood. Numbers and
names of the sentence must stand in the passage. Most of its words must, too; where fewer do,
as in a paraphrase, the passage must at least be the one closest in meaning. And where the
passage's nearest sentence denies and this one does not, or the other way round, they disagree.
"""

from collections.abc import Callable, Sequence

from portfolio_core.engines.rag import Hit, Sentence, Vectors
from portfolio_core.engines.rag.citations import Marked
from portfolio_core.engines.rag.wording import Wording, share, split

Embed = Callable[[Sequence[str]], Vectors]
"""Turns texts into vectors of length 1, as :meth:`Embedder.passages` does."""

# Shares of a sentence's content words: enough by themselves, and enough where meaning agrees.
_ENOUGH, _PARAPHRASE = 0.75, 0.4
# From this share on a sentence of the passage is about the same thing, so a denial counts.
_SAME_MATTER = 0.5


def checked(marked: Marked, hits: Sequence[Hit], embed: Embed | None = None) -> Sentence:
    """Return a written sentence with the passages that it stands on, and whether they bear it.

    Marks that name no passage are dropped. A sentence without a mark is given the passage that
    bears it, if there is one: writers forget marks more often than they make things up.

    Args:
        marked: The sentence and its marks.
        hits: The passages, numbered from 1.
        embed: For paraphrases; without it they count as not supported.
    """
    cited = tuple(n for n in marked.marks if 1 <= n <= len(hits))
    if cited:
        return Sentence(marked.text, cited, supports(marked.text, cited, hits, embed))
    bearing = (n for n in range(1, len(hits) + 1) if supports(marked.text, (n,), hits, None))
    found = next(bearing, None)
    return Sentence(marked.text, (found,) if found else (), found is not None)


def supports(
    text: str, cited: Sequence[int], hits: Sequence[Hit], embed: Embed | None = None
) -> bool:
    """Return whether the cited passages together say what ``text`` says."""
    passages = [hits[n - 1].passage for n in cited]
    said = Wording(text)
    source = Wording("\n".join(f"{p.heading}\n{p.text}" for p in passages))
    if not said.keys or not said.numbers <= source.numbers:
        return False
    if not all(map(source.mentions, said.names)):
        return False
    if _disagrees(said, [s for p in passages for s in split(p.text)]):
        return False
    covered = share(said.keys, source)
    if covered >= _ENOUGH or embed is None:
        return covered >= _ENOUGH
    return covered >= _PARAPHRASE and _is_closest(text, cited, hits, embed)


def _disagrees(said: Wording, sentences: Sequence[str]) -> bool:
    """Return whether the sentence closest in words denies what is said, or the reverse."""
    near = [(share(said.keys, wording), wording) for wording in map(Wording, sentences)]
    best = max((s for s, _ in near), default=0.0)
    if best < _SAME_MATTER:
        return False
    return all(wording.denies != said.denies for s, wording in near if s == best)


def _is_closest(text: str, cited: Sequence[int], hits: Sequence[Hit], embed: Embed) -> bool:
    """Return whether a cited passage is closer in meaning than all that are not cited.

    Which cosine is a high one differs from model to model; which of two is higher does not.
    """
    vectors = embed([text, *(hit.passage.text for hit in hits)])
    cosines = vectors[1:] @ vectors[0]
    return int(cosines.argmax()) + 1 in cited
