"""The help desk: reports, tickets with a reference, messages, and the clock of each interruption (FL-12)."""
