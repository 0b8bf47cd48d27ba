"""The library that every bot stands on; its parts are described in `docs/explanation/design.md`."""
