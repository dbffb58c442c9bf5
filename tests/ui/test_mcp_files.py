"""What a tool's schema says of a handler."""

from portfolio_core.ui.mcp_files import described


def handler(text, voice="auto", bare=None):
    """Say a text.

    It has a second line.

    Args:
        text: What to say. Marks in it: [pause 0.8s], ANNA: for a
            speaker's line,
            and more.
        voice: A key from /voices.
    """


def test_all_lines_of_an_argument_are_told():
    description, arguments, _ = described(handler)

    assert description == "Say a text. It has a second line."
    assert arguments == {
        "text": "What to say. Marks in it: [pause 0.8s], ANNA: for a speaker's line, and more.",
        "voice": "A key from /voices.",
        "bare": "",
    }


def test_without_a_docstring_there_is_nothing_to_tell():
    assert described(lambda text: text) == ("", {"text": ""}, [])
