"""The terms of use: their dated versions, and who accepted which when."""
