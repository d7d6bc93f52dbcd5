"""What may be uploaded: names, types, sizes, archives. Pure: bytes and names in, a verdict out."""
