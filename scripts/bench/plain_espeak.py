"""The plain side of the embedded speech engine: espeak-ng through ctypes, text in, WAV out.

plain_espeak.py measure    prints characters per second for the text on standard input
plain_espeak.py page       a plain page on PORTFOLIO_PORT that speaks
"""

import ctypes
import io
import os
import sys
import tempfile
import time
import wave

import espeakng_loader

Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
library = ctypes.CDLL(espeakng_loader.get_library_path())
rate = library.espeak_Initialize(2, 0, str(espeakng_loader.get_data_path()).encode(), 0x8000)


def speak(text: str) -> bytes:
    """Return ``text`` as a WAV file."""
    blocks = []

    def collect(samples: object, count: int, _events: object) -> int:
        if count > 0:
            blocks.append(ctypes.string_at(samples, 2 * count))  # type: ignore[arg-type]
        return 0

    callback = Callback(collect)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(b"en-us")
    encoded = text.encode()
    library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"".join(blocks))
    return file.getvalue()


def page() -> None:
    """Serve a page with one endpoint, /speak."""
    import gradio as gr

    def handler(text: str) -> str:
        with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file:
            file.write(speak(text))
        return file.name

    with gr.Blocks() as blocks:
        text = gr.Textbox()
        gr.Button("Speak").click(handler, text, gr.Audio(type="filepath"), api_name="speak")
    blocks.launch(server_port=int(os.environ["PORTFOLIO_PORT"]), quiet=True)


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page()
    else:
        text = sys.stdin.read()
        speak("Warm up.")
        start = time.perf_counter()
        speak(text)
        print(len(text) / (time.perf_counter() - start))
