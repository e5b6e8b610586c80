# SPDX-License-Identifier: Apache-2.0
"""A document's page as a PDF for archives (PDF/A-3), with its proofs attached; by WeasyPrint.

Nothing is fetched: a page that asks for anything is a fault. The same page gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from foedus.desk.enclosures import Enclosed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an attachment says it was made: proofs say their own times."""


class AskedError(FatalURLFetchingError):  # type: ignore[misc]
    """A page asked for something."""


class NoFetcher(URLFetcher):  # type: ignore[misc]
    """Fetches nothing."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
        """Raise `AskedError`, whatever is asked for."""
        raise AskedError(url)


def pdf_of(page: str, identifier: str, attached: Iterable[Enclosed]) -> bytes:
    """Return a page as a PDF with proofs attached; `identifier` is the digest of what it says.

    Raises `AskedError` where the page asks for anything.
    """
    files = [
        Attachment(
            string=one.proof,
            name=one.file,
            description=f"Proof of act {one.act}",
            created=EPOCH,
            modified=EPOCH,
            relationship="Supplement",
        )
        for one in attached
    ]
    made: bytes = HTML(string=page, url_fetcher=NoFetcher()).write_pdf(
        attachments=files,
        pdf_variant="pdf/a-3u",
        pdf_tags=True,
        pdf_identifier=identifier[:32].encode(),
    )
    return made
