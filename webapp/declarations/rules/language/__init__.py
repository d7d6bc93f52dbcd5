"""The language of formulas and controls: read, checked, evaluated, with what is missing and what rounding allows."""
