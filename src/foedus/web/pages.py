# SPDX-License-Identifier: Apache-2.0
"""An answer as a page: templates, the words of its language, links that keep the times asked about.

A page gets the answer after it was cut to its public fields, and so can show no other. No page
needs a script, but for the map that moves, a proof that is checked, and the reader's own clock;
where a script may run, lists are replaced in place (`htmx`); else they are links and forms.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from foedus.base.zones import Zone, local_time
from foedus.errors import Fault
from foedus.findings.record import CAUSES
from foedus.obligations.record import FORCES, STATES
from foedus.publication import whereabouts
from foedus.publication.edition import Row, When
from foedus.publication.escapes import is_address, visible
from foedus.publication.facts import kind_title, target_title
from foedus.publication.numbers import whole
from foedus.register.bound import LEGAL
from foedus.trust.times import utc
from foedus.web.earlier import LINKED, earlier
from foedus.web.routes import BY_NAME, CARRIED, Route
from foedus.web.served import Question
from foedus.web.texts import known
from foedus.web.words import DRAFTS, LANGUAGES, catalogue, language_of

TEMPLATES: Final = Path(__file__).parent / "templates"
NAVIGATION: Final = (
    ("today", "map", "incidents", "findings"),
    ("cases", "ladder", "obligations", "bound"),
    ("agreements", "counts", "sources", "log", "bulletins", "method"),
)
VERDICT_SIGNS: Final = {
    "breach": "▲",
    "permitted": "●",
    "not-covered": "○",
    "undetermined": "?",
    "contested": "◆",
}
"""A sign beside every colour, for those who do not see it."""
HTMX: Final = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "selfRequestsOnly": True,
}
"""Settings of htmx: no style or script of its own, no copy of a page kept, nobody else asked."""
UNSWAPPED: Final = ("map", "log")
"""Pages whose scripts hold on to what they drew: another time is another page there."""
_CITED: Final = re.compile(r"\s*\[@([^\]\s]+)\]")


@cache
def environment() -> Environment:
    """Return what renders the templates."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.filters.update(whole=whole, visible=visible, paragraphs=paragraphs, party_name=party_name)
    found.filters.update(plain=plain, pairs=pairs)
    found.globals.update(
        kind_title=kind_title,
        target_title=target_title,
        is_address=is_address,
        languages=LANGUAGES,
        navigation=[[BY_NAME[name] for name in group] for group in NAVIGATION],
        signs=VERDICT_SIGNS,
        htmx=HTMX,
        unswapped=UNSWAPPED,
        causes=CAUSES,
        legal=LEGAL,
        forces=FORCES,
        owed_states=STATES,
        place=whereabouts.place,
    )
    return found


def page(route: Route, answer: Row, question: Question) -> bytes:
    """Return the page of a route."""
    values = {"route": route, "answer": answer, "earlier": earlier(question)}
    return _rendered(f"{route.name}.html.jinja", question, **values).encode()


def fault_page(status: int, faults: tuple[Fault, ...], question: Question) -> bytes:
    """Return the page that says why there is no answer, and what to do."""
    kept = {name: word for name, word in question.given.items() if name == "lang"}
    told = {"status": status, "faults": faults, "answer": {}, "earlier": None}
    asked = replace(question, given=kept, when=When())
    return _rendered("fault.html.jinja", asked, route=BY_NAME["today"], **told).encode()


def _rendered(name: str, question: Question, **values: Any) -> str:
    language = language_of(question.given.get("lang"))
    words = catalogue(language)
    mission = question.edition.mission
    links = Links(question)
    template = environment().get_template(name)
    return template.render(
        _=partial(said, words),
        gettext=partial(said, words),
        ngettext=partial(counted, words),
        title_of=lambda agreement: _title(question, agreement, language),
        language=language,
        is_draft=language in DRAFTS,
        mission=mission,
        edition=question.edition,
        question=question,
        is_exercise=question.served.is_exercise,
        given=question.given,
        href=links.to,
        self_href=links.here,
        permalink=links.permanent(),
        kept_here=links.kept_here,
        forms_here=links.forms(values["route"]),
        instant=lambda at_us: instant(at_us, mission.zone),
        when=lambda row: whereabouts.when(row, mission.zone),
        names={party.id: party.name(language) for party in mission.parties},
        **values,
    )


def said(words: NullTranslations, message: str, **values: Any) -> str:
    """Return a message; with values it is markup, in which they were escaped."""
    found = words.gettext(message)
    return Markup(escape(found)).format(**values) if values else found  # noqa: S704 - escaped


def counted(words: NullTranslations, one: str, many: str, number: int, **values: Any) -> str:
    """Return a message in the form that its number asks for; `n` in it is the number."""
    found = words.ngettext(one, many, number)
    return Markup(escape(found)).format(**{"n": whole(number)} | values)  # noqa: S704 - escaped


def _title(question: Question, agreement: str, language: str) -> str:
    """Return the title of an agreement, in English where its head has none in the language."""
    found = question.edition.agreements.get(agreement) or known(question).get(agreement)
    titles = found.head.title if found is not None else {}
    return titles.get(language) or titles.get("en", agreement)


@pass_context
def plain(context: Context, word: str) -> str:
    """Return a word of the code as people write it, where no translation took its place."""
    return word.replace("-", " ") if context["language"] == "en" else word


def pairs(rows: list[Row], key: str, value: str) -> dict[str, Any]:
    """Return one field of each row under another of its fields."""
    return {row[key]: row[value] for row in rows}


class Links:
    """Addresses within the web, which keep what was asked about."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.kept = {name: question.given[name] for name in CARRIED if question.given.get(name)}

    def to(self, path: str, id: str | None = None, **more: Any) -> str:  # noqa: A002
        """Return the address of a path, with an id in its place and parameters behind it."""
        if id is not None:
            path = path.replace("{id}", quote(id, safe=":~"))
        given = {name: value for name, value in (self.kept | more).items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def here(self, **more: Any) -> str:
        """Return the address of this page with other parameters."""
        given = {name: value for name, value in self.question.given.items() if value} | more
        given = {name: value for name, value in given.items() if value}
        path = self._path()
        return f"{path}?{urlencode(given)}" if given else path

    def permanent(self) -> str:
        """Return the address of this page with what was known, and by which edition."""
        edition = self.question.edition.digest[:LINKED]
        known = self.question.given.get("known")
        if self.question.route.is_timed and not known:
            known = utc(self.question.served.whole_us())
        return self.here(known=known, edition=edition)

    def kept_here(self, *but: str) -> list[tuple[str, str]]:
        """Return what was asked here but for some names and the cursor, for a form to keep."""
        left_out = {*but, "after"}
        return [
            (name, value)
            for name, value in self.question.given.items()
            if value and name not in left_out
        ]

    def forms(self, route: Route) -> list[tuple[str, str]]:
        """Return the other forms of this page, each with its address."""
        path = "/today" if route.path == "/" else self._path()
        given = {name: value for name, value in self.question.given.items() if value}
        given.pop("lang", None)
        behind = f"?{urlencode(given)}" if given else ""
        return [(form, f"{path}.{form}{behind}") for form in route.forms if form != "html"]

    def _path(self) -> str:
        route = self.question.route
        return route.path.replace("{id}", quote(self.question.id, safe=":~"))


def instant(at_us: int | None, zone: str) -> Markup:
    """Return a moment on the mission's clock with UTC beside it; a script adds the reader's."""
    if at_us is None:
        return Markup("–")
    local = local_time(at_us, Zone(zone, zone))
    written = utc(at_us - at_us % 60_000_000)[:16]
    beside = datetime.fromisoformat(written)
    return Markup(
        '<time class="at" datetime="{}Z"><span class="there">{}</span>'
        ' <span class="utc">({} UTC)</span></time>'
    ).format(written, f"{local:%d %b %Y %H:%M}", f"{beside:%d %b %H:%M}")


def party_name(party: str, names: dict[str, str]) -> str:
    """Return a party's name; its id if the mission has none."""
    return names.get(party, party)


def paragraphs(text: str) -> Markup:
    """Return prose as paragraphs; citations `[@key]` become links to the list of sources."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        cited = _CITED.sub(
            lambda match: f' <a class="cite" href="#source-{match[1]}">{match[1]}</a>',
            str(escape(" ".join(part.split()))),
        )
        found.append(f"<p>{cited}</p>")
    return Markup("\n".join(found))  # noqa: S704 - escaped above, part by part
