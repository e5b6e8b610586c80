# SPDX-License-Identifier: Apache-2.0
"""Brings the catalogues of the web's words up to date, and compiles them.

    python tools/make_catalogues.py

Every word of a template and every title of the code that a page shows is gathered. A catalogue
keeps what was translated; what is new is left empty and shown in English. English is complete:
each of its words stands for itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from foedus.findings.record import VERDICTS
from foedus.guarantee.record import STATES as RUNGS
from foedus.obligations.record import FORCES, STATES
from foedus.register.bound import LEGAL
from foedus.web.pages import TEMPLATES
from foedus.web.routes import ROUTES
from foedus.web.words import DOMAIN, LANGUAGES, LOCALE

WIDTH: Final = 100
THEN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def words() -> Iterator[str]:
    """Yield every word that pages show, those of templates first, each as often as it stands."""
    for path in sorted(TEMPLATES.glob("*.jinja")):
        with path.open("rb") as stream:
            for _, _, found, _ in babel_extract(stream, ("_", "gettext", "ngettext"), [], {}):
                # What is no text stands for a word of the code, which is gathered below.
                told = found if isinstance(found, tuple) else (found,)
                yield from (word for word in told if isinstance(word, str))
    for route in ROUTES:
        yield from (route.title, route.question)
    yield from (*VERDICTS, *RUNGS, *STATES, *FORCES, *FORCES.values(), *LEGAL)


def catalogue(language: str) -> Catalog:
    """Return a language's catalogue with all words, translated as far as its file has them."""
    before = read(language)
    found = Catalog(locale=language, project="Foedus", charset="utf-8")
    for word in sorted(set(words())):
        kept = before.get(word)
        said = word if language == "en" else (str(kept.string) if kept is not None else "")
        found.add(word, said)
    return found


def read(language: str) -> Catalog:
    """Return a language's catalogue as its file has it; empty where there is none."""
    path = folder(language) / f"{DOMAIN}.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def folder(language: str) -> Path:
    """Return where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES"


def as_text(found: Catalog) -> bytes:
    """Return a catalogue as its file has it, without anything of the time at which it was made."""
    out = io.BytesIO()
    write_po(out, found, width=WIDTH, omit_header=True)
    head = (
        f'# {LANGUAGES[str(found.locale)]}: words of the web.\nmsgid ""\nmsgstr ""\n'
        f'"Language: {found.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    return head.encode() + out.getvalue().lstrip(b"\n")


def compiled(text: bytes, language: str) -> bytes:
    """Return the compiled form of a catalogue."""
    out = io.BytesIO()
    found = read_po(io.BytesIO(text), locale=language)
    # A time of writing would make other bytes each time.
    bare = Catalog(locale=language, creation_date=THEN, revision_date=THEN, charset="utf-8")
    for message in found:
        if message.id:
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
        said = sum(bool(message.string) for message in read(language) if message.id)
        print(f"{language}: {said} of {len(set(words()))} words")


if __name__ == "__main__":
    main()
