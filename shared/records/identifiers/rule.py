"""What it means that a value breaks its rule."""


class RuleBroken(ValueError):
    """A value breaks its rule; the text is one sentence without the value."""
