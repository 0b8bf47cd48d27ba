"""In what a drug is counted, by DoseSpot's number.

Source: its enumeration tables, "Dispense Unit Type".
"""

from collections.abc import Mapping
from types import MappingProxyType

DISPENSE_UNITS: Mapping[int, str] = MappingProxyType(
    {
        4: "Capsule",
        8: "Gram",
        11: "Kit",
        13: "Lozenge",
        15: "Milliliter",
        21: "Packet",
        23: "Suppository",
        26: "Tablet",
        28: "Patch",
        32: "Each",
        33: "Gum",
        35: "Applicator",
        39: "Blister",
        44: "Caplet",
        52: "Film",
        54: "Implant",
        57: "Insert",
        64: "Pad",
        70: "Ring",
        73: "Sponge",
        75: "Stick",
        76: "Strip",
        77: "Swab",
        81: "Troche",
        82: "Wafer",
        83: "Pen Needle",
        90: "Lancet",
    }
)
"""Without 19, "Unspecified"."""
