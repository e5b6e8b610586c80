# SPDX-License-Identifier: Apache-2.0
"""The application: which address is answered by what, with its headers; everything is read-only.

An answer hangs on the edition, the address and, where a log runs, the minute; these make its ETag,
and under them its bytes are kept, compressed once. What a reader gets wrong is told with 400 or
404, and nothing that was sent is run.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any, Final, NamedTuple

from anyio import to_thread
from litestar import Litestar, Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.handlers import route as handler

from foedus.errors import Fault, FoedusError, OperatorError
from foedus.publication.edition import When, asked
from foedus.web import atlas, decided, feeds, happenings, standing, tallies, texts
from foedus.web.files import compressible, file_response, static_response
from foedus.web.forms import written
from foedus.web.headers import BULLETIN, head, is_same, last_modified
from foedus.web.openapi import description
from foedus.web.pages import fault_page, page
from foedus.web.routes import BY_NAME, HTML, JSON, MEDIA, ROUTES, Route, public
from foedus.web.served import NothingHereError, Question, Served, missing
from foedus.web.shelf import Kept, Shelf

Answer = Callable[[Question], Any]
Asking = Request[Any, Any, Any]

ANSWERS: Final[Mapping[str, Answer]] = {
    "today": standing.today,
    "map": atlas.map_answer,
    "lines": atlas.lines,
    "ground": atlas.ground,
    "incidents": happenings.incidents,
    "incident": happenings.incident,
    "findings": happenings.findings,
    "finding": happenings.finding,
    "cases": decided.cases,
    "case": decided.case,
    "ladder": decided.ladder,
    "obligations": decided.obligations,
    "bound": standing.bound,
    "agreements": texts.agreements,
    "agreement": texts.agreement,
    "counts": tallies.counts,
    "sources": tallies.sources,
    "log": tallies.log,
    "bulletins": tallies.bulletins,
    "method": tallies.method,
}
"""Route -> what answers it."""
MOST_SENT: Final = 300
"""Characters of a parameter at most."""
PATHS: Final = {"/": "/today"}
"""A route's path -> the address before its `.json`, where it is another one."""


class Address(NamedTuple):
    """What an address names: a route in a form, with the id in it."""

    route: Route
    form: str
    id: str


def application(served: Served) -> Litestar:
    """Return the application that serves one mission."""
    web = Web(served)
    handlers = [_handler(_paths(one), partial(_routed, web, one)) for one in ROUTES]
    special: Mapping[str, Callable[[Asking], Any]] = {
        "/bulletins/{name:str}": web.bulletin,
        "/feed.atom": web.atom,
        "/calendar.ics": web.calendar,
        "/tiles/{name:str}": web.tiles,
        "/openapi.json": web.openapi,
        "/static/{name:str}": web.static,
        "/health": web.health,
    }
    handlers += [_handler([path], _named(answer)) for path, answer in special.items()]
    return Litestar(
        handlers,
        openapi_config=None,
        exception_handlers={404: web.nowhere, 405: web.nowhere},
        debug=False,
        logging_config=None,
    )


def _handler(paths: list[str], answer: Any) -> HTTPRouteHandler:
    async def answered(request: Request[Any, Any, Any]) -> Response[bytes]:
        found: Response[bytes] = await answer(request)
        return found

    return handler(paths, http_method=["GET", "HEAD"])(answered)


def _paths(route: Route) -> list[str]:
    if "{id}" in route.path:
        return [route.path.replace("{id}", "{name:str}")]
    before = PATHS.get(route.path, route.path)
    named = [f"{before}.{form}" for form in route.forms if form != HTML]
    own = [route.path] if HTML in route.forms else []
    return [*own, *named, *([before] if before != route.path else [])]


def _named(answer: Callable[[Asking], Any]) -> Any:
    async def answered(request: Asking) -> Any:
        return await answer(request)

    return answered


async def _routed(web: Web, route: Route, request: Asking) -> Response[bytes]:
    return await web.answer(request, _address(route, request))


def _address(route: Route, request: Asking) -> Address:
    """Return the form that an address ends with, and the id before it."""
    name = str(request.path_params.get("name", "")) or request.url.path
    for form in route.forms:
        if form != HTML and name.endswith(f".{form}"):
            return Address(route, form, name.removesuffix(f".{form}"))
    return Address(route, HTML if HTML in route.forms else route.forms[0], name)


class Web:
    """Answers requests for one mission."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.shelf = Shelf()

    async def answer(self, request: Asking, address: Address) -> Response[bytes]:
        """Answer a route: from what is kept, or by asking."""
        given = self._given(request, address.route)
        tag = self._tag(address.route.name, address.form, address.id, repr(sorted(given.items())))
        if is_same(request.headers, tag, self.served.edition.made_s):
            return self._unchanged(tag, address.form)
        kept = self.shelf.get(tag)
        status = 200
        if kept is None:
            status, made = await to_thread.run_sync(self._made, address, given)
            if status == 200:
                self.shelf.put(tag, made)
            kept = made
        return self._sent(request, kept, status, tag)

    def _given(self, request: Asking, route: Route) -> dict[str, str]:
        names = (*(("on", "known") if route.is_timed else ()), *route.parameters, "lang")
        query = request.query_params
        return {name: str(query[name]) for name in names if name in query}

    def _tag(self, *parts: str) -> str:
        minute = self.served.minute_us()
        whole = (self.served.version, self.served.edition.digest, str(minute), *parts)
        return sha256("\0".join(whole).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _unchanged(self, tag: str, form: str) -> Response[bytes]:
        return Response(b"", status_code=304, headers=self._headers(tag, form))

    def _headers(self, tag: str, form: str) -> dict[str, str]:
        kept_s = 0 if self.served.open_store is not None else 60
        return head(form, tag, self.served.edition.made_s, kept_s)

    def _made(self, address: Address, given: dict[str, str]) -> tuple[int, Kept]:
        """Ask and write the answer; what is asked wrongly becomes an answer that says so."""
        form = address.form
        question = Question(self.served, address.route, When(), address.id, given)
        try:
            question = self._question(address, given)
            answer = public(ANSWERS[address.route.name](question), address.route.fields)
            if form == HTML:
                return 200, _kept(page(address.route, answer, question), form)
            return 200, _kept(written(answer, address.route, form), form)
        except FoedusError as error:
            status = 404 if isinstance(error, NothingHereError) else 400
            if not isinstance(error, OperatorError):
                status = 503
            return status, self._fault(status, error.faults, form, question)

    def _question(self, address: Address, given: dict[str, str]) -> Question:
        for name, value in given.items():
            if len(value) > MOST_SENT:
                expected, got = f"at most {MOST_SENT} characters", str(len(value))
                raise OperatorError(Fault(column=name, expected=expected, got=got))
        zone = self.served.edition.mission.zone
        when = asked(given.get("on"), given.get("known"), zone)
        return Question(self.served, address.route, when, address.id, given)

    def _fault(self, status: int, faults: tuple[Fault, ...], form: str, question: Question) -> Kept:
        if form == HTML:
            return _kept(fault_page(status, faults, question), HTML)
        return _kept(fault_json(status, faults), JSON)

    def _sent(
        self, request: Asking, kept: Kept, status: int = 200, tag: str = ""
    ) -> Response[bytes]:
        headers = self._headers(tag, kept.form) if status == 200 else head(kept.form)
        body = kept.body
        if kept.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = kept.packed
            headers["content-encoding"] = "gzip"
        return Response(body, status_code=status, headers=headers, media_type=MEDIA[kept.form])

    async def _special(
        self, request: Asking, name: str, make: Callable[[Question], bytes], media: str
    ) -> Response[bytes]:
        """Answer an address that is no route, such as a feed."""
        given = self._given(request, BY_NAME["today"])
        tag = self._tag(name, repr(sorted(given.items())), str(request.base_url))
        made_s = self.served.edition.made_s
        if is_same(request.headers, tag, made_s):
            return self._unchanged(tag, JSON)
        try:
            question = self._question(Address(BY_NAME["today"], HTML, ""), given)
            body = await to_thread.run_sync(make, question)
        except FoedusError as error:
            body = fault_json(400, error.faults)
            return Response(body, status_code=400, headers=head(JSON), media_type=MEDIA[JSON])
        return Response(body, headers=self._headers(tag, JSON), media_type=media)

    async def atom(self, request: Asking) -> Response[bytes]:
        """Answer the feed of what became known last."""
        base = str(request.base_url).rstrip("/")
        make = partial(feeds.atom, base=base)
        return await self._special(request, "atom", make, "application/atom+xml")

    async def calendar(self, request: Asking) -> Response[bytes]:
        """Answer the calendar of clocks."""
        base = str(request.base_url).rstrip("/")
        make = partial(feeds.calendar, base=base)
        return await self._special(request, "calendar", make, "text/calendar")

    async def bulletin(self, request: Asking) -> Response[bytes]:
        """Answer a bulletin as it was published."""
        name = str(request.path_params["name"])
        question = Question(self.served, BY_NAME["bulletins"], When(), name, {})
        try:
            path = await to_thread.run_sync(tallies.bulletin, question)
        except NothingHereError as error:
            kept = self._fault(404, error.faults, HTML, question)
            return self._sent(request, kept, 404)
        body = path.read_bytes()
        headers = head(HTML) | {
            "content-security-policy": BULLETIN,
            "last-modified": last_modified(int(path.stat().st_mtime)),
        }
        return Response(body, headers=headers, media_type=MEDIA[HTML])

    async def tiles(self, request: Asking) -> Response[bytes]:
        """Answer a part of the map's tiles."""
        if request.path_params["name"] != "incidents.pmtiles":
            return self.nowhere(request, missing("incidents.pmtiles", request.url.path))
        tag = self._tag("tiles")
        path = self.served.edition.kept / "incidents.pmtiles"
        return file_response(request, path, tag, self._headers(tag, JSON))

    async def static(self, request: Asking) -> Response[bytes]:
        """Answer a style or a script."""
        found = static_response(request, str(request.path_params["name"]))
        return found or self.nowhere(request, missing("a file", request.url.path))

    async def openapi(self, request: Asking) -> Response[bytes]:
        """Answer the description of all addresses."""
        return self._sent(
            request,
            _kept(description(self.served.edition.mission.title, self.served.version), JSON),
        )

    async def health(self, _request: Asking) -> Response[bytes]:
        """Answer that the web answers, and which edition it serves."""
        body = b'{"edition":"' + self.served.edition.digest.encode() + b'"}\n'
        return Response(body, headers=head(JSON), media_type=MEDIA[JSON])

    def nowhere(self, request: Asking, error: Exception) -> Response[bytes]:
        """Answer that nothing is at an address."""
        status = int(getattr(error, "status_code", 404))
        faults = (Fault(column="address", expected="an address of this web", got=request.url.path),)
        given = {name: word for name, word in request.query_params.items() if name == "lang"}
        question = Question(self.served, BY_NAME["today"], When(), "", given)
        is_data = request.url.path.endswith((".json", ".csv", ".geojson"))
        kept = self._fault(status, faults, JSON if is_data else HTML, question)
        return self._sent(request, kept, status)


def _kept(body: bytes, form: str) -> Kept:
    return Kept(form, body, gzip.compress(body, 6, mtime=0) if compressible(body) else None)


def fault_json(status: int, faults: tuple[Fault, ...]) -> bytes:
    """Return why there is no answer, as JSON."""
    told = [
        {"column": one.column, "expected": one.expected, "got": one.got, "hint": one.hint}
        for one in faults
    ]
    return written({"status": status, "faults": told}, BY_NAME["today"], JSON)
