"""Each limit holds, and would not without its guard."""

import threading

import pytest

from portfolio_core.ui import launch
from portfolio_server import headers, mount

BODY = {"body_bytes": 200_000, "upload_bytes": 100_000}
SMALL_QUEUE = {"queue_waiting": 0}  # Gradio's own queue then holds four and runs two
CALLS_OVER_QUEUE = 12


@pytest.fixture
def without_option(monkeypatch):
    """Mount with Gradio's own default for one option."""
    ours = launch.options

    def take_out(name):
        monkeypatch.setattr(
            mount.launch,
            "options",
            lambda settings: {k: v for k, v in ours(settings).items() if k != name},
        )

    return take_out


class TestSizes:
    def test_a_file_over_the_limit_is_refused_and_leaves_nothing(self, server):
        assert server.upload("echo", b"x" * 100_001).status_code == 413
        assert server.files("echo") == []

    def test_without_the_limit_it_would_be_taken(self, serve, without_option):
        without_option("max_file_size")

        assert serve("echo", limits=BODY).upload("echo", b"x" * 100_001).status_code == 200

    def test_a_body_over_the_limit_is_refused_whatever_it_is_made_of(self, server):
        json_body = {"data": ["x" * 200_001], "fn_index": 0, "session_hash": "s"}

        assert server.upload("echo", b"x" * 60_000, count=4).status_code == 413
        joined = server.client.post(server.api("words", "queue/join"), json=json_body)
        assert joined.status_code == 413
        assert joined.json()["error"]["code"] == "request_entity_too_large"
        assert joined.headers["X-Request-ID"]
        assert server.files() == []

    def test_a_body_of_unknown_length_is_cut_at_the_limit_and_leaves_nothing(self, server):
        answer = server.client.post(
            server.api("echo", "upload"),
            content=(chunk for chunk in [*parts(b"x" * 60_000, 4)]),
            headers={"content-type": "multipart/form-data; boundary=b"},
        )

        assert answer.status_code == 413
        assert server.files("echo") == []

    def test_without_the_limit_such_bodies_would_be_taken(self, make, serve):
        server = serve("echo", limits={**BODY, "body_bytes": 10**9})

        assert server.upload("echo", b"x" * 60_000, count=4).status_code == 200


def parts(content, count):
    for number in range(count):
        head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{number}"\r\n\r\n'
        yield head.encode() + content + b"\r\n"
    yield b"--b--\r\n"


class TestNumberOfFiles:
    def test_ten_files_are_taken(self, server):
        assert len(server.upload("echo", count=10).json()) == 10

    def test_eleven_are_refused_and_leave_nothing(self, server):
        assert server.upload("echo", count=11).status_code == 413
        assert server.files("echo") == []

    def test_the_count_holds_across_chunks(self, server):
        whole = b"".join(parts(b"hello", 11))

        answer = server.client.post(
            server.api("echo", "upload"),
            content=(whole[start : start + 7] for start in range(0, len(whole), 7)),
            headers={"content-type": 'multipart/form-data; BOUNDARY="b"'},
        )

        assert answer.status_code == 413

    def test_without_the_count_eleven_would_be_taken(self, serve, take_out_gate):
        take_out_gate()

        assert len(serve("echo").upload("echo", count=11).json()) == 11

    def test_a_page_without_files_takes_no_upload(self, server):
        assert server.upload("words").status_code == 404
        assert server.files() == []

    def test_without_the_gate_it_would(self, serve, take_out_gate):
        take_out_gate()

        assert serve("words").upload("words").status_code == 200


class TestQueue:
    def flood(self, server):
        answers = []

        def call():
            body = {"data": [0.5]}
            answers.append(server.client.post(server.api("words", "call/rest"), json=body))

        threads = [threading.Thread(target=call) for _ in range(CALLS_OVER_QUEUE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_a_full_queue_says_when_to_come_back_and_not_how_long_it_is(self, serve):
        answers = self.flood(serve("words", limits=SMALL_QUEUE))

        full = [answer for answer in answers if answer.status_code == 503]
        assert full
        assert all(answer.headers["retry-after"] == "5" for answer in full)
        assert {answer.json()["error"]["code"] for answer in full} == {"service_unavailable"}
        assert not any("size" in answer.text for answer in full)

    def test_without_the_guard_it_would_not(self, serve, monkeypatch):
        async def pass_on(self, scope, receive, send):
            await self.app(scope, receive, send)

        monkeypatch.setattr(headers.KindRefusals, "__call__", pass_on)

        full = [a for a in self.flood(serve("words", limits=SMALL_QUEUE)) if a.is_server_error]
        assert full
        assert all("retry-after" not in a.headers and "size" in a.text for a in full)

    def test_without_a_bound_all_would_wait(self, serve, monkeypatch):
        monkeypatch.setattr(mount.launch, "prepare", lambda blocks, settings: None)

        assert all(a.is_success for a in self.flood(serve("words", limits=SMALL_QUEUE)))


class TestWhatIsTold:
    def test_the_text_of_an_exception_does_not_reach_the_caller(self, server):
        assert server.call("words", "stumble", "secret") == ("error", {"error": None})
        assert "secret" not in server.join("words", 2, "s", "secret")

    def test_without_the_option_it_would(self, serve, without_option):
        without_option("show_error")

        assert "secret" in str(serve("words").call("words", "stumble", "secret"))

    def test_monitoring_is_closed(self, server):
        for path in ("monitoring", "monitoring/summary", "monitoring/key"):
            assert server.client.get(f"/spaces/words/{path}").status_code == 404

    def test_without_gate_and_option_it_would_be_open(self, serve, take_out_gate, without_option):
        take_out_gate()
        without_option("enable_monitoring")

        answer = serve("words").client.get("/spaces/words/monitoring/summary")

        assert answer.status_code == 200


def test_a_page_deletes_its_files_by_age(make):
    (page,) = make("echo", limits={"temp_age_seconds": 90}).state.runtime.pages

    assert page.blocks.delete_cache == (60, 90)


class TestDirectCalls:
    def test_no_call_goes_past_the_queue(self, server):
        for path in ("run/spell", "run/spell/", "api/spell", "api/spell/"):
            answer = server.client.post(server.api("words", path), json={"data": ["hi"]})
            assert answer.status_code == 404

    def test_only_what_needs_no_queue_is_called_without_it(self, server):
        page = server.page("example")
        where = server.api("example", "run/predict")
        answers = {
            function.queue: server.client.post(where, json={"data": [0], "fn_index": number})
            for number, function in page.blocks.fns.items()
        }

        assert "Good morning" in answers[False].text  # an example fills in the form
        assert answers[True].status_code == 404

    def test_without_the_gate_gradio_refuses_too(self, serve, take_out_gate):
        take_out_gate()
        server = serve("words")

        answer = server.client.post(server.api("words", "run/spell"), json={"data": ["hi"]})

        assert answer.status_code == 404

    def test_without_both_it_would_run(self, serve, take_out_gate, monkeypatch):
        take_out_gate()
        monkeypatch.setattr(mount.launch, "prepare", lambda blocks, settings: None)
        server = serve("words")

        answer = server.client.post(server.api("words", "run/rest"), json={"data": [0]})

        assert answer.json()["data"] == ["rested"]
