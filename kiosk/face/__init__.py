"""The face step: one live person, the same person as in the credential's photo."""
