"""The audit log: one committed row for each visit, chained by hash, without personal data in clear.

`entry` says what a row can hold, `canonical` its bytes, `chain` its hash; `log` appends, `check` reads.
"""
