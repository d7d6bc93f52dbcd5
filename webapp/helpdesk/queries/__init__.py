"""Named reads of the help desk, by subject."""
