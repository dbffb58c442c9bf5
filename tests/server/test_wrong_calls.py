"""A call that a caller got wrong is told so in our shape, and fills no log."""

import httpx
import pytest

from portfolio_server import mount

NOT_FOUND = [
    ("call/v2/nope", {}),
    ("call/v2/nope/", {"word": "hi"}),
    ("call/v2/%20", {}),
    ("call/nope", {"data": []}),
    ("queue/join", {"data": [], "fn_index": 99, "session_hash": "s"}),
    ("queue/join", {"data": [], "fn_index": -1, "session_hash": "s"}),
]
BAD = [
    ("call/v2/spell", {}),
    ("call/v2/spell/", {}),
    ("call/v2/spell", {"word": "hi", "louder": True}),
    ("call/v2/spell", {"data": ["hi"]}),
]
NOT_CHECKED = [
    ("call/v2/spell", ["hi"]),
    ("call/spell", {"data": "hi"}),
    ("call/spell", {}),
    ("queue/join", {"data": [], "fn_index": "0x", "session_hash": "s"}),
    ("queue/join", {"data": [], "session_hash": "s"}),
    ("queue/join", {"data": [], "fn_index": 0}),
]


@pytest.mark.parametrize(("path", "body"), NOT_FOUND)
def test_what_is_not_there_is_not_found(server, path, body, caplog, capsys):
    answer = server.client.post(server.api("words", path), json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "Traceback" not in caplog.text + capsys.readouterr().err


@pytest.mark.parametrize(("path", "body"), BAD)
def test_wrong_arguments_are_told(server, path, body, caplog, capsys):
    answer = server.client.post(server.api("words", path), json=body)

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "The arguments are not those that this address takes.",
        "type": "invalid_request_error",
        "param": None,
        "code": "bad_request",
    }
    assert "Traceback" not in caplog.text + capsys.readouterr().err


@pytest.mark.parametrize(("path", "body"), NOT_CHECKED)
def test_what_gradio_refuses_itself_is_no_error_of_ours(server, path, body):
    assert server.client.post(server.api("words", path), json=body).status_code in {400, 422}


def test_a_function_without_the_queue_that_is_not_there(server):
    body = {"data": [], "fn_index": 99}

    answer = server.client.post(server.api("example", "run/predict"), json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_right_arguments_pass(server):
    answer = server.client.post(server.api("words", "call/v2/spell"), json={"word": "hi"})

    assert answer.json()["event_id"]


@pytest.mark.parametrize("error", [KeyError(0), TypeError("ours")])
def test_the_same_exception_from_elsewhere_stays_ours(serve, monkeypatch, error):
    server = serve("words")

    async def broken(*_, **__):
        raise error

    monkeypatch.setattr(server.page("words").blocks._queue, "push", broken)
    answer = server.client.post(server.api("words", "call/spell"), json={"data": ["hi"]})

    assert answer.status_code == 500


def test_without_the_answers_they_would_break(serve, monkeypatch):
    monkeypatch.setattr(mount, "_answer_wrong_calls", lambda app: None)
    server = serve("words")

    for path, body in [*NOT_FOUND, *BAD]:
        # each on a connection of its own: the error breaks the connection, too
        answer = httpx.post(server.url + server.api("words", path), json=body)
        assert (path, answer.status_code) == (path, 500)


@pytest.mark.parametrize(
    ("path", "methods"), [("engines/x", {"GET", "PUT"}), ("embeddings", {"POST"})]
)
def test_a_method_that_is_not_taken_is_told_all_that_are(server, path, methods):
    answer = server.client.patch(f"/v1/{path}")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == methods


@pytest.mark.parametrize("body", [b"{bad", b"", b"[]"])
def test_a_body_that_is_no_object_of_json_is_told_so(server, body):
    sent = {"content": body, "headers": {"Content-Type": "application/json"}}

    error = server.client.post("/v1/embeddings", **sent).json()["error"]

    assert error["message"].startswith("The body is not the JSON object")
    assert error["param"] is None
