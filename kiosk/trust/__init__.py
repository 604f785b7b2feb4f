"""Whom the kiosk trusts: the signed store, its updates, its ages and the clock that judges them."""
