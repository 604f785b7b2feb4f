"""One file a screen: setters in, requests out, nothing decided."""
