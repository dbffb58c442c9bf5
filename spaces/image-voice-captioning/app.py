"""What is seen and what is said: the page and the API of the Space ``image-voice-captioning``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core import settings, workload
from portfolio_core.engines import captioning
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.media import audio
from portfolio_core.text import timeline, timeline_files
from portfolio_core.ui import api_panel, errors, uploads
from portfolio_core.ui import timeline_results as results
from portfolio_core.ui.background import quietly
from portfolio_core.ui.i18n import Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.speaking import Aloud, Speaker
from portfolio_core.ui.timeline_part import TimelinePart
from portfolio_core.ui.watched import Watched
from portfolio_core.ui.watching import Watcher

HERE = Path(__file__).parent
EXAMPLES = [HERE / "examples" / name for name in ("clip.mp4", "voice.flac", "picture.jpg")]


class ImageVoiceCaptioning:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.watcher = Watcher(page)
        self.speaker = Speaker(page)

    def caption(
        self,
        image: dict[str, Any] | None,
        detail: str = "detailed",
        language: str = "en",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Say what a picture shows; return the caption, what it was made of, and the recipe.

        Args:
            image: A JPEG, PNG or WEBP picture, up to 25 megapixels.
            detail: How much to tell: "short", "detailed" or "very_detailed".
            language: What to write in: "en" or "ko".
        """
        with errors.boundary(self.page.words, request):
            sent, wish = results.one(image), self.watcher.wish(detail, language)
            work = self.watcher.see(sent.path, wish, progress, locale_of(request))
            done: Watched = yield from quietly(work, 3)
            facts = [vars(fact) for fact in done.captions[0].facts]
            used = {"image": sent.mark(), "detail": detail, "language": language}
            yield done.scenes[0].text, {"facts": facts, **_told(done)}, done.recipe(used)

    def transcribe(
        self,
        sound: dict[str, Any] | None,
        spoken: str = stt.AUTOMATIC,
        translate: bool = False,
        file_format: str = "srt",
        language: str = "en",
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Write down what is said; return the text, each word's time, a file, and the recipe.

        Args:
            sound: A sound or a clip, up to three minutes: WAV, FLAC, MP3, OGG, M4A, WEBM, MP4,
                MOV or MKV.
            spoken: ISO 639-1 code of what is said, or "auto".
            translate: Write it in English, whatever is said.
            file_format: Key of the file's format from /formats: srt, vtt, txt or json.
            language: What marks of music and noise are written in: "en" or "ko".
        """
        with errors.boundary(self.page.words, request):
            sent, kind = results.one(sound), timeline_files.check_format(file_format)
            wish = self.watcher.wish(language=language, spoken=spoken, translate=translate)
            work = self.watcher.listen(sent.path, wish, progress, locale_of(request))
            done: Watched = yield from quietly(work, 4)
            text = "\n".join(map(done.timeline.said, done.timeline.of("speech")))
            used = {"sound": sent.mark(), **wish.arguments(), "file_format": kind.key}
            used.pop("detail")
            file = results.written(self.page, done.timeline, kind, sent.title)
            yield text, _told(done), file, done.recipe(used)

    def timeline(
        self,
        file: dict[str, Any] | None,
        detail: str = "detailed",
        language: str = "en",
        spoken: str = stt.AUTOMATIC,
        translate: bool = False,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Say what is seen and said in a picture, a sound or a clip.

        Returns the timeline, all its files (SRT, WebVTT, descriptions, text, JSON) and the recipe.

        Args:
            file: A picture, a sound or a clip, up to three minutes and 20 MB.
            detail: As for /caption.
            language: What captions and marks are written in: "en" or "ko".
            spoken: As for /transcribe.
            translate: As for /transcribe.
        """
        with errors.boundary(self.page.words, request):
            sent, wish = results.one(file), self.watcher.wish(detail, language, spoken, translate)
            work = self.watcher.watch(sent.path, wish, progress, locale_of(request))
            done: Watched = yield from quietly(work, 3)
            files = results.files(self.page, done.timeline, sent.title)
            yield _told(done), files, done.recipe({"file": sent.mark(), **wish.arguments()})

    def describe_aloud(
        self,
        file: dict[str, Any] | None,
        detail: str = "detailed",
        language: str = "en",
        file_format: str = "mp3",
        edited: dict[str, Any] | None = None,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Tell a picture or a clip aloud, in the gaps between speech, mixed under its sound.

        Returns the sound, what became of each scene (spoken, shortened, no room), and the recipe.

        Args:
            file: A picture or a clip, up to three minutes and 20 MB.
            detail: As for /caption.
            language: What is spoken: "en" or "ko".
            file_format: wav, flac, mp3 or ogg.
            edited: What /timeline returned for the file, with other texts; none = it is watched.
        """
        with errors.boundary(self.page.words, request):
            sent, locale = results.one(file), locale_of(request)
            wish, kind = self.watcher.wish(detail, language), audio.check_format(file_format)
            used: dict[str, Any] = {"file": sent.mark(), "detail": detail, "language": language}
            used |= {"file_format": kind, "edited": edited}
            also: list[str] = []
            if edited is None:
                watching = self.watcher.watch(sent.path, wish, progress, locale)
                done: Watched = yield from quietly(watching, 3)
                lines, heard, also = done.timeline, done.footage.sound, done.models
            else:
                lines = timeline.read(edited, self.page.settings.limits)
                opening = self.watcher.opened(sent.path, progress, locale)
                heard = (yield from quietly(opening, 3)).sound
            aloud: Aloud = yield from quietly(
                self.speaker.describe(lines, heard, progress, locale), 3
            )
            yield (
                results.sound(self.page, aloud, kind, sent.title),
                aloud.told(),
                aloud.recipe(used, also),
            )

    def export(self, edited: dict[str, Any], file_format: str = "srt") -> str:
        """Write a timeline, edited or not, as a file.

        Args:
            edited: What /timeline returned, perhaps with other texts.
            file_format: Key of the file's format from /formats.
        """
        with errors.boundary(self.page.words, None):
            kind = timeline_files.check_format(file_format)
            lines = timeline.read(edited, self.page.settings.limits)
            return results.written(self.page, lines, kind, "timeline")

    def formats(self) -> list[dict[str, str]]:
        """List the formats of files: key, name, extension, what each holds."""
        return [kind.about() for kind in timeline_files.FORMATS.values()]

    def opened(self, url: str, request: gr.Request) -> api_panel.Calls:
        """Show the call of the first example."""
        arguments = {"file": api_panel.File(EXAMPLES[0].name), "language": locale_of(request)}
        return api_panel.calls(url, "timeline", arguments)

    def called(self, url: str, made: dict[str, Any]) -> api_panel.Calls:
        """Show the call that made this result."""
        arguments = dict(made["parameters"])
        arguments["file"] = api_panel.File(arguments["file"]["name"])
        return api_panel.calls(url, "timeline", arguments)


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor sends something."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    workload_ = load or workload.process_wide()
    also = (stt.TASK, tts.TASK)
    with Page(captioning.TASK, words, configuration, workload_, also) as page:
        space = ImageVoiceCaptioning(page)
        page.header(wide=True)
        part = TimelinePart(page, space.watcher, space.speaker, EXAMPLES)
        codes = api_panel.panel(words)
        connect(space, part, codes)
        draw_api(space)
    return page


def connect(space: ImageVoiceCaptioning, part: TimelinePart, codes: list[gr.Code]) -> None:
    """Say what happens at a click, and show the call that gives the same."""
    page, address = space.page, gr.Textbox(visible=False)
    inside: dict[str, Any] = {"api_visibility": "private"}
    for run in part.connect():
        run.success(space.called, [address, part.made], codes, js=_ADDRESS_AND, **inside)
    page.load(space.opened, address, codes, js=_ADDRESS, **inside)
    page.load(None, js=uploads.PASTE, **inside)


def draw_api(space: ImageVoiceCaptioning) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    hidden: dict[str, Any] = {"visible": False}
    words = space.page.words

    def file(label: str) -> gr.File:
        return uploads.only_uploads(gr.File(label=label, **hidden), words)

    def text(label: str, value: str) -> gr.Textbox:
        return gr.Textbox(value, label=label, **hidden)

    def plain(label: str) -> gr.JSON:
        return gr.JSON(label=label, **hidden)

    detail, language, spoken = (
        text("detail", "detailed"),
        text("language", "en"),
        text("spoken", "auto"),
    )
    translate = gr.Checkbox(label="translate", **hidden)
    subtitles, sound_format = text("file_format", "srt"), text("file_format", "mp3")
    made, told, edited = plain("recipe"), plain("timeline"), plain("edited")
    files = gr.File(file_count="multiple", label="files", **hidden)
    said, sound = text("text", ""), gr.Audio(label="sound", **hidden)
    api = gr.Button(**hidden)
    for handler, inputs, outputs in (
        (space.caption, [file("image"), detail, language], [said, told, made]),
        (
            space.transcribe,
            [file("sound"), spoken, translate, subtitles, language],
            [said, told, gr.File(label="file", **hidden), made],
        ),
        (space.timeline, [file("file"), detail, language, spoken, translate], [told, files, made]),
        (
            space.describe_aloud,
            [file("file"), detail, language, sound_format, edited],
            [sound, plain("told"), made],
        ),
        (space.export, [edited, subtitles], [gr.File(label="file", **hidden)]),
    ):
        api.click(handler, inputs, outputs, api_name=handler.__name__, **checks)
    gr.api(space.formats, api_name="formats")


def _told(done: Watched) -> dict[str, Any]:
    """Return what was watched as plain values, with the codes of what to know."""
    return {
        **timeline.data(done.timeline),
        "kind": done.footage.kind,
        "notes": [*done.footage.notes, *done.notes],
    }


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made) => [location.origin + location.pathname, made]"

if __name__ == "__main__":
    main(build)
