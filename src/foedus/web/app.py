# SPDX-License-Identifier: Apache-2.0
"""The application: which address is answered by what, with its headers; everything is read-only.

An answer hangs on the edition, the address and, where a log runs, the minute; these make its ETag,
and under them its bytes are kept, compressed once. What a reader gets wrong is told with 400 or
404, and nothing that was sent is run.
"""

from __future__ import annotations

import gzip
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from anyio import to_thread
from litestar import Litestar, Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.handlers import route as handler

from foedus.errors import Fault, FoedusError, OperatorError
from foedus.publication.edition import When, asked
from foedus.trust.stores import StoreError
from foedus.web import (
    atlas,
    checkpoints,
    decided,
    feeds,
    happenings,
    parameters,
    standing,
    tallies,
    texts,
)
from foedus.web.current import Current
from foedus.web.earlier import OtherEditionError, require_same
from foedus.web.files import compressible, file_response, static_response
from foedus.web.forms import written
from foedus.web.headers import BULLETIN, PACKED, head, is_same, last_modified, takes_gzip
from foedus.web.openapi import description
from foedus.web.pages import fault_page, page
from foedus.web.parameters import accepted
from foedus.web.routes import BY_NAME, CARRIED, HTML, JSON, MEDIA, MVT, ROUTES, Route, public
from foedus.web.served import NothingHereError, Question, Served, missing
from foedus.web.shelf import Kept
from foedus.web.tiles import FILE, tile_asked

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
    "consistency": checkpoints.consistency,
    "bulletins": tallies.bulletins,
    "method": tallies.method,
}
"""Route -> what answers it."""
UNREADABLE: Final = 503
"""Status where the record or the log is at fault, not what was asked."""
AGAIN_S: Final = "10"
ALLOWED: Final = "GET, HEAD"
PATHS: Final = {"/": "/today"}
"""A route's path -> the address before its `.json`, where it is another one."""


Special = Callable[["Web", Asking], Awaitable[Response[bytes]]]
"""Answers an address that is no route."""


class Address(NamedTuple):
    """What an address names: a route in a form, with the id in it."""

    route: Route
    form: str
    id: str


def application(served: Served | Current) -> Litestar:
    """Return the application that serves one mission, and what takes its edition's place."""
    current = served if isinstance(served, Current) else Current(served)
    handlers = [_handler(_paths(one), partial(_routed, current, one)) for one in ROUTES]
    special: Mapping[str, Special] = {
        "/bulletins/{name:str}": Web.bulletin,
        "/feed.atom": Web.atom,
        "/calendar.ics": Web.calendar,
        "/log/checkpoint": Web.checkpoint,
        "/tiles/{name:str}": Web.tiles,
        "/tiles/incidents/{z:str}/{x:str}/{name:str}": Web.tile,
        "/openapi.json": Web.openapi,
        "/static/{name:str}": Web.static,
    }
    handlers += [_handler([path], partial(_asked, current, one)) for path, one in special.items()]
    handlers.append(_handler(["/health"], partial(_health, current)))
    nowhere = partial(_nowhere, current)
    return Litestar(
        handlers,
        openapi_config=None,
        exception_handlers={404: nowhere, 405: nowhere, 500: partial(_broken, current)},
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


async def _routed(current: Current, route: Route, request: Asking) -> Response[bytes]:
    with current.using() as served:
        return await Web(served).answer(request, _address(route, request))


async def _asked(current: Current, special: Special, request: Asking) -> Response[bytes]:
    with current.using() as served:
        return await special(Web(served), request)


def _nowhere(current: Current, request: Asking, error: Exception) -> Response[bytes]:
    with current.using() as served:
        return Web(served).nowhere(request, error)


def _broken(current: Current, request: Asking, error: Exception) -> Response[bytes]:
    """Answer that the program is at fault; how, is told to whoever runs it."""
    told = "".join(traceback.format_exception(error))
    current.served.tell(f"{request.method} {request.url.path}: {told}")
    fault = Fault(expected="an answer", got="a fault of this program", hint="it was written down")
    return Response(
        fault_json(500, (fault,)), status_code=500, headers=head(JSON), media_type=MEDIA[JSON]
    )


async def _health(current: Current, _request: Asking) -> Response[bytes]:
    """Answer that the web answers, which edition it serves, and how it stands with the next.

    Files are not named: what a reader may know of a fault is what was expected.
    """
    faults = [f"expected {one.expected}" for one in current.faults]
    told = {"edition": current.served.edition.digest, "next": current.next, "faults": faults}
    body = msgspec.json.encode(told) + b"\n"
    return Response(body, headers=head(JSON), media_type=MEDIA[JSON])


def _address(route: Route, request: Asking) -> Address:
    """Return the form that an address ends with, and the id before it."""
    name = str(request.path_params.get("name", "")) or request.url.path
    for form in route.forms:
        if form != HTML and name.endswith(f".{form}"):
            return Address(route, form, name.removesuffix(f".{form}"))
    return Address(route, HTML if HTML in route.forms else route.forms[0], name)


class Web:
    """Answers requests from one edition."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.shelf = served.shelf

    async def answer(self, request: Asking, address: Address) -> Response[bytes]:
        """Answer a route: from what is kept, or by asking."""
        try:
            given = parameters.given(request.scope["query_string"], accepted(address.route))
        except OperatorError as error:
            question = Question(self.served, address.route, When(), address.id, {})
            return self._sent(request, self._fault(400, error.faults, address.form, question), 400)
        # The archive is the one answer that hangs on more than the edition that is served.
        beside = tallies.archive(self.served) if address.route.name == "bulletins" else ""
        sent = repr(sorted(given.items()))
        tag = self._tag(address.route.name, address.form, address.id, sent, beside)
        if is_same(request.headers, tag, self._made_s()):
            return self._unchanged(tag, address.form)
        kept = self.shelf.get(tag)
        status = 200
        if kept is None:
            status, made = await to_thread.run_sync(self._made, address, given)
            if status == 200:
                self.shelf.put(tag, made)
            kept = made
        if not kept.body:
            status = 204
        return self._sent(request, kept, status, tag)

    def _tag(self, *parts: str) -> str:
        minute = self.served.minute_us()
        whole = (self.served.version, self.served.edition.digest, str(minute), *parts)
        return sha256("\0".join(whole).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _unchanged(self, tag: str, form: str) -> Response[bytes]:
        return Response(b"", status_code=304, headers=self._headers(tag, form))

    def _headers(self, tag: str, form: str) -> dict[str, str]:
        kept_s = 0 if self.served.open_store is not None else 60
        found = head(form, tag, self._made_s(), kept_s)
        return found | {"foedus-edition": self.served.edition.digest}

    def _made_s(self) -> int | None:
        """Return when answers were made; None where they change with the log and the clock."""
        return self.served.edition.made_s if self.served.open_store is None else None

    def _made(self, address: Address, given: dict[str, str]) -> tuple[int, Kept]:
        """Ask and write the answer; what is asked wrongly becomes an answer that says so."""
        form = address.form
        question = Question(self.served, address.route, When(), address.id, given)
        try:
            question = self._question(address, given)
            if form != HTML:
                require_same(question)
            if form == MVT:
                return 200, _kept(tile_asked(question), form)
            answer = public(ANSWERS[address.route.name](question), address.route.fields)
            if form == HTML:
                return 200, _kept(page(address.route, answer, question), form)
            return 200, _kept(written(answer, address.route, form), form)
        except FoedusError as error:
            status, faults = told_of(error)
            return status, self._fault(status, faults, form, question)

    def _question(self, address: Address, given: dict[str, str]) -> Question:
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
        headers = self._headers(tag, kept.form) if status < 300 else head(kept.form)
        if status == UNREADABLE:
            headers["retry-after"] = AGAIN_S
        body = kept.body
        if kept.packed is not None and takes_gzip(request.headers):
            body = kept.packed
            headers["content-encoding"] = "gzip"
            if tag and status == 200:
                headers["etag"] = f'"{tag}{PACKED}"'
        return Response(body, status_code=status, headers=headers, media_type=MEDIA[kept.form])

    async def _special(
        self,
        request: Asking,
        name: str,
        make: Callable[[Question], bytes],
        media: str,
        route: Route = BY_NAME["today"],
    ) -> Response[bytes]:
        """Answer an address that is no route, such as a feed, with the parameters of one."""
        try:
            given = parameters.given(request.scope["query_string"], CARRIED)
            tag = self._tag(name, repr(sorted(given.items())), self._base(request))
            if is_same(request.headers, tag, self._made_s()):
                return self._unchanged(tag, JSON)
            question = self._question(Address(route, JSON, ""), given)
            require_same(question)
            body = await to_thread.run_sync(make, question)
        except FoedusError as error:
            status, faults = told_of(error)
            return self._sent(request, _kept(fault_json(status, faults), JSON), status)
        return Response(body, headers=self._headers(tag, JSON), media_type=media)

    def _base(self, request: Asking) -> str:
        """Return where this web stands: as its operator says, or else as the reader wrote."""
        return self.served.base or str(request.base_url).rstrip("/")

    async def atom(self, request: Asking) -> Response[bytes]:
        """Answer the feed of what became known last."""
        make = partial(feeds.atom, base=self._base(request))
        return await self._special(request, "atom", make, "application/atom+xml")

    async def calendar(self, request: Asking) -> Response[bytes]:
        """Answer the calendar of clocks."""
        make = partial(feeds.calendar, base=self._base(request))
        return await self._special(request, "calendar", make, "text/calendar")

    async def checkpoint(self, request: Asking) -> Response[bytes]:
        """Answer the log's last checkpoint, for whoever keeps it."""
        make = checkpoints.checkpoint_note
        return await self._special(request, "checkpoint", make, "text/plain", BY_NAME["log"])

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
        if request.path_params["name"] != FILE:
            return self.nowhere(request, missing(FILE, request.url.path))
        tag = self._tag("tiles")
        path = self.served.edition.kept / FILE
        return file_response(request, path, tag, self._headers(tag, JSON))

    async def tile(self, request: Asking) -> Response[bytes]:
        """Answer one tile of the map, as of the times and with the filters asked."""
        z, x, name = (str(request.path_params[one]) for one in ("z", "x", "name"))
        if not name.endswith(f".{MVT}"):
            return self.nowhere(request, missing(f"a row and .{MVT}", request.url.path))
        named = f"{z}/{x}/{name.removesuffix(f'.{MVT}')}"
        return await self.answer(request, Address(BY_NAME["map"], MVT, named))

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

    def nowhere(self, request: Asking, error: Exception) -> Response[bytes]:
        """Answer that nothing is at an address."""
        status = int(getattr(error, "status_code", 404))
        if status == 405:
            body = fault_json(
                status, (Fault(column="method", expected=ALLOWED, got=request.method),)
            )
            headers = head(JSON) | {"allow": ALLOWED}
            return Response(body, status_code=status, headers=headers, media_type=MEDIA[JSON])
        faults = (Fault(column="address", expected="an address of this web", got=request.url.path),)
        given = {name: word for name, word in request.query_params.items() if name == "lang"}
        question = Question(self.served, BY_NAME["today"], When(), "", given)
        is_data = request.url.path.endswith((".json", ".csv", ".geojson", ".mvt"))
        kept = self._fault(status, faults, JSON if is_data else HTML, question)
        return self._sent(request, kept, status)


def _kept(body: bytes, form: str) -> Kept:
    return Kept(form, body, gzip.compress(body, 6, mtime=0) if compressible(body) else None)


def told_of(error: FoedusError) -> tuple[int, tuple[Fault, ...]]:
    """Return the status of an error, and what of it is told to readers.

    Of a log that cannot be read they learn no address; its operator does, on the console.
    """
    if isinstance(error, StoreError):
        hint = "ask again in a minute; what does not rest on acts is answered"
        away = Fault(column="log", expected="a log that can be read", got="none now", hint=hint)
        return UNREADABLE, (away,)
    if isinstance(error, NothingHereError):
        return 404, error.faults
    if isinstance(error, OtherEditionError):
        return 409, error.faults
    return (400 if isinstance(error, OperatorError) else UNREADABLE), error.faults


def fault_json(status: int, faults: tuple[Fault, ...]) -> bytes:
    """Return why there is no answer, as JSON."""
    told = [
        {"column": one.column, "expected": one.expected, "got": one.got, "hint": one.hint}
        for one in faults
    ]
    return written({"status": status, "faults": told}, BY_NAME["today"], JSON)
