"""Text to speech: the page and the API of the Space ``kokoro-tts``."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from gradio.events import Dependency

from portfolio_core import recipe, settings, workload
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.media.audio import join, wav_bytes
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel, errors
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.pace import Pace
from portfolio_core.ui.page import Page
from portfolio_core.ui.theme import WAVEFORM

EXAMPLES = [
    ["Good morning! The train to Busan leaves at 9:45 from platform 3.", tts.AUTOMATIC, 1.0],
    ["안녕하세요. 오늘은 2026년 11월 22일, 기온은 7도입니다.", tts.AUTOMATIC, 1.0],
    ["Dr. Kim said “안녕” and waved. It didn’t rain, e.g. on Monday.", "en-gb-female", 0.9],
]
EN = {
    "title": "Text to Speech",
    "intro": "# Text to Speech\nType or paste a text in English or Korean and hear it spoken.",
    "text": "Text",
    "text_hint": "What shall I say?",
    "voice": "Voice",
    "voice_auto": "By the text’s language",
    "speed": "Speed",
    "speak": "Speak",
    "sound": "Sound",
    "sentence": "Sentence {number} of {count}",
}
KO = {
    "title": "텍스트 음성 변환",
    "intro": "# 텍스트 음성 변환\n한국어나 영어 글을 쓰거나 붙여 넣으면 소리 내어 읽어 줍니다.",
    "text": "텍스트",
    "text_hint": "무엇을 읽어 드릴까요?",
    "voice": "목소리",
    "voice_auto": "언어에 맞춰 자동 선택",
    "speed": "속도",
    "speak": "읽기",
    "sound": "음성",
    "sentence": "문장 {count}개 중 {number}번째",
}


class KokoroTts:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.on_offer: tuple[tts.Voice, ...] = page.engine_class.VOICES

    def speak(
        self,
        text: str,
        voice: str = tts.AUTOMATIC,
        speed: float = 1.0,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, Any]]:
        """Speak a text and return it as one WAV file, with the recipe to make it again.

        Args:
            text: What to say, English or Korean or both, up to 10,000 characters.
            voice: A key from /voices, or "auto" for the first voice of the text's language.
            speed: From 0.5 (half as fast) to 2 (twice as fast).
        """
        page, locale = self.page, locale_of(request)
        with errors.boundary(page.words, request):
            wanted = tts.request(
                text, voice, speed, voices=self.on_offer, limits=page.settings.limits
            )
            with page.workload.enter(page.spec) as place:
                for _ in page.turn(place, progress, locale):
                    yield gr.skip(), gr.skip()
                watch = recipe.Stopwatch()
                engine: tts.SpeechEngine = place.engine()
                sounds, pace = [], Pace()
                for spoken in engine.speak(wanted, place.check):
                    sounds.append(spoken.sound)
                    tts.check_length(spoken, page.settings.limits)
                    if pace.due():
                        at, of = spoken.index + 1, spoken.count
                        told = page.words.say("sentence", locale, number=at, count=of)
                        progress(at / of, desc=told)
                        yield gr.skip(), gr.skip()
                # Still at its place: one long sound at a time is held in memory.
                name = speaking_name(wanted.text, wanted.voice, "wav")
                file = page.keep(name, wav_bytes(join(sounds, engine.RATE)))
                made = recipe.write(
                    page.choice,
                    revision=engine.revision,
                    parameters={"text": wanted.text, "voice": wanted.voice, "speed": wanted.speed},
                    seconds=watch.seconds,
                )
            yield file, made.model_dump(mode="json")

    def voices(self) -> list[dict[str, str]]:
        """List the voices: key, label, label in Korean, language."""
        return [vars(voice) for voice in self.on_offer]

    def voice_choices(self, locale: Locale) -> list[tuple[str, str]]:
        """Return the voices as a visitor chooses among them."""
        automatic = self.page.words.say("voice_auto", locale)
        names = [(v.label_ko if locale == "ko" else v.label, v.key) for v in self.on_offer]
        return [(automatic, tts.AUTOMATIC), *names]

    def opened(self, url: str, request: gr.Request) -> tuple[Any, ...]:
        """Say in the visitor's language what the browser cannot look up by itself."""
        arguments = dict(zip(("text", "voice", "speed"), EXAMPLES[0], strict=True))
        choices = gr.Dropdown(choices=self.voice_choices(locale_of(request)))
        return choices, *api_panel.calls(url, "speak", arguments)

    def called(self, url: str, made: dict[str, Any]) -> api_panel.Calls:
        """Show the call that made this result."""
        return api_panel.calls(url, "speak", made["parameters"])


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor speaks."""
    configuration = configuration or settings.current()
    words = Words(EN, KO)
    with Page(tts.TASK, words, configuration, load or workload.process_wide()) as page:
        space = KokoroTts(page)
        page.header()
        text = gr.Textbox(
            label=words("text"),
            placeholder=words("text_hint"),
            lines=5,
            max_length=configuration.limits.speech_characters,
        )
        with gr.Row():
            voice = gr.Dropdown(
                space.voice_choices("en"),
                value=tts.AUTOMATIC,
                label=words("voice"),
                min_width=240,
            )
            speed = gr.Slider(
                tts.SLOWEST, tts.FASTEST, 1.0, step=0.05, label=words("speed"), min_width=240
            )
        with gr.Row():
            speak = gr.Button(words("speak"), variant="primary", scale=3)
            stop = gr.Button(words("stop"), scale=1)
        sound = gr.Audio(
            label=words("sound"),
            type="filepath",
            interactive=False,
            autoplay=True,
            buttons=["download"],
            waveform_options=WAVEFORM,
        )
        examples = gr.Examples(
            EXAMPLES,
            [text, voice, speed],
            label=words("examples"),
            example_labels=[str(example[0]) for example in EXAMPLES],
        )
        with gr.Accordion(words("recipe"), open=False):
            made = gr.JSON(label=words("recipe_label"))
        codes = api_panel.panel(words)
        address = gr.Textbox(visible=False)

        def speaks(event: Callable[..., Dependency], visibility: str) -> Dependency:
            spoken = event(
                space.speak,
                [text, voice, speed],
                [sound, made],
                api_name="speak",
                api_visibility=visibility,
                preprocess=False,  # speak() checks every value itself, with its own errors
                show_progress_on=sound,
            )
            spoken.success(
                space.called, [address, made], codes, js=_ADDRESS_AND, api_visibility="private"
            )
            return spoken

        runs: list[dict[str, Any]] = [
            speaks(speak.click, "public"),
            speaks(examples.load_input_event.success, "private"),
        ]
        stop.click(None, cancels=runs, js=_STOP_SOUND, api_visibility="private")
        page.load(space.opened, address, [voice, *codes], js=_ADDRESS, api_visibility="private")
        gr.api(space.voices, api_name="voices")
    return page


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made) => [location.origin + location.pathname, made]"
# The player's button shows two bars while it plays.
_STOP_SOUND = "() => { document.querySelector('.play-pause-button:has(rect)')?.click(); }"

if __name__ == "__main__":
    main(build)
