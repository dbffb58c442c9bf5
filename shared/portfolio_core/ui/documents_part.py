"""The part of a page where visitors see, add, delete and take away their documents.

They are known by a key that the server made and their browser keeps; nothing is looked up by
anything else. Without a key, the sample is what is asked.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from portfolio_core.engines.rag import exchange
from portfolio_core.errors import IndexGone
from portfolio_core.ui import errors, library, report_words, uploads
from portfolio_core.ui.background import Running, Signal
from portfolio_core.ui.desk import Desk, Sent
from portfolio_core.ui.i18n import Locale, locale_of
from portfolio_core.ui.page import Page

KINDS = (".pdf", ".docx", ".txt", ".md", ".html", ".csv", ".xlsx", ".gz")
_FILE_NAME = "documents.index.gz"

Update = dict[Any, Any]
"""Components, and what becomes of them."""


class DocumentsPart:
    """The documents of a page's visitor."""

    def __init__(self, page: Page, desk: Desk, sample: Sequence[str]) -> None:
        """Draw it where the page is being built; ``sample`` are names."""
        self._page, self._desk, self._sample = page, desk, sample
        words = page.words
        self.key = gr.BrowserState("", storage_key="portfolio-documents")
        self._library = library.library()
        self._upload = gr.File(
            label=words("upload"),
            file_count="multiple",
            file_types=list(KINDS),
            height=150,
            elem_classes="paste-here",
        )
        uploads.only_uploads(self._upload, words)
        gr.Markdown(words("kinds"), elem_classes="note")
        with gr.Row(visible=False) as self._own:
            self._export = gr.Button(words("export"), size="sm", min_width=90)
            self._clear = gr.Button(words("clear"), size="sm", min_width=90)
        self._file = gr.File(visible=False, interactive=False, label=words("file"))
        self.outputs = [self.key, self._library, self._own, self._file]

    def shown(self, key: str, locale: Locale, said: Sequence[str] = ()) -> Update:
        """Return what the part shows of the documents under ``key``.

        Raises:
            IndexGone: there are none.
        """
        words, shelf = self._page.words, self._desk.shelf
        entries = [library.Entry(name, None) for name in self._sample]
        if key:
            entries = report_words.entries(shelf, shelf.own(key), words, locale)
        return {
            self.key: key,
            self._library: library.shown(entries, words, locale, sample=not key, said=said),
            self._own: gr.Row(visible=bool(key)),
            self._file: gr.File(visible=False),
        }

    def opened(self, key: object, locale: Locale) -> Update:
        """Return what the part shows to a visitor who comes, perhaps not for the first time."""
        try:
            return self.shown(key if isinstance(key, str) else "", locale)
        except IndexGone:
            return self.shown("", locale)

    def connect(self) -> list[Callable[..., Dependency]]:
        """Say what happens at a drop and at a click; return the events that leave answers behind.

        An answer from documents that are deleted, or not the ones asked any more, is no use.
        """
        inside: dict[str, Any] = {"api_visibility": "private"}
        quiet: dict[str, Any] = {"show_progress": "hidden", **inside}
        self._upload.upload(
            self.take, [self.key, self._upload], [*self.outputs, self._upload],
            show_progress_on=self._upload, preprocess=False, **inside,
        )  # fmt: skip
        self._export.click(self.export, self.key, self._file, **inside)
        removed = self._library.delete(self.remove, self.key, self.outputs, **quiet)
        self._clear.click(self.clear, self.key, self.outputs, **quiet)
        return [self.key.change, removed.success]

    def take(
        self,
        key: str,
        files: Any,  # noqa: ANN401 - the data of files
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[Update]:
        """Index what was dropped; what cannot be indexed is named."""
        locale = locale_of(request)
        with errors.boundary(self._page.words, request):
            adding = Running(partial(self._desk.add, uploads.taken(files, sent), key))
            for signal in adding:
                self.tell(signal, progress, locale)
                yield {self._file: gr.skip()}
            tenant, failed = adding.result
            said = [f"{name}: {errors.said(error, locale)}" for name, error in failed]
            yield {self._upload: None, **self.shown(tenant.id, locale, said)}

    def remove(self, key: str, event: gr.EventData, request: gr.Request) -> Update:
        """Delete one document, and say what went."""
        with errors.boundary(self._page.words, request):
            shelf = self._desk.shelf
            tenant = shelf.own(key)
            removed = shelf.remove(tenant, str(carried(event).get("document")))
            if not tenant.documents:
                shelf.delete(key)
            return self._deleted(vars(removed), key if tenant.documents else "", request)

    def clear(self, key: str, request: gr.Request) -> Update:
        """Delete all documents of the visitor, and begin anew with the sample."""
        with errors.boundary(self._page.words, request):
            return self._deleted(vars(self._desk.shelf.delete(key)), "", request)

    def export(self, key: str, request: gr.Request) -> gr.File:
        """Write the visitor's index as a file to take away."""
        with errors.boundary(self._page.words, request):
            content = exchange.export(self._desk.shelf.own(key).index)
            return gr.File(self._page.keep(_FILE_NAME, content), visible=True)

    def tell(self, signal: Signal, progress: gr.Progress, locale: Locale) -> None:
        """Tell the visitor how far indexing is."""
        if signal.whole:
            fields = {"done": signal.done, "count": signal.whole}
            said = self._page.words.say("indexing", locale, **fields)
            progress(signal.done / signal.whole, desc=said)

    def _deleted(self, removed: dict[str, int], key: str, request: gr.Request) -> Update:
        locale = locale_of(request)
        return self.shown(key, locale, [self._page.words.say("deleted", locale, **removed)])


def sent(path: Path, name: str) -> Sent:
    """Return a file as the desk takes it."""
    return path, name or path.name


def carried(event: gr.EventData) -> dict[str, Any]:
    """Return what an event carries; a program may have sent something else."""
    data = event._data  # noqa: SLF001 - as an attribute it raises where it is missing
    return data if isinstance(data, dict) else {}
