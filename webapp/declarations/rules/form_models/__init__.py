"""Form models: what they are made of, how their files are read and checked, how one year follows another."""
