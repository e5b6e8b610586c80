# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent, however slowly and from behind whatever proxy: the answer is the right one."""

from __future__ import annotations

import gzip
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from addresses import addresses, in_form
from litestar.testing import TestClient
from sites import Site, listening

from foedus.errors import OperatorError
from foedus.web import app, patience
from foedus.web.app import application
from foedus.web.patience import PatientProtocol
from foedus.web.served import Served
from foedus.web.serving import Serving, serving

PATHS = ("/", "/incidents.json?limit=3", "/static/foedus.css", "/openapi.json", "/bulletins")


def beside(site: Site, **more: Any) -> Served:
    """Return another way to serve a site's edition."""
    return Served(site.served.edition, None, site.served.now_us, **more)


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_its_body(donbas: Site, path: str) -> None:
    """HEAD has the headers of GET, its length among them."""
    full, bare = donbas.client.get(path), donbas.client.head(path)
    assert bare.status_code == full.status_code == 200
    assert bare.content == b""
    assert dict(bare.headers) == dict(full.headers)


@pytest.mark.parametrize("path", PATHS)
def test_compressed_or_not_it_says_the_same(donbas: Site, path: str) -> None:
    """Each form of an answer has a tag of its own, and either tag tells that it is known."""
    forms = {}
    for wanted in ("gzip", "identity", "gzip;q=0"):
        answer = donbas.client.get(path, headers={"accept-encoding": wanted})
        assert ("content-encoding" in answer.headers) == (wanted == "gzip")
        assert answer.headers["vary"] == "Accept-Encoding"
        forms[wanted] = answer
    assert forms["gzip"].content == forms["identity"].content == forms["gzip;q=0"].content
    tags = {wanted: answer.headers.get("etag") for wanted, answer in forms.items()}
    if tags["gzip"] is None:
        assert forms["gzip"].headers["cache-control"] == "no-store"
        return
    assert tags["gzip"] != tags["identity"] == tags["gzip;q=0"]
    for tag in (tags["gzip"], tags["identity"], f"W/{tags['identity']}"):
        again = donbas.client.get(path, headers={"if-none-match": tag})
        assert again.status_code == 304
        assert again.content == b""


def test_a_parameter_that_nobody_reads_is_told(donbas: Site) -> None:
    """What is misspelt is refused with the word that was meant; what follows readers is not."""
    get = donbas.client.get
    for address, hint in (
        ("/incidents?regoin=Donetsk", "region"), ("/findings.json?agrement=minsk-2", "agreement"),
        ("/sources?kown=2015-03-05", "known"), ("/feed.atom?lagn=en", "lang"),
        ("/incidents.csv?limits=5", "limit"), ("/obligations?guarantors=FR", "guarantor"),
    ):  # fmt: skip
        answer = get(address)
        assert answer.status_code == 400, address
        assert re.search(rf"[Dd]id you mean.*{hint}", answer.text), answer.text
    for address in ("/?utm_source=x&utm_campaign=y", "/incidents?fbclid=1&limit=2", "/map?gclid=2"):
        assert get(address).status_code == 200, address
    assert get("/incidents.json?limit=2&utm_x=1").json() == get("/incidents.json?limit=2").json()
    assert get("/incidents?kind=a&kind=b").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/incidents?region=%FF%FE", "/incidents?%FF=1", "/incidents/%FF", "/incidents/%00",
        "/incidents?" + "&".join(f"utm_{n}=1" for n in range(60)), "/incidents?region=" + "x" * 301,
        "/" + "x" * 20_000, "/incidents/..%2f..%2fetc%2fpasswd", "/static/..%2fapp.py",
        "/incidents?on=2015-02-30", "/tiles/..%2f..%2frun.json", "/bulletins/%2e%2e",
    ],
)  # fmt: skip
def test_odd_addresses_are_told(donbas: Site, address: str) -> None:
    """No UTF-8, no such place, or too much of it: 400 or 404, never a fault of the program."""
    assert donbas.client.get(address).status_code in (400, 404), address


def test_only_reading_is_allowed(donbas: Site) -> None:
    """Other methods are refused, with those that are not."""
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = donbas.client.request(method, "/incidents", content=b"x" * 100_000)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_every_answer_has_the_headers_of_safety(donbas: Site) -> None:
    """Pages, data, files and faults alike."""
    paths = [
        in_form(path, form) for route, path in addresses(donbas.client) for form in route.forms
    ]
    for path in (*paths, *PATHS, "/nowhere", "/incidents?x=1", "/health", "/feed.atom"):
        headers = donbas.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        if not path.startswith("/static"):
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
            assert "frame-ancestors 'none'" in policy


def test_a_log_gives_no_time_of_change(ukraine: Site) -> None:
    """Where answers change with acts, only tags tell whether a reader has them."""
    served = Served(ukraine.served.edition, lambda: None, lambda: 0)  # type: ignore[arg-type, return-value]
    with TestClient(application(served)) as web:
        answer = web.get("/method")
        assert "last-modified" not in answer.headers
        assert "max-age=0" in answer.headers["cache-control"]


def test_a_fault_of_the_program_is_told_to_its_operator(
    donbas: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers get status 500 and nothing of the inside; the console gets it all."""

    def broken(_: Any) -> Any:
        raise RuntimeError("inside")

    monkeypatch.setattr(app, "ANSWERS", {**app.ANSWERS, "sources": broken})
    told: list[str] = []
    served = beside(donbas, tell=told.append)
    with TestClient(application(served), raise_server_exceptions=False) as web:
        answer = web.get("/sources")
        assert answer.status_code == 500
        assert "inside" not in answer.text
        assert web.get("/agreements").status_code == 200
    assert "RuntimeError: inside" in told[0]
    assert told[0].startswith("GET /sources: ")


def test_ids_of_the_feed_hang_on_no_host(donbas: Site) -> None:
    """Whatever name a reader uses, entries have one id; links are where the operator says."""
    told = [
        donbas.client.get("/feed.atom", headers={"host": host}).text
        for host in ("one.example", "two.example:8000")
    ]
    ids = [re.findall(r"<id>([^<]+)</id>", text) for text in told]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0]) > 1
    assert "http://two.example:8000/incidents/" in told[1]
    with TestClient(application(beside(donbas, base="https://record.example"))) as web:
        for path in ("/feed.atom", "/calendar.ics"):
            text = web.get(path, headers={"host": "evil.example"}).text
            assert "evil" not in text
            assert "https://record.example/" in text


@pytest.mark.parametrize("base", ["record.example", "ftp://x", "https://x/path", "https://x?y=1"])
def test_a_base_that_is_none_is_refused(base: str) -> None:
    """The operator learns at once what the address of a web may be."""
    with pytest.raises(OperatorError, match="--base"):
        serving(Serving("donbas", None, None, ("127.0.0.1", 0), "", base), print)


@pytest.fixture
def hasty(donbas: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Serve with little patience; returns where."""
    monkeypatch.setattr(patience, "ASK_S", 0.5)
    monkeypatch.setattr(patience, "TAKE_S", 0.5)
    settings: Any = {"http": PatientProtocol, "proxy_headers": False, "ws": "none"}
    server, thread, address = listening(donbas.served, **settings)
    host, _, port = address.removeprefix("http://").partition(":")
    yield host, int(port)
    server.should_exit = True
    thread.join(timeout=20)


def spoken(at: tuple[str, int], *parts: bytes, wait_s: float = 0.0) -> bytes:
    """Send parts of a request with a pause after each; returns all that comes until the end."""
    with closing(socket.create_connection(at, timeout=20)) as line:
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(wait_s)
            answer = b""
            while more := line.recv(65536):
                answer += more
        except ConnectionError:
            return b""
        return answer


END = b"Host: x\r\nConnection: close\r\n\r\n"


def test_who_asks_too_slowly_is_let_go_of(hasty: tuple[str, int]) -> None:
    """A head that does not come, in the first request or a later one, ends the connection."""
    start = time.monotonic()
    assert spoken(hasty) == b""
    assert spoken(hasty, *[b"GET /health HTTP/1.1\r\n", b"X: 1\r\n"] * 4, wait_s=0.2) == b""
    first = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = spoken(hasty, first, b"GET /health", b" HTTP/1.1\r\n", wait_s=0.2)
    assert answer.count(b"200 OK") == 1
    assert time.monotonic() - start < 10
    whole = spoken(hasty, b"GET /health HTTP/1.1\r\n", END, wait_s=0.1)
    assert whole.startswith(b"HTTP/1.1 200")


def taken(line: socket.socket) -> int:
    """Return how many bytes come until the connection ends, in whichever way."""
    number = 0
    try:
        while part := line.recv(1 << 20):
            number += len(part)
    except ConnectionError:
        pass
    return number


def test_who_takes_too_slowly_is_let_go_of(hasty: tuple[str, int]) -> None:
    """An answer that nobody takes is not kept for ever."""
    one = b"GET /incidents.json?limit=500 HTTP/1.1\r\nHost: x\r\n"
    whole = len(spoken(hasty, one, b"Connection: close\r\n\r\n"))
    with closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(hasty)
        line.sendall((one + b"\r\n") * 60)
        time.sleep(2.5)
        line.settimeout(20)
        assert taken(line) < 50 * whole


def test_no_request_ends_the_server(hasty: tuple[str, int]) -> None:
    """Long, broken and odd requests are refused, and the next reader is served."""
    for odd in (
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00", b"GET / HTTP/9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n" + END, b"GET http://[ HTTP/1.1\r\n" + END,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET /health HTTP/1.1\r\nContent-Length: 5\r\n" + END,
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + END,
    ):  # fmt: skip
        answer = spoken(hasty, odd)
        assert not answer.startswith(b"HTTP/1.1 5"), odd[:40]
    assert spoken(hasty, b"GET /health HTTP/1.1\r\n", END).startswith(b"HTTP/1.1 200")


def test_forwarded_headers_are_not_believed(hasty: tuple[str, int]) -> None:
    """Who claims to be a proxy changes no address."""
    claimed = (
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil\r\n"
    )
    answer = spoken(hasty, b"GET /feed.atom HTTP/1.1\r\n" + claimed + END)
    assert b"http://x/" in answer
    assert b"evil" not in answer
    assert b"https://x" not in answer


def test_what_is_compressed_is_whole(hasty: tuple[str, int]) -> None:
    """A compressed answer has its own length, and unpacks to the page."""
    asked = b"GET /method HTTP/1.1\r\nAccept-Encoding: gzip\r\n" + END
    head, _, body = spoken(hasty, asked).partition(b"\r\n\r\n")
    assert int(re.search(rb"content-length: (\d+)", head)[1]) == len(body)  # type: ignore[index]
    assert gzip.decompress(body).startswith(b"<!doctype html>")


def test_too_many_at_once_are_told(donbas: Site) -> None:
    """Beyond the limit a reader is told 503 at once, and later ones are served."""
    server, thread, address = listening(donbas.served, limit_concurrency=3)
    assert isinstance(server, uvicorn.Server)
    host, _, port = address.removeprefix("http://").partition(":")
    at = host, int(port)
    held = [socket.create_connection(at) for _ in range(4)]
    time.sleep(0.3)
    assert b"503" in spoken(at, b"GET /health HTTP/1.1\r\n", END).partition(b"\r\n")[0]
    for line in held:
        line.close()
    time.sleep(0.3)
    assert spoken(at, b"GET /health HTTP/1.1\r\n", END).startswith(b"HTTP/1.1 200")
    server.should_exit = True
    thread.join(timeout=20)
