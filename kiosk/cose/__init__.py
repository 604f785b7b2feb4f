"""Text to bytes to signed maps: base45, zlib, CBOR and COSE, strictly read. No trust is gained here."""
