"""Where the rows come from, a file or a search: first looked through, then worked on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from deploy.bulk.cells import ROLES
from deploy.bulk.rows import NO_ROLES, PrescriberRow, table_rows
from deploy.bulk.search import found_rows, search_params
from deploy.bulk.text_file import TextFile
from deploy.bulk.worker.result import Given, PrescriberResult
from shared.fhir.client import FhirClient


class Source(Protocol):
    """Whom to enroll."""

    def refused(self) -> Iterator[PrescriberResult]:
        """What can't be used, as far as that can be told without a server.

        Raises:
            ValueError: nothing of it can be used.
        """

    def rows(self) -> Iterator[PrescriberRow | PrescriberResult]:
        """What can be used, after `refused` was exhausted; raises BotError, and ValueError."""

    def total(self) -> int:
        """How many rows there are to work on, after `refused` was exhausted."""


class FileSource:
    """The rows of a file.

    Args:
        file: is read twice.
        defaults: input of the bot where a row says nothing else.
    """

    def __init__(self, file: TextFile, defaults: Given) -> None:
        self._file = file
        self._defaults = defaults
        self._total = 0

    def refused(self) -> Iterator[PrescriberResult]:
        """The rows that can't be used."""
        for row in table_rows(self._file.lines(), self._defaults):
            if isinstance(row, PrescriberResult):
                yield row
            else:
                self._total += 1

    def rows(self) -> Iterator[PrescriberRow | PrescriberResult]:
        """The rows that can be used."""
        found = table_rows(self._file.lines(), self._defaults)
        return (row for row in found if isinstance(row, PrescriberRow))

    def total(self) -> int:
        """How many rows can be used."""
        return self._total


class SearchSource:
    """The Practitioners that a search finds.

    Args:
        query: such as `Practitioner?active=true`.
        defaults: input of the bot for each of them.
        fhir: gives the server's client; called when the first row is taken.
        count: asks the server how many a search finds.

    Raises:
        ValueError: the query is no plain search for Practitioners, or there is no role.
    """

    def __init__(
        self,
        query: str,
        defaults: Given,
        fhir: Callable[[], FhirClient],
        count: Callable[[Mapping[str, str]], int],
    ) -> None:
        self._params = search_params(query)
        if ROLES not in defaults:
            raise ValueError(NO_ROLES)
        self._defaults = defaults
        self._fhir = fhir
        self._count = count

    def refused(self) -> Iterator[PrescriberResult]:
        """Nothing: only the server knows."""
        return iter(())

    def rows(self) -> Iterator[PrescriberRow | PrescriberResult]:
        """A row for each of them."""
        return found_rows(self._fhir(), self._params, self._defaults)

    def total(self) -> int:
        """How many there are; asks the server."""
        return self._count(self._params)
