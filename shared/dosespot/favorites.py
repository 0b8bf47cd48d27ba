"""A clinic's favorite prescriptions in DoseSpot.

There is no idempotency key, and no call that deletes one. Source: DoseSpot REST API v2 (Swagger
"Full + EPCS - V2").
"""

from typing import Any

from shared.dosespot.catalog import CatalogClient
from shared.dosespot.reply import DoseSpotModel, Flag, PageEntry, ResultReply, WholeNumber
from shared.errors import RemoteMisbehaved

PAGE_SIZE = 100
MOST_PAGES = 50
TOO_MANY = (
    "DoseSpot lists more favorites of this clinic than the bot reads, so it can't tell whether this"
    " one is among them. Add it in DoseSpot."
)
LONGEST_TITLE = 500

FavoriteRecord = dict[str, Any]


class FavoriteItem(DoseSpotModel):
    """A favorite, from `clinics/{id}/prescriptionFavorites`."""

    ClinicFavoritePrescriptionId: WholeNumber | None = None
    DispensableDrugId: WholeNumber | None = None
    Directions: str | None = None
    IsSupply: Flag | None = None
    IsCompound: Flag | None = None


class FavoritesReply(ResultReply):
    """A page of favorites."""

    Items: list[FavoriteItem] | None = None
    PageResult: PageEntry | None = None


class FavoritesClient(CatalogClient):
    """The clinic's favorites; raises as `DoseSpotCalls` says."""

    def favorites(self) -> list[FavoriteItem]:
        """Every favorite of the clinic.

        Raises:
            RemoteMisbehaved: the pages do not end; and as `DoseSpotCalls` says.
        """
        found: list[FavoriteItem] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"pageNumber": str(page), "pageSize": str(PAGE_SIZE)}
            call = self._call("GET", self._path, "list the favorites", params=params)
            reply = self._found(FavoritesReply, call)
            found += (reply and reply.Items) or []
            if not (reply and reply.PageResult and reply.PageResult.goes_on_after(page)):
                return found
        raise RemoteMisbehaved(TOO_MANY)

    def add_favorite(self, record: FavoriteRecord, send_within_s: float) -> int:
        """Adds a favorite and returns its id.

        The caller has looked whether there is one like it, and does not repeat this blindly after
        `LookUpFirst`.
        """
        path, wish = f"{self._path}/coded", "add the favorite"
        return self._created(self._write_call("POST", path, wish, send_within_s, record))

    @property
    def _path(self) -> str:
        return f"api/clinics/{self.clinic_id}/prescriptionFavorites"
