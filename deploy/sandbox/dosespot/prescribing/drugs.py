"""The drugs that can be prescribed: well-known ones, with their RxNorm and NDC codes.

The codes are real: the RXCUI of the drug in its strength, and the NDC of one package in eleven
digits. The ids are the sandbox's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FIRST_DRUG_ID = 20001

DISPENSE_UNITS = {26: "Tablet", 4: "Capsule"}
"""The names of dispense units by DoseSpot's number; here they name the dose forms, too."""


@dataclass(frozen=True)
class CatalogDrug:
    """One drug in one strength.

    `states` has the schedules of the states in which it is not the federal one. `marks` are
    `otc`, `obsolete`, `sublingual`, and C2 to C5 for the federal schedule.
    """

    id: int
    name: str
    generic: str
    strength: str
    form: str
    rxcui: int
    ndc: str
    brand: bool
    marks: frozenset[str]
    states: Mapping[str, int]

    @property
    def schedule(self) -> int:
        """The federal schedule, 0 if the drug is not controlled."""
        return next((number for number in range(2, 6) if f"C{number}" in self.marks), 0)

    @property
    def unit(self) -> int:
        """DoseSpot's number of the unit that is dispensed."""
        return next(number for number, name in DISPENSE_UNITS.items() if name == self.form)

    @property
    def route(self) -> str:
        """How it is taken."""
        return "Sublingual" if "sublingual" in self.marks else "Oral"

    @property
    def display_name(self) -> str:
        """The name with route and dose form."""
        return f"{self.name} ({self.route.lower()} - {self.form.lower()})"

    def schedule_in(self, state: str) -> int:
        """The stricter of the federal schedule and that state's, 0 if neither has one."""
        known = [each for each in (self.schedule, self.states.get(state, 0)) if each]
        return min(known, default=0)


# Name (and generic name of a brand), strength, dose form, RXCUI, NDC, marks.
_TABLE = """
Amoxicillin                        | 500 mg       | Capsule | 308191  | 00093310905
Zithromax = azithromycin           | 250 mg       | Tablet  | 212446  | 00069306030
Cephalexin                         | 500 mg       | Capsule | 309114  | 00093314701
Atorvastatin                       | 20 mg        | Tablet  | 617310  | 00378395105
Lipitor = atorvastatin             | 20 mg        | Tablet  | 617318  | 00071015623
Lisinopril                         | 10 mg        | Tablet  | 314076  | 00093111310
Metformin                          | 500 mg       | Tablet  | 861007  | 00093104801
Norvasc = amlodipine               | 5 mg         | Tablet  | 212549  | 00069153068
Cozaar = losartan                  | 50 mg        | Tablet  | 979494  | 00006095254
Hydrochlorothiazide                | 25 mg        | Tablet  | 310798  | 00603385621
Furosemide                         | 40 mg        | Tablet  | 313988  | 00054429925
Omeprazole                         | 20 mg        | Capsule | 198051  | 62175011837
Zoloft = sertraline                | 50 mg        | Tablet  | 208161  | 00049490066
Prozac = fluoxetine                | 20 mg        | Capsule | 104849  | 00777310502
Prednisone                         | 20 mg        | Tablet  | 312615  | 00054001825
Ibuprofen                          | 800 mg       | Tablet  | 197807  | 53746046601
Warfarin                           | 5 mg         | Tablet  | 855332  | 00093172101
Loratadine                         | 10 mg        | Tablet  | 311372  | 45802065078 | otc
Ranitidine                         | 150 mg       | Tablet  | 198191  | 00781188360 | obsolete
Gabapentin                         | 300 mg       | Capsule | 310431  | 45963055611
Oxycodone                          | 5 mg         | Tablet  | 1049621 | 00406055201 | C2
Percocet = acetaminophen-oxycodone | 325 mg-5 mg  | Tablet  | 1049640 | 63481062370 | C2
Hydrocodone-acetaminophen          | 5 mg-325 mg  | Tablet  | 857002  | 00406012301 | C2
Dextroamphetamine-amphetamine      | 20 mg        | Tablet  | 577961  | 00555097302 | C2
Acetaminophen-codeine              | 300 mg-30 mg | Tablet  | 993781  | 00406048401 | C3
Buprenorphine-naloxone             | 8 mg-2 mg    | Tablet  | 351267  | 00054018913 | C3 sublingual
Alprazolam                         | 0.5 mg       | Tablet  | 308048  | 59762372001 | C4
Lorazepam                          | 1 mg         | Tablet  | 197901  | 00591024101 | C4
Clonazepam                         | 0.5 mg       | Tablet  | 197527  | 00093083201 | C4
Ambien = zolpidem                  | 10 mg        | Tablet  | 854875  | 00024542131 | C4
Tramadol                           | 50 mg        | Tablet  | 835603  | 00093005801 | C4
Diphenoxylate-atropine             | 2.5-0.025 mg | Tablet  | 1190572 | 00378041501 | C5
"""

_STRICTER = {"Gabapentin": {"AL": 5, "KY": 5, "TN": 5, "VA": 5, "WV": 5}}


def _drugs() -> Iterator[CatalogDrug]:
    for number, line in enumerate(_TABLE.strip().splitlines(), FIRST_DRUG_ID):
        named, strength, form, rxcui, ndc, *marks = map(str.strip, line.split("|"))
        name, _, generic = named.partition(" = ")
        yield CatalogDrug(
            id=number,
            name=name,
            generic=generic or name.lower(),
            strength=strength,
            form=form,
            rxcui=int(rxcui),
            ndc=ndc,
            brand=bool(generic),
            marks=frozenset(" ".join(marks).split()),
            states=_STRICTER.get(name, {}),
        )


DRUGS = tuple(_drugs())
"""The whole catalog."""
