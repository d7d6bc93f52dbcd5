"""The rules of detailed scopes: states, decisions, publication, controls and snapshots. No Flask, no database."""
