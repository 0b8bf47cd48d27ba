"""One spelling of characters that look alike: DoseSpot stores the plain ones of a keyboard."""

import unicodedata

_APOSTROPHES = (
    "`",
    "\N{ACUTE ACCENT}",
    "\N{LEFT SINGLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}",
    "\N{PRIME}",
    "\N{REVERSED PRIME}",
    "\N{MODIFIER LETTER PRIME}",
    "\N{MODIFIER LETTER TURNED COMMA}",
    "\N{MODIFIER LETTER APOSTROPHE}",
    "\N{MODIFIER LETTER REVERSED COMMA}",
    "\N{MODIFIER LETTER GRAVE ACCENT}",
    "\N{MODIFIER LETTER ACUTE ACCENT}",
    "\N{MODIFIER LETTER VERTICAL LINE}",
    "\N{FULLWIDTH APOSTROPHE}",
    "\N{LATIN SMALL LETTER SALTILLO}",
)
_QUOTATION_MARKS = (
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}",
    "\N{DOUBLE PRIME}",
)
_LOOK_ALIKE = {
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _QUOTATION_MARKS), '"'),
    ord("\N{MINUS SIGN}"): "-",
    ord("\N{HYPHEN BULLET}"): "-",
}
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT = 0xFEE0


def folded(value: str) -> str:
    """The text as a keyboard writes it, composed (NFC), without characters that are not seen.

    Curved and slanting apostrophes become ', quotation marks ", dashes -, spaces one space, wide
    letters and digits ordinary ones. Letters of other scripts, and accents, stay.
    """
    if value.isascii() and "`" not in value:
        return value
    marks = unicodedata.normalize("NFC", value).translate(_LOOK_ALIKE)
    words = unicodedata.normalize("NFC", "".join(map(_plain, marks))).split(" ")
    return " ".join(word for word in words if word)


def _plain(mark: str) -> str:
    """One character in its plain form; "" for one that is not seen."""
    if ord(mark) in _FULL_WIDTH:
        return chr(ord(mark) - _FULL_WIDTH_SHIFT)
    category = unicodedata.category(mark)
    return {"Pd": "-", "Zs": " ", "Cf": ""}.get(category, mark)
