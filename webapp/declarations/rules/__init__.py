"""The rules of returns: values, form models and their language, controls, states, snapshots. No Flask, no database."""
