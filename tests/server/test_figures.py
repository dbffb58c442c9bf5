"""What whoever runs the server can see of it: figures, engines, ids and logs."""

import json
import logging

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from portfolio_core import catalog
from portfolio_core.provision import Provision
from portfolio_server import logs

ENGINE = "minilm-l6-v2"


@pytest.fixture
def server(serve):
    return serve("words", offline=True)


@pytest.fixture
def occupied(server):
    """Be at work with the engine of embeddings, for the time of a block."""
    runtime = server.app.state.runtime
    spec = Provision(runtime.settings).spec(catalog.by_key(ENGINE))
    return lambda: runtime.workload.enter(spec)


def figures(server):
    """Return every figure, by its name and labels."""
    read = text_string_to_metric_families(server.client.get("/metrics").text)
    return {(s.name, *s.labels.values()): s.value for family in read for s in family.samples}


class TestMetrics:
    def test_requests_are_counted_by_route_and_never_by_address(self, server):
        for path in ("/v1/models/secret-1", "/v1/models/secret-2", "/secret-3", "/livez?secret-4"):
            server.client.get(path)
        server.client.get("/spaces/words/config")
        server.client.request("SECRET5", "/livez")
        server.client.post("/v1/embeddings", json={"input": " "})
        told = figures(server)

        assert told["portfolio_requests_total", "GET", "/v1/models/{name}", "404"] == 2
        assert told["portfolio_requests_total", "POST", "/v1/embeddings", "400"] == 1
        assert told["portfolio_requests_total", "GET", "/spaces/words", "200"] == 1
        assert told["portfolio_requests_total", "GET", "other", "404"] == 1
        assert told["portfolio_request_seconds_count", "/v1/embeddings"] == 1
        assert "secret" not in server.client.get("/metrics").text.lower()

    def test_queues_and_engines_are_told_as_they_are(self, server, occupied):
        with occupied() as place, occupied():
            place.engine()
            during = figures(server)
        after = figures(server)

        names = [
            f"portfolio_{name}" for name in ("queue_running", "queue_waiting", "engine_loaded")
        ]
        assert [during[name, ENGINE] for name in names] == [1, 1, 1]
        assert [after[name, ENGINE] for name in names] == [0, 0, 1]
        assert after["portfolio_engine_memory_bytes", ENGINE] > 2**20
        assert after["portfolio_memory_budget_bytes",] > 2**20
        assert after["process_resident_memory_bytes",] > 2**20


class TestEngines:
    def engine(self, server):
        return server.client.get(f"/v1/engines/{ENGINE}").json()

    def change(self, server, **wish):
        return server.client.put(f"/v1/engines/{ENGINE}", json=wish)

    def test_one_is_loaded_and_unloaded_by_hand(self, server):
        before = self.engine(server)
        loaded = self.change(server, loaded=True)
        listed = server.client.get("/v1/engines").json()
        unloaded = self.change(server, loaded=False)

        assert (before["state"], before["fit"], before["tasks"]) == ("idle", "now", ["embeddings"])
        assert (loaded.status_code, loaded.json()["state"]) == (200, "loaded")
        assert loaded.json()["fit"] == "loaded"
        assert listed["memory_taken_bytes"] == before["memory_bytes"]
        assert len(listed["data"]) >= 3
        assert (unloaded.json()["state"], unloaded.json()["fit"]) == ("idle", "now")

    def test_one_that_no_route_chose_is_seen_and_can_be_unloaded(self, server):
        runtime = server.app.state.runtime
        spec = Provision(runtime.settings).spec(catalog.by_key("extractive"))
        with runtime.workload.enter(spec) as place:
            place.engine()

        listed = server.client.get("/v1/engines").json()
        wish = {"loaded": False}
        unloaded = server.client.put("/v1/engines/extractive", json=wish).json()

        (seen,) = [one for one in listed["data"] if one["id"] == "extractive"]
        assert (seen["state"], seen["tasks"]) == ("loaded", ["rag"])
        assert listed["memory_taken_bytes"] == spec.memory_bytes
        assert unloaded["state"] == "idle"

    def test_one_at_work_stays(self, server, occupied):
        with occupied():
            refused = self.change(server, loaded=False)

        assert (refused.status_code, refused.headers["retry-after"]) == (409, "5")
        assert refused.json()["error"]["code"] == "engine_at_work"

    def test_one_that_is_not_there_is_not_found(self, server):
        assert server.client.get("/v1/engines/none").json()["error"]["code"] == "model_not_found"

    def test_the_shape_is_described(self, server):
        described = server.client.get("/openapi.json").json()["components"]["schemas"]["Engine"]

        assert all(
            field.get("description") or name in {"id", "object", "state"}
            for name, field in described["properties"].items()
        )


class TestIds:
    def test_one_that_is_sent_comes_back(self, server):
        answer = server.client.get("/livez", headers={"X-Request-ID": "order-66.b"})

        assert answer.headers["x-request-id"] == "order-66.b"

    @pytest.mark.parametrize("sent", [None, "", "a b", "x" * 65, "<script>", "é"])
    def test_any_other_request_gets_one(self, server, sent):
        headers = {} if sent is None else {"X-Request-ID": sent.encode()}
        ids = {server.client.get("/livez", headers=headers).headers["x-request-id"] for _ in "ab"}

        assert len(ids) == 2
        assert all(len(one) == 32 for one in ids)

    def test_a_failure_is_logged_with_the_id_that_its_answer_has(self, serve, caplog):
        server = serve()

        def breaks():
            raise RuntimeError("a secret")

        server.app.router.add_api_route("/breaks", breaks)
        answer = server.client.get("/breaks", headers={"X-Request-ID": "order-67"})

        assert answer.status_code == 500
        assert "order-67" in answer.json()["error"]["message"]
        assert "Request order-67 failed" in caplog.text


class TestLogs:
    @pytest.fixture
    def lines(self, start_server, python, pages):
        """Return the lines of a server that logs JSON, after some requests."""
        server = start_server(
            [python, "-m", "portfolio_server", pages],
            ready="/readyz",
            variables={"PORTFOLIO_LOG_FORMAT": "json", "PORTFOLIO_OFFLINE": "1"},
        )
        headers = {"X-Request-ID": "order-68"}
        body = {"input": "a secret text", "model": "a secret"}
        httpx.post(f"{server.url}/v1/embeddings", json=body, headers=headers, timeout=60)
        httpx.get(f"{server.url}/v1/models/secret?secret=secret")
        return [json.loads(line) for line in server.log.splitlines()]

    def test_each_line_is_an_object_and_tells_a_request_but_nothing_of_its_content(self, lines):
        (told,) = [
            line for line in lines if line.get("request_id") == "order-68" and "route" in line
        ]

        assert told["route"] == "/v1/embeddings"
        assert (told["method"], told["status"]) == ("POST", 404)
        assert told["seconds"] > 0
        assert "secret" not in json.dumps(lines)

    def test_of_an_exception_only_the_place_is_told(self):
        try:
            int("a secret")
        except ValueError as error:
            trace = (type(error), error, error.__traceback__)
        record = logging.LogRecord("n", logging.ERROR, "f", 1, "It broke", (), trace)

        line = json.loads(logs.JsonLines().format(record))

        assert (line["message"], line["exception"]) == ("It broke", "ValueError")
        assert "test_figures.py" in line["frames"][0]
        assert "secret" not in json.dumps(line)
