"""The help desk's forms, by subject."""
