# SPDX-License-Identifier: Apache-2.0
"""An answer as a page: templates, the words of its language, links that keep the times asked about.

A page gets the answer after it was cut to its public fields, and so can show no other. No page
needs a script, but for the map that moves, a proof that is checked, and the reader's own clock;
where a script may run, lists are replaced in place (`htmx`); else they are links and forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from foedus.errors import Fault
from foedus.findings.record import CAUSES
from foedus.obligations.record import FORCES, STATES
from foedus.publication.edition import Row, When
from foedus.publication.escapes import is_address, visible
from foedus.register.bound import LEGAL
from foedus.register.record import FORMS
from foedus.terms.record import Agreement
from foedus.trust.times import utc
from foedus.web import figures, sentences
from foedus.web.earlier import LINKED, earlier
from foedus.web.routes import BY_NAME, CARRIED, Route
from foedus.web.scripts import script_words
from foedus.web.served import Question
from foedus.web.texts import known
from foedus.web.words import DRAFTS, LANGUAGES, OFFERS, Words, language_of, translated

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
        is_address=is_address,
        languages=LANGUAGES,
        drafts=DRAFTS,
        translated={language: translated(language) for language in LANGUAGES},
        offers=OFFERS,
        navigation=[[BY_NAME[name] for name in group] for group in NAVIGATION],
        signs=VERDICT_SIGNS,
        htmx=HTMX,
        unswapped=UNSWAPPED,
        owed_states=STATES,
        causes=CAUSES,
        legal=LEGAL,
        forces=FORCES,
        instrument_forms=FORMS,
        coded=Markup("<code>{}</code>").format,
        spoken_in=Markup('<span lang="{}">{}</span>').format,
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
    words = Words(language)
    mission = question.edition.mission
    links = Links(question)
    template = environment().get_template(name)
    return template.render(
        **_said(words, mission.zone),
        title_of=lambda agreement: _title(question, agreement, language),
        name_in=lambda agreement, party: _name(question, agreement, party, language),
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
        names={party.id: party.name(language) for party in mission.parties},
        **values,
    )


def _said(words: Words, zone: str) -> dict[str, Any]:
    """Return what templates call to say something in the language of a page."""
    spoken = (
        figures.place, sentences.steps, sentences.still_to_do, sentences.decided,
        sentences.voted, sentences.stands, sentences.counted_at, sentences.rule_title,
    )  # fmt: skip
    # A page says these of many rows, and of few values.
    repeated = (
        figures.distance, figures.percent, figures.kind_title, figures.target_title,
        figures.weapon_title,
    )  # fmt: skip
    return {
        "_": words.said,
        "gettext": words.said,
        "ngettext": words.counted,
        "told": cache(words.told),
        "spoken": words,
        "months": lambda: figures.months(words),
        "said_by": lambda script: script_words(script, words),
        "instant": cache(lambda at_us: figures.instant(at_us, zone, words)),
        "when": lambda row: figures.when(row, zone, words),
        **{say.__name__: partial(say, words=words) for say in spoken},
        **{say.__name__: cache(partial(say, words=words)) for say in repeated},
    }


def _title(question: Question, agreement: str, language: str) -> Markup:
    """Return the title of an agreement in a language."""
    found = _agreement(question, agreement)
    return _in(language, {} if found is None else found.head.title, agreement)


def _name(question: Question, agreement: str, party: str, language: str) -> Markup:
    """Return the name that an agreement has for one who takes part in it."""
    found = _agreement(question, agreement)
    entries = () if found is None else found.head.parties
    return _in(language, next((one.names for one in entries if one.id == party), {}), party)


def _agreement(question: Question, agreement: str) -> Agreement | None:
    # The ladders behind clocks cost more to find than what governs.
    return question.edition.agreements.get(agreement) or known(question).get(agreement)


def _in(language: str, texts: Mapping[str, str], otherwise: str) -> Markup:
    """Return the text in a language; in English, and so marked, where it has none."""
    if language in texts:
        return escape(texts[language])
    return Markup('<span lang="en">{}</span>').format(texts.get("en", otherwise))


@pass_context
def whole(context: Context, number: int | None) -> str:
    """Return a whole number in the language of the page."""
    words: Words = context["spoken"]
    return words.whole(number)


@pass_context
def plain(context: Context, word: str) -> str:
    """Return a word of the code as people write it, where no translation took its place."""
    return word.replace("-", " ") if context["language"] == "en" else word


def pairs(rows: list[Row], key: str) -> dict[str, Row]:
    """Return rows under one of their fields."""
    return {row[key]: row for row in rows}


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
