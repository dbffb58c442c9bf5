"""Kokoro: the real classes on a tiny random model; its languages, mixes and broken files."""

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import replace

import kokoro
import misaki
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio_core import catalog, errors, hub
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import (
    kokoro_fast,
    kokoro_phonemes,
    kokoro_voices,
    mixing,
    reading,
)
from portfolio_core.engines.text_to_speech.kokoro import KEY, KokoroEngine, full_scale
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Limits, Preset, Settings

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
MODEL = catalog.by_key(KEY)
# A text in each language, its phonemes, and the package that it needs.
LANGUAGES = {
    "a": ("It’s a cat.", "ˌɪts ɐ kˈæt.", "kokoro"),
    "b": ("It’s a bath.", "ˌɪts ɐ bˈɑːθ.", "kokoro"),
    "e": ("¿Qué tal?", "kˈe tˈal?", "kokoro"),
    "f": ("Bonjour.", "bɔ̃ʒˈuʁ.", "kokoro"),
    "h": ("आप कैसे हैं?", "ˌaːp kˈɛːseː hɛ̃?", "kokoro"),
    "i": ("Ciao, come va?", "ʧˈao, kˌome vˈa?", "kokoro"),
    "j": ("今日は元気ですか。", "kʲoː βa ɡeŋkʲi desɨ ka.", "fugashi"),
    "p": ("Olá!", "olˈa!", "kokoro"),
    "z": ("今天好吗？", "ʨi→ntʰjɛ→n xau↓ ma?", "jieba"),
}


@pytest.fixture(scope="module")
def folder(tiny_models):
    return hub.folder(MODEL, Settings(models_dir=tiny_models))


@pytest.fixture(scope="module")
def engine(folder):
    return KokoroEngine.load(folder, MACHINE)


@pytest.fixture
def broken(engine, folder, tmp_path):
    """An engine whose voices a test may spoil."""
    shutil.copytree(folder / "voices", tmp_path / "voices")
    return KokoroEngine(engine._model, tmp_path)


def spoken(engine, text, voice="af_heart", speed=1.0):
    cast = reading.Cast({"kokoro-82m": KokoroEngine})
    checked = tts.request(text, tts.AUTOMATIC, speed, voices=engine.VOICES, limits=Limits())
    return list(engine.speak(replace(checked, voice=cast.checked(voice))))


def phonemes(engine, text, voice="af_heart"):
    return " ".join(part.phonemes for part in spoken(engine, text, voice))


def voice_of(letter):
    needed = LANGUAGES[letter][2]
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"The package {needed} is not installed.")
    return next(voice.key for voice in kokoro_voices.VOICES if voice.key[0] == letter)


class TestVoices:
    def test_there_are_all_of_the_model(self):
        assert len(kokoro_voices.VOICES) == 54
        assert {f"voices/{v.key}.pt" for v in kokoro_voices.VOICES} == MODEL.hub.extras.keys()

    def test_each_has_a_name_in_both_languages(self):
        heart = kokoro_voices.VOICES[0]

        assert (heart.label, heart.label_ko) == (
            "Heart, American, female",
            "Heart, 미국 영어, 여성",
        )
        assert len({voice.label for voice in kokoro_voices.VOICES}) == 54

    def test_they_speak_the_languages_of_the_catalog(self):
        assert {voice.language for voice in kokoro_voices.VOICES} == set(MODEL.languages)


class TestLanguages:
    @pytest.mark.parametrize("letter", LANGUAGES)
    def test_each_has_its_own_sounds(self, engine, letter):
        text, wanted, _ = LANGUAGES[letter]

        (part,) = spoken(engine, text, voice_of(letter))

        assert part.phonemes == wanted
        assert part.sound.seconds > 0.5

    @pytest.mark.parametrize("letter", LANGUAGES)
    def test_a_pronunciation_can_be_given_in_each(self, engine, letter):
        text = LANGUAGES[letter][0]

        parts = spoken(engine, f"{text} [Kokoro](/kˈOkəɹO/).", voice_of(letter))

        assert "kˈOkəɹO" in parts[-1].phonemes
        assert parts[-1].text == "Kokoro."

    @pytest.mark.parametrize(
        ("letter", "command"), [("j", "pip install pyopenjtalk"), ("z", "pip install jieba")]
    )
    def test_a_missing_package_names_the_command(self, engine, monkeypatch, letter, command):
        for name in ("ja", "zh"):
            monkeypatch.setitem(sys.modules, f"misaki.{name}", None)
            monkeypatch.delattr(misaki, name, raising=False)
        monkeypatch.setattr(engine, "_front_ends", {})
        voice = next(voice.key for voice in kokoro_voices.VOICES if voice.key[0] == letter)

        with pytest.raises(errors.MissingDependency) as raised:
            spoken(engine, "今", voice)

        assert command in raised.value.hint

    def test_korean_is_read_without_a_crash(self, engine):
        assert phonemes(engine, "안녕하세요.").startswith("ˈənnjʌŋ")

    def test_text_without_a_sound_is_refused(self, engine, monkeypatch):
        monkeypatch.setattr(engine, "_front_ends", {"a": lambda _: []})

        with pytest.raises(errors.NothingToSay):
            spoken(engine, "hm")


class TestEnglish:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("It cost $3.50 in 2024.", "θɹˈi dˈɑləɹz ænd fˈɪfti sˈɛnts ɪn twˈɛnti twˈɛnti fˈɔɹ"),
            ("Dr. Smith didn’t go.", "dˈɑktəɹ smˈɪθ dˈɪdᵊnt ɡˌO."),
            ("Dr. Smith didn't go.", "dˈɑktəɹ smˈɪθ dˈɪdᵊnt ɡˌO."),
            ("I will record the record.", "ɹəkˈɔɹd ðə ɹˈɛkəɹd."),
            ("Read it. I have read it.", "ɹˈid ɪt. ˌI hæv ɹˈɛd ɪt."),
            ("“Yes,” she said (twice).", "“jˈɛs,” ʃi sˈɛd (twˈIs)."),
            ("the 3rd of May", "ðə θˈɜɹd ʌv mˈA"),
            ("He used to live there.", "hˌi jˈust tə lˈɪv ðˈɛɹ."),
            ("the NASA and the IBM report", "nˈæsə ænd ði ˌIbˌiˈɛm"),
            ("A quick, brown fox; jumps: over…", "ɐ kwˈɪk, bɹˈWn fˈɑks; ʤˈʌmps: ˈOvəɹ…"),
        ],
    )
    def test_is_read_as_people_read_it(self, engine, text, said):
        assert said in phonemes(engine, text)

    @settings(max_examples=30)
    @given(st.text(min_size=1, max_size=80))
    def test_any_text_becomes_known_phonemes(self, engine, text):
        for letter in "ae":
            front = engine._front_ends.setdefault(
                letter, kokoro_phonemes.front_end(letter, engine._model.vocab)
            )
            for piece in front(text):
                assert 0 < len(piece.phonemes) <= 510
                assert set(piece.phonemes) <= engine._model.vocab.keys()

    def test_words_lie_in_the_sound_in_order(self, engine):
        (part,) = spoken(engine, "Well, the “price” was $3.50 (for two), Dr. Kim’s bill.")

        assert [w.text for w in part.words] == (
            ["Well", "the", "price", "was", "$3.50", "for", "two", "Dr.", "Kim’s", "bill"]
        )
        times = [t for w in part.words for t in (w.start_seconds, w.end_seconds)]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= part.sound.seconds - 0.35
        assert all(w.end_seconds - w.start_seconds > 0.04 for w in part.words)

    def test_words_after_a_long_first_piece_go_on_in_time(self, engine, monkeypatch):
        monkeypatch.setattr(engine, "_front_ends", {"a": lambda _: [_piece("wˈʌn"), _piece("tu")]})

        (part,) = spoken(engine, "one two")

        first, second = part.words
        assert second.start_seconds > first.end_seconds


def _piece(sounds):
    return kokoro_phonemes.Piece(sounds, (kokoro_phonemes.Span(sounds, 0, len(sounds)),))


class TestPieces:
    def test_a_number_too_long_for_the_model_is_said_whole(self, engine):
        front = kokoro_phonemes.front_end("a", engine._model.vocab)

        pieces = front("7" * 60)

        assert len(pieces) > 2
        assert all(len(piece.phonemes) <= 510 for piece in pieces)
        assert sum(piece.phonemes.count("sˈɛvən") for piece in pieces) == 60

    def test_a_check_can_end_a_long_sentence(self, engine, monkeypatch):
        monkeypatch.setattr(engine, "_front_ends", {"a": lambda _: [_piece("wˈʌn"), _piece("tu")]})
        calls = []

        def check():
            calls.append(1)
            if len(calls) > 1:
                raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            list(engine.speak(tts.SpeechRequest("one two", "af_heart", 1.0), check))


class TestSound:
    def test_the_same_request_is_the_same_to_the_last_bit(self, engine):
        first, again = (spoken(engine, "Reproduce this, please.")[0] for _ in range(2))

        assert first.sound.samples.tobytes() == again.sound.samples.tobytes()
        assert first.words == again.words

    @pytest.mark.parametrize(("kind", "nearer"), [(torch.float32, 1e-4), (torch.bfloat16, 0.1)])
    def test_it_sounds_as_the_package_does(self, engine, folder, monkeypatch, kind, nearer):
        files = ("hexgrad/Kokoro-82M", str(folder / "config.json"), str(folder / "kokoro-v1_0.pth"))
        plain = kokoro.KModel(*files).eval()
        ours = kokoro_fast.prepare(kokoro.KModel(*files), MACHINE, kind)
        styles = engine._pack("af_heart")
        like = torch.randn_like

        def noise_as_ours(x):
            if x.shape[-1] != 9:  # harmonics; what else is drawn, nobody hears
                return like(x)
            drawn = torch.Generator().manual_seed(0)
            return torch.randn((1, 9, x.shape[1]), generator=drawn).transpose(1, 2)

        monkeypatch.setattr(torch, "randn_like", noise_as_ours)
        sounds = [
            kokoro.KPipeline.infer(model, "kˈæt.", styles, 1).audio for model in (plain, ours)
        ]

        torch.testing.assert_close(*sounds, rtol=0, atol=nearer * float(sounds[0].abs().max()))

    def test_other_random_numbers_are_left_alone(self, engine):
        before = torch.get_rng_state()
        spoken(engine, "Hello.")

        assert torch.equal(before, torch.get_rng_state())

    def test_a_loud_sound_is_made_quieter_and_a_quiet_one_left(self):
        loud = full_scale(np.array([0.0, 2.0, -4.0], np.float32))
        quiet = full_scale(np.array([0.0, 0.25, -0.5], np.float32))

        assert loud.tolist() == [0, 16384, -32767]
        assert quiet.tolist() == [0, 8192, -16384]
        assert full_scale(np.zeros(0, np.float32)).shape == (0,)

    def test_no_number_is_an_error(self, engine, monkeypatch):
        output = kokoro.KModel.Output(torch.full((600,), torch.nan), torch.ones(3))
        monkeypatch.setattr(kokoro.KPipeline, "infer", lambda *_: output)
        with pytest.raises(errors.EngineFailed):
            spoken(engine, "Hello.")


class TestMixing:
    def test_a_mix_is_the_weighted_average(self, engine):
        heart, bella = (engine._pack(key) for key in ("af_heart", "af_bella"))

        mixed = engine._mixed(mixing.parse("af_heart(3) + af_bella(1)", engine.VOICES))

        torch.testing.assert_close(mixed, 0.75 * heart + 0.25 * bella)

    def test_a_mix_speaks_and_sounds_like_neither(self, engine):
        sounds = {
            voice: spoken(engine, "Hi.", voice)[0].sound.samples.tobytes()
            for voice in ("af_heart", "af_bella", "af_heart+af_bella", "af_heart(0.7)+af_bella")
        }

        assert len(set(sounds.values())) == 4

    def test_one_voice_is_no_mix(self, engine):
        plain, weighted = (
            spoken(engine, "Hi.", voice)[0].sound.samples for voice in ("af_heart", "af_heart(5)")
        )

        assert np.array_equal(plain, weighted)


class TestFiles:
    @pytest.mark.parametrize("voice", ["../../x", "voices/af_heart", "/etc/passwd", "af_heart.pt"])
    def test_a_path_is_no_voice(self, engine, voice):
        with pytest.raises(errors.UnknownChoice):
            list(engine.speak(tts.SpeechRequest("Hi", voice, 1.0)))

    @pytest.mark.parametrize("content", ["noise", "empty", "code", "shape", "list"])
    def test_a_damaged_voice_is_a_typed_error(self, broken, tmp_path, content):
        file = tmp_path / "voices" / "af_heart.pt"
        if content in {"noise", "empty"}:
            file.write_bytes(b"\x80\x02noise" if content == "noise" else b"")
        else:
            wrong = {"code": _Explosive(), "shape": torch.zeros(3, 1, 256), "list": [1]}
            torch.save(wrong[content], file)

        with pytest.raises(errors.EngineFailed):
            spoken(broken, "Hi.")

    def test_a_voice_that_is_not_here_is_a_typed_error(self, broken, tmp_path):
        (tmp_path / "voices" / "af_heart.pt").unlink()

        with pytest.raises(errors.HubUnreachable):
            spoken(broken, "Hi.")

    def test_a_voice_is_fetched_when_it_is_asked_for_and_once(self, engine, folder, tmp_path):
        asked = []

        def fetch(name):
            asked.append(name)
            return folder / name

        lazy = KokoroEngine(engine._model, tmp_path, fetch)
        spoken(lazy, "Hi.", "af_heart+af_bella")
        spoken(lazy, "Hi.", "af_bella")

        assert asked == ["voices/af_heart.pt", "voices/af_bella.pt"]

    @pytest.mark.parametrize("name", ["config.json", "kokoro-v1_0.pth"])
    @pytest.mark.parametrize("content", [b"", b"{}", None])
    def test_damaged_weights_are_a_typed_error(self, folder, tmp_path, name, content):
        for file in ("config.json", "kokoro-v1_0.pth"):
            (tmp_path / file).symlink_to(folder / file)
        (tmp_path / name).unlink()
        if content is not None:
            (tmp_path / name).write_bytes(content)

        with pytest.raises(errors.EngineFailed):
            KokoroEngine.load(tmp_path, MACHINE)

    def test_no_folder_is_a_typed_error(self):
        with pytest.raises(errors.HubUnreachable):
            KokoroEngine.load(None, MACHINE)

    def test_a_missing_package_names_the_command(self, tmp_path):
        code = f"""
import pathlib, sys
sys.modules["kokoro"] = None
from portfolio_core.engines.text_to_speech.kokoro import KokoroEngine
try:
    KokoroEngine.load(pathlib.Path({str(tmp_path)!r}), None)
except Exception as error:
    print(error.code, error.hint)
"""
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert "missing_dependency" in done.stdout
        assert "pip install kokoro" in done.stdout

    def test_a_local_folder_is_enough_to_choose_it(self, tiny_models):
        settings = Settings(models_dir=tiny_models, offline=True)
        chosen = catalog.choose(
            tts.TASK, settings, MACHINE, reachable=lambda model: hub.can_be_had(model, settings)
        )

        assert (chosen.model.key, chosen.reason.code) == (KEY, "largest_here")

    def test_without_weights_and_hub_espeak_speaks(self, tmp_path):
        settings = Settings(models_dir=tmp_path, offline=True)
        chosen = catalog.choose(
            tts.TASK, settings, MACHINE, reachable=lambda model: hub.can_be_had(model, settings)
        )

        assert (chosen.model.key, chosen.reason.code) == ("espeak-ng", "hub_unreachable")


class _Explosive:
    """A pickle that would run code."""

    def __reduce__(self):
        return exec, ("raise SystemExit('it ran')",)
