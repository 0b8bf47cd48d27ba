"""Changes the core in every way that mutmut knows; the fast tests have to notice."""
