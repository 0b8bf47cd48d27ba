"""The library that every bot is built on; `docs/explanation/design.md` describes its parts."""
