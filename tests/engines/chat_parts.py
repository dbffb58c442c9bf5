"""What the tests of chat adapters share: the machine, conversations, requests, replies."""

from portfolio_core.engines.chat import ChatRequest, Message, Sampling
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
SHORT = (Message("user", "Why does the fox jump?"),)
LONG = (*SHORT, Message("assistant", "The dog is lazy. " * 4), Message("user", "안녕하세요"))
WILD = Sampling(temperature=1.0, top_p=1.0, top_k=0)


def asked(messages=SHORT, adapter="", seed=1, max_tokens=24, sampling=WILD, **options):
    return ChatRequest(messages, max_tokens, seed, sampling, adapter=adapter, **options)


def reply(engine, wanted):
    return "".join(piece.text for piece in engine.stream(wanted))
