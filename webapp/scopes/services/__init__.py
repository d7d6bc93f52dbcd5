"""The verbs of detailed scopes. Lock order: the file first, then its rows; nobody holds two files."""
