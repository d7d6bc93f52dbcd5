"""Pure rules of the help desk: references, states, clock events, and the account of the time that passed."""
