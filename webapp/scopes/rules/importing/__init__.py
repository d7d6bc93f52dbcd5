"""Imports: from a table that was pasted or sent to what it would do to the draft, row by row and cell by cell. Pure."""
