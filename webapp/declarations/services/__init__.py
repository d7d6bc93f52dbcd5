"""The verbs of returns and campaigns. Lock order: the return first, then its rows; nobody holds two returns."""
