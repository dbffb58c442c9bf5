"""Clips made of drawn pictures and sound, as files; everything a camera or a browser may do."""

import io
from fractions import Fraction

import numpy as np

RATE = 16_000
_TICKS = 1000  # of the clock that frames are placed on, a second


def picture(number, width=320, height=180):
    """A picture unlike those of other numbers, with edges in it; its upper left corner is red."""
    rng = np.random.default_rng(number)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    rows = np.arange(height) * 6 // height
    columns = np.arange(width) * 8 // width
    drawn = small[rows][:, columns]
    drawn[: height // 6, : width // 8] = (255, 0, 0)
    return drawn


def still(number, seconds, fps=25, **size):
    """That picture for so long: a list of (seconds that it is shown, pixels)."""
    return [(1 / fps, picture(number, **size))] * round(seconds * fps)


def tone(seconds, hertz=440, rate=RATE):
    """That much of a tone, int16."""
    return (12_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(
        np.int16
    )


def clip(
    frames,
    sound=None,
    *,
    kind="mp4",
    video="libx264",
    audio="aac",
    rotation=None,
    sound_from=0.0,
    options=(),
    rate=RATE,
):
    """Return a file of (seconds, pixels) in order, and of samples that begin ``sound_from``."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=kind, options=dict(options)) as container:
        tracks = []
        if frames:
            tracks.append(_pictures(container, frames, video, rotation))
        if sound is not None:
            tracks.append(_sound(container, sound, audio, sound_from, rate))
        packets = [packet for track in tracks for packet in track]
        packets.sort(key=lambda packet: float(packet.dts * packet.time_base))
        for packet in packets:
            container.mux(packet)
    return file.getvalue()


def _pictures(container, frames, codec, rotation):
    import av

    height, width = frames[0][1].shape[:2]
    stream = container.add_stream(codec, rate=25)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
    stream.codec_context.thread_count = 1
    stream.options = {"g": "50"} | ({"preset": "veryfast"} if codec == "libx264" else {})
    if rotation is not None:
        stream.set_display_rotation(rotation)

    def packets():
        at = 0.0
        for seconds, pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = round(at * _TICKS), Fraction(1, _TICKS)
            at += seconds
            yield from stream.encode(frame)
        yield from stream.encode(None)

    return packets()


def _sound(container, samples, codec, start, rate):
    import av

    stream = container.add_stream(codec, rate=rate, layout="mono")

    def packets():
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate, frame.pts = rate, round(start * rate)
        frame.time_base = Fraction(1, rate)
        yield from stream.encode(frame)
        yield from stream.encode(None)

    return packets()
