# SPDX-License-Identifier: Apache-2.0
"""Brings the catalogues of the web's words up to date, and compiles them.

    python tools/make_catalogues.py

Every word of a template, of a script and of the code that a page shows is gathered from where it
stands. A catalogue keeps what was translated; what is new is left empty and shown in English; what
no page says any more is dropped. English is complete: each of its words stands for itself.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from foedus.base.dues import Silence
from foedus.base.evidence import Judgement
from foedus.cases.kinds import Verdict
from foedus.findings.checker import SENTENCES
from foedus.findings.counting_rules import FACETS, find_rule, rule_ids
from foedus.findings.record import CAUSES, VERDICTS
from foedus.guarantee.record import STATES as RUNGS
from foedus.obligations.record import FORCES
from foedus.obligations.record import STATES as OWED
from foedus.publication.binding import VERBS
from foedus.publication.binding_page import ORGANISATIONS
from foedus.register.bound import LEGAL
from foedus.register.instruments import STATES as STEPS
from foedus.register.procedure_files import shipped_procedures
from foedus.register.record import FORMS
from foedus.terms.failings.answers import NONE_WRITTEN
from foedus.terms.record import Role
from foedus.terms.rules import NOT_STATED, RungRule
from foedus.web import atlas, figures, happenings, sentences, tallies
from foedus.web.pages import TEMPLATES
from foedus.web.routes import ROUTES
from foedus.web.scripts import SPEAKING, sayings
from foedus.web.words import DOMAIN, DRAFTS, LANGUAGES, LOCALE

Said = str | tuple[str, str]
"""A message, or its two English forms: of one, of many."""

WIDTH: Final = 100
EVENT: Final = get_type_hints(RungRule)["event"]
"""What sets a rung off."""
THEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
FORMS_OF: Final = {"fr": "nplurals=2; plural=(n > 1);"}
"""Plural forms where CLDR has more than figures need: full millions, which French says in words."""
FAULTS: Final = Path(tallies.__file__).parent
"""Where the faults stand that a page tells."""
BOTH: Final[tuple[Mapping[str, str], ...]] = (RUNGS, FORCES, LEGAL)
"""Tables of which pages say the words and what they mean."""
MEANINGS: Final[tuple[Mapping[Any, str], ...]] = (
    CAUSES, SENTENCES, VERBS, FORMS, STEPS, ORGANISATIONS, sentences.DECIDED, tallies.WITHHELD,
)  # fmt: skip
OF_TEXTS: Final = (
    "nobody is named to decide", "kind", "target", "occurred", "place", "deaths",
    "actor", "our choice", "abstain", "a day or a moment",
    "such as 2015-02-15 or 2015-02-15T00:00+02:00",
)  # fmt: skip
"""Words that deeper stages put into columns of a page, and that stand in no table there."""


def words() -> Iterator[Said]:
    """Yield every message that pages show, those of templates first, each as often as it stands."""
    for path in sorted(TEMPLATES.glob("*.jinja")):
        with path.open("rb") as stream:
            for _, name, found, _ in babel_extract(stream, ("_", "gettext", "ngettext"), [], {}):
                # What is no text stands for a word of the code, which is gathered below.
                texts = [found] if isinstance(found, str) else [one for one in found or () if one]
                if name == "ngettext":
                    yield (texts[0], texts[1])
                elif texts:
                    yield texts[0]
    for script in SPEAKING:
        yield from sayings(script)
    for route in ROUTES:
        yield from (route.title, route.question)
    for table in BOTH:
        yield from (*table, *table.values())
    for table in MEANINGS:
        yield from table.values()
    yield from (*VERDICTS, *OWED, *get_args(Verdict), *(one.value for one in Judgement), *FACETS)
    yield from (*get_args(Role), *get_args(Silence), *get_args(EVENT), NOT_STATED, NONE_WRITTEN)
    yield from (file.name for file in shipped_procedures().values())
    yield from (note for name in rule_ids() for note in find_rule(name).doubts().values())
    yield from (*figures.MONTHS, figures.KIND_UNKNOWN, figures.TARGET_UNKNOWN, figures.NO_CLOSER)
    yield from (*figures.UNITS, figures.NO_POINT, figures.NOT_KNOWN)
    yield from (sentences.AN_UNKNOWN_SHARE, sentences.AT_LEAST, sentences.FROM_TO)
    yield from (*happenings.IDS.values(), atlas.OWNER, *OF_TEXTS, *faults())


def faults() -> Iterator[str]:
    """Yield what the web says it expected, and its hints, where these are constant."""
    for path in sorted(FAULTS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = {one.arg: one.value for one in node.keywords}
                if node.func.id == "missing":
                    given = {"expected": node.args[0]}
                elif node.func.id != "Fault":
                    continue
                for name in ("expected", "hint"):
                    value = given.get(name)
                    if isinstance(value, ast.Constant) and value.value:
                        yield str(value.value)


def catalogue(language: str) -> Catalog:
    """Return a language's catalogue with all messages, translated as far as its file has them."""
    before = read(language)
    found = new(language)
    for said in sorted(set(words()), key=_key):
        kept = before.get(_key(said))
        found.add(said, said if language == "en" else _translated(said, kept, found.num_plurals))
    return found


def new(language: str) -> Catalog:
    """Return an empty catalogue; a time of writing would make other bytes each time."""
    found = Catalog(locale=language, creation_date=THEN, revision_date=THEN, charset="utf-8")
    if language in FORMS_OF:
        found.mime_headers = [("Plural-Forms", FORMS_OF[language])]
    return found


def _key(said: Said) -> str:
    return said if isinstance(said, str) else said[0]


def _translated(said: Said, kept: Message | None, plurals: int) -> Any:
    """Return what a message was translated to; empty where it was not, or in another form."""
    empty = "" if isinstance(said, str) else ("",) * plurals
    string = kept.string if kept is not None else empty
    is_alike = isinstance(string, str) == isinstance(said, str)
    return string if is_alike and kept is not None and kept.id == said else empty


def read(language: str) -> Catalog:
    """Return a language's catalogue as its file has it; empty where there is none."""
    path = folder(language) / f"{DOMAIN}.po"
    if not path.is_file():
        return new(language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def folder(language: str) -> Path:
    """Return where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES"


def share(language: str) -> tuple[int, int]:
    """Return how many messages of a language are translated, and how many there are."""
    messages = [one for one in read(language) if one.id]
    return sum(map(is_whole, messages)), len(messages)


def is_whole(message: Message) -> bool:
    """Return whether a message is translated, in each of its forms."""
    string = message.string
    return bool(string) if isinstance(string, str) else all(string or ("",))


def as_text(found: Catalog) -> bytes:
    """Return a catalogue as its file has it, without anything of the time at which it was made."""
    out = io.BytesIO()
    write_po(out, found, width=WIDTH, omit_header=True)
    language = str(found.locale)
    draft = "# DRAFT: begun, and reviewed by no native reader.\n" if language in DRAFTS else ""
    head = (
        f"# {LANGUAGES[language]}: words of the web. SPDX-License-Identifier: Apache-2.0\n{draft}"
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {found.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue().lstrip(b"\n")


def compiled(text: bytes, language: str) -> bytes:
    """Return the compiled form of a catalogue."""
    out = io.BytesIO()
    found = read_po(io.BytesIO(text), locale=language)
    bare = new(language)
    for message in found:
        if message.id and is_whole(message):
            bare.add(message.id, message.string)
    write_mo(out, bare)
    return out.getvalue()


def main() -> None:
    """Write every catalogue and its compiled form."""
    for language in LANGUAGES:
        home = folder(language)
        home.mkdir(parents=True, exist_ok=True)
        text = as_text(catalogue(language))
        (home / f"{DOMAIN}.po").write_bytes(text)
        (home / f"{DOMAIN}.mo").write_bytes(compiled(text, language))
        said, whole = share(language)
        print(f"{language}: {said} of {whole} messages, {100 * said // whole} per cent")


if __name__ == "__main__":
    main()
