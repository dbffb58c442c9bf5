"""Text to speech: the page and the API of the Space ``kokoro-tts``."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.helpers import Examples

from portfolio_core import catalog, recipe, settings, workload
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import reading
from portfolio_core.engines.text_to_speech.call import Call
from portfolio_core.media import audio
from portfolio_core.text import script
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel, errors
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.pace import Pace
from portfolio_core.ui.page import Page
from portfolio_core.ui.player import Player
from portfolio_core.ui.runs import Runs
from portfolio_core.ui.theme import WAVEFORM
from portfolio_core.ui.voices import VoiceChoices

EXAMPLES = [
    ["Good morning! The train to Busan leaves at 9:45 from platform 3.", tts.AUTOMATIC, 1.0],
    ["안녕하세요. 오늘은 2026년 11월 22일, 기온은 7도입니다.", tts.AUTOMATIC, 1.0],
    ["Dr. Kim said “안녕” and waved. [pause 0.8s] It cost $3.50.", tts.AUTOMATIC, 0.9],
]
# A text that is spoken within this time is played when it is whole; a longer one at once.
PATIENCE_SECONDS = 1.0


class KokoroTts:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.models = {m.key: m for m in (page.choice.model, catalog.embedded(tts.TASK))}
        engines = {key: catalog.engine_class(model) for key, model in self.models.items()}
        self.cast = reading.Cast(engines)
        self.rate: int = page.engine_class.RATE
        mixed = page.engine_class.VOICES if page.engine_class.MIXES else ()
        self.choices = VoiceChoices(page.words, self.cast.voices, mixed)
        self.on = SimpleNamespace()  # the page's components, by name

    def speak(
        self,
        text: str,
        voice: str = tts.AUTOMATIC,
        speed: float = 1.0,
        file_format: str = "wav",
        speakers: str = "",
        as_written: bool = False,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Speak a text; return one sound file, its captions (SRT, VTT) and the recipe.

        Args:
            text: What to say, up to 10,000 characters. Marks in it: [pause 0.8s], ANNA: for a
                speaker's line, [word](/ipa/) for a pronunciation.
            voice: A key from /voices, "auto" for the language of each sentence, or a mix of
                Kokoro's voices: af_heart(0.7)+af_bella(0.3).
            speed: From 0.5 (half as fast) to 2 (twice as fast).
            file_format: wav, flac, mp3 or ogg.
            speakers: Voices of a dialogue, a line "NAME: voice" for each speaker.
            as_written: Leave numbers, dates and abbreviations to the voice.
        """
        with errors.boundary(self.page.words, request):
            call = self.call(text, voice, speed, speakers, as_written, file_format)
            pace = Pace()
            for _ in self.told(call, progress, locale_of(request)):
                if pace.due():
                    yield (gr.skip(),) * 3
            yield self.result(call)

    def speak_stream(
        self,
        text: str,
        voice: str = tts.AUTOMATIC,
        speed: float = 1.0,
        speakers: str = "",
        as_written: bool = False,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, Any]]:
        """Speak a text sentence by sentence: a WAV file for each as soon as it is made.

        Args:
            text: What to say, as for /speak.
            voice: As for /speak.
            speed: As for /speak.
            speakers: As for /speak.
            as_written: As for /speak.
        """
        page = self.page
        with errors.boundary(page.words, request):
            call = self.call(text, voice, speed, speakers, as_written)
            for part in self.told(call, progress, locale_of(request)):
                if part is None:
                    yield gr.skip(), gr.skip()
                else:
                    about = {"sentence": part.index, "of": part.count, "text": part.text}
                    sound = page.keep(f"{len(call.spoken)}.wav", audio.wav_bytes(part.sound))
                    yield sound, {**about, "start_seconds": part.start_seconds}

    def perform(
        self,
        text: str,
        voice: str,
        mix: str,
        share: float,
        speed: float,
        file_format: str,
        speakers: str,
        as_written: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[dict[Any, Any]]:
        """Speak for the page: at once where it takes long, and in the end as a file."""
        on, mixed = self.on, f"{voice}({100 - share})+{mix}({share})"
        with errors.boundary(self.page.words, request):
            voice = mixed if mix else voice
            call = self.call(text, voice, speed, speakers, as_written, file_format)
            files: list[str] = []  # the sentences that play already
            pace = Pace()
            yield {on.sound: gr.Audio(None, visible=True), on.whole: gr.Audio(None, visible=False)}
            for part in self.told(call, progress, locale_of(request)):
                if part and (pace.due() if files else self.takes_long(call, part)):
                    files += self.sentence_files(call, len(files))
                    yield {on.player.files: files}
                elif pace.due():
                    yield {on.made: gr.skip()}
            sound, texts, made = self.result(call)
            if files:  # it sounds already: the whole is shown in a player that waits for a click
                files += self.sentence_files(call, len(files))
                yield {
                    on.player.files: files,
                    on.sound: gr.Audio(visible=False),
                    on.whole: gr.Audio(sound, visible=True),
                }
            else:
                yield {on.sound: sound}
            yield {
                on.files: texts,
                on.made: made,
                on.how: call.words(),
                on.phonemes: call.phonemes(),
            }

    def takes_long(self, call: Call, latest: tts.SpokenSentence) -> bool:
        """Return whether a visitor should hear the beginning before the end is made."""
        made = len(call.spoken)
        return made < latest.count and call.seconds / made * latest.count > PATIENCE_SECONDS

    def sentence_files(self, call: Call, start: int) -> list[str]:
        """Write the sentences from number ``start`` on, each as a file to play."""
        keep, new = self.page.keep, enumerate(call.spoken[start:], start)
        return [keep(f"{number}.wav", audio.wav_bytes(part.sound)) for number, part in new]

    def call(
        self,
        text: object,
        voice: object,
        speed: object,
        speakers: object,
        as_written: object,
        file_format: object = "wav",
    ) -> Call:
        """Check a caller's values and plan the reading."""
        limits = self.page.settings.limits
        wanted = reading.wish(
            text, voice, speed, speakers, as_written, cast=self.cast, limits=limits
        )
        return Call(wanted, self.cast, self.rate, audio.check_format(file_format))

    def told(
        self, call: Call, progress: gr.Progress, locale: Locale
    ) -> Iterator[tts.SpokenSentence | None]:
        """Yield what ``call`` yields, and tell the visitor how far it is."""
        page = self.page
        specs = {key: page.spec_of(model) for key, model in self.models.items()}
        turn = partial(page.turn, progress=progress, locale=locale)
        pace = Pace()
        for part in call.sentences(page.workload, specs, turn, page.settings.limits):
            if part and pace.due():
                at, of = part.index + 1, part.count
                said = page.words.say("sentence", locale, number=at, count=of)
                progress(at / of, desc=said)
            yield part

    def result(self, call: Call) -> tuple[str, list[str], Any]:
        """Write the files of a call; return sound, captions and recipe."""
        page, model = self.page, self.models[call.engine]
        chosen = model is page.choice.model
        made = recipe.write(
            page.choice if chosen else catalog.Choice(model, catalog.Reason("language"), tts.TASK),
            revision=call.revisions[call.engine],
            parameters={**call.wanted.arguments(), "file_format": call.file_format},
            seconds=call.seconds,
            also=sorted(call.revisions.keys() - {call.engine}),
        )
        voice = next(i.voice for i in call.plan if isinstance(i, reading.Utterance))
        name = partial(speaking_name, script.plain(call.wanted.text, call.wanted.speakers), voice)
        sound = page.keep(name(call.file_format), call.file)
        texts = {"srt": call.srt(), "vtt": call.vtt()}
        files = [page.keep(name(kind), text.encode()) for kind, text in texts.items()]
        return sound, files, made.model_dump(mode="json")

    def normalize(self, text: str) -> list[dict[str, str]]:
        """Show how a text will be spoken: each sentence, its words as said, its voice.

        Args:
            text: Any text that /speak takes.
        """
        with errors.boundary(self.page.words, None):
            call = self.call(text, tts.AUTOMATIC, 1.0, "", False)
            return [vars(item) for item in call.plan if isinstance(item, reading.Utterance)]

    def voices(self) -> list[dict[str, str]]:
        """List the voices: key, label, label in Korean, language."""
        return [vars(voice) for voice in self.cast.voices]

    def opened(self, url: str, request: gr.Request) -> tuple[Any, ...]:
        """Say in the visitor's language what the browser cannot look up by itself."""
        locale = locale_of(request)
        arguments = dict(zip(("text", "voice", "speed"), EXAMPLES[0], strict=True))
        return (
            gr.Dropdown(choices=self.choices.languages(locale)),
            gr.Dropdown(choices=self.choices.voices(locale)),
            gr.Dropdown(choices=self.choices.partners(locale)),
            *api_panel.calls(url, "speak", arguments),
        )

    def called(self, url: str, made: dict[str, Any]) -> api_panel.Calls:
        """Show the call that made this result."""
        return api_panel.calls(url, "speak", made["parameters"])


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor speaks."""
    configuration = configuration or settings.current()
    words = Words.read(Path(__file__).with_name("words.toml"))
    with Page(tts.TASK, words, configuration, load or workload.process_wide()) as page:
        space = KokoroTts(page)
        on = space.on
        page.header()
        draw_main(space, words, configuration.limits.speech_characters)
        examples = gr.Examples(
            EXAMPLES,
            [on.text, on.voice, on.speed],
            label=words("examples"),
            example_labels=[str(example[0]) for example in EXAMPLES],
        )
        draw_more(space, words)
        draw_results(words, on)
        on.codes = api_panel.panel(words)
        connect(space, examples)
    return page


def draw_main(space: KokoroTts, words: Words, longest: int) -> None:
    """Draw what everybody needs: text, voice, speed, the two buttons, the sound."""
    on = space.on
    on.text = gr.Textbox(
        label=words("text"), placeholder=words("text_hint"), lines=5, max_length=longest
    )
    with gr.Row():
        on.voice = gr.Dropdown(
            space.choices.voices("en"), value=tts.AUTOMATIC, label=words("voice"), min_width=240
        )
        on.speed = gr.Slider(
            tts.SLOWEST, tts.FASTEST, 1.0, step=0.05, label=words("speed"), min_width=240
        )
    with gr.Row():
        on.speak = gr.Button(words("speak"), variant="primary", scale=3)
        on.stop = gr.Button(words("stop"), scale=1)
    on.player = Player()
    looks: dict[str, Any] = {"interactive": False, "buttons": ["download"], "type": "filepath"}
    looks |= {"label": words("sound"), "waveform_options": WAVEFORM}
    on.sound = gr.Audio(autoplay=True, **looks)
    on.whole = gr.Audio(visible=False, **looks)


def draw_more(space: KokoroTts, words: Words) -> None:
    """Draw what some need, folded away."""
    on = space.on
    with gr.Accordion(words("more"), open=False):
        with gr.Row():
            on.language = gr.Dropdown(
                space.choices.languages("en"),
                value="",
                label=words("language"),
            )
            on.preview = gr.Button(words("preview"))
            on.format = gr.Radio(list(audio.FORMATS), value="wav", label=words("format"))
        with gr.Row(visible=len(space.choices.partners("en")) > 1):
            on.mix = gr.Dropdown(space.choices.partners("en"), value="", label=words("mix"))
            on.share = gr.Slider(1, 99, 50, step=1, label=words("share"))
        gr.Markdown(words("marks"))
        gr.Markdown(words("korean"), visible=len(space.models) > 1)
        on.speakers = gr.Textbox(
            "", label=words("speakers"), placeholder=words("speakers_hint"), lines=2
        )
        on.find = gr.Button(words("find"), size="sm")
        on.as_written = gr.Checkbox(label=words("as_written"))


def draw_results(words: Words, on: SimpleNamespace) -> None:
    """Draw what a result tells of itself, folded away."""
    with gr.Accordion(words("how"), open=False):
        on.how = gr.Textbox(label=words("how_text"), lines=3, interactive=False)
        on.phonemes = gr.Textbox(label=words("how_phonemes"), lines=3, interactive=False)
    with gr.Accordion(words("files"), open=False):
        on.files = gr.File(file_count="multiple", interactive=False, show_label=False)
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.address = gr.Textbox(visible=False)


def connect(space: KokoroTts, examples: Examples) -> None:
    """Say what happens at a click, and which calls the API has."""
    on, page = space.on, space.page
    form = [on.text, on.voice, on.mix, on.share, on.speed, on.format, on.speakers, on.as_written]
    shown = [on.player.files, on.sound, on.whole, on.files, on.made, on.how, on.phonemes]
    inside: dict[str, Any] = {"api_visibility": "private"}
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}

    sample = gr.Textbox(visible=False)  # a preview leaves the visitor's own text alone
    previewed = on.preview.click(space.choices.sample, on.voice, sample, **inside)
    runs, filled = Runs(), examples.load_input_event.success
    spoken = runs.add(on.speak.click, space.perform, form, shown, on.sound)
    runs.also(examples.dataset.click, filled)
    form = [sample, *form[1:]]
    heard = runs.add(on.preview.click, space.perform, form, shown, on.sound, then=previewed.success)
    for run in (spoken, heard):
        run.success(space.called, [on.address, on.made], on.codes, js=_ADDRESS_AND, **inside)
    for event in (on.speak.click, filled, previewed.success):
        on.player.begin(event)
    runs.connect(on.stop)
    on.player.silence(on.stop)
    on.language.change(space.choices.filtered, on.language, on.voice, **inside)
    on.find.click(space.cast.propose, [on.text, on.speakers], on.speakers, **inside)
    page.load(
        space.opened, on.address, [on.language, on.voice, on.mix, *on.codes], js=_ADDRESS, **inside
    )
    api = gr.Button(visible=False)
    public = [on.text, on.voice, on.speed, on.format, on.speakers, on.as_written]
    api.click(space.speak, public, [on.sound, on.files, on.made], api_name="speak", **checks)
    public.remove(on.format)
    api.click(space.speak_stream, public, [on.sound, on.made], api_name="speak_stream", **checks)
    gr.api(space.normalize, api_name="normalize")
    gr.api(space.voices, api_name="voices")


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made) => [location.origin + location.pathname, made]"

if __name__ == "__main__":
    main(build)
