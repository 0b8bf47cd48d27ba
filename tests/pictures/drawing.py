"""Draws boxes and arrows as SVG that GitHub, a browser and the site show alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import atan2, cos, pi, sin

INK, LINE, PAPER = "#1f2933", "#52606d", "#ffffff"
FONT = "ui-sans-serif, system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
LINE_PX, HEAD_PX = 18, 9


@dataclass(frozen=True)
class Box:
    """A box; all numbers in pixels.

    Attributes:
        x, y: the upper left corner.
        width, height: how large it is.
        title: bold, in the first line.
        lines: what stands below.
        fill: its color.
        dashed: whether its border is dashed, as of what groups others.
    """

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: Sequence[str] = ()
    fill: str = PAPER
    dashed: bool = False

    def drawn(self) -> str:
        """The box as SVG."""
        dash = ' stroke-dasharray="5 4"' if self.dashed else ""
        middle = self.x + self.width / 2
        top = self.y + 24 if self.dashed else self._first_line()
        parts = [
            f'<rect x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}" rx="8"'
            f' fill="{self.fill}" stroke="{LINE}"{dash}/>',
            _words(middle, top, self.title, bold=True),
            *(
                _words(middle, top + LINE_PX * (number + 1), line)
                for number, line in enumerate(self.lines)
            ),
        ]
        return "\n".join(parts)

    def _first_line(self) -> float:
        return self.y + self.height / 2 + 5 - LINE_PX * len(self.lines) / 2


@dataclass(frozen=True)
class Arrow:
    """A line with a head at its end, through points in pixels.

    Attributes:
        points: from, over, to.
        label: what it carries.
        at: the middle of the label.
        both: whether it has a head at its beginning too.
    """

    points: Sequence[tuple[int, int]]
    label: str = ""
    at: tuple[int, int] = (0, 0)
    both: bool = False

    def drawn(self) -> str:
        """The arrow as SVG."""
        way = " ".join(f"{x},{y}" for x, y in self.points)
        parts = [f'<polyline points="{way}" fill="none" stroke="{LINE}" stroke-width="1.5"/>']
        parts.append(_head(self.points[-2], self.points[-1]))
        if self.both:
            parts.append(_head(self.points[1], self.points[0]))
        if self.label:
            parts += [
                _words(self.at[0], self.at[1] + LINE_PX * number, line, small=True)
                for number, line in enumerate(self.label.split("\n"))
            ]
        return "\n".join(parts)


def drawing(width: int, height: int, described: str, shapes: Iterable[Box | Arrow]) -> str:
    """A whole picture; `described` says what it shows to whom can't see it."""
    body = "\n".join(shape.drawn() for shape in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-family="{FONT}">\n<title>{escape(described)}</title>\n'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>\n{body}\n</svg>\n'
    )


def _words(x: float, y: float, text: str, *, bold: bool = False, small: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    size = 12 if small else 14
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" font-size="{size}" fill="{INK}"{weight}>'
        f"{escape(text)}</text>"
    )


def _head(before: tuple[int, int], end: tuple[int, int]) -> str:
    angle = atan2(end[1] - before[1], end[0] - before[0])
    corners = [
        (end[0] - HEAD_PX * cos(angle + turn), end[1] - HEAD_PX * sin(angle + turn))
        for turn in (-pi / 7, pi / 7)
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (end, *corners))
    return f'<polygon points="{points}" fill="{LINE}"/>'
