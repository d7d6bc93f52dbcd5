"""Returns filled in offline: what a workbook brought back, and what of it would change."""
