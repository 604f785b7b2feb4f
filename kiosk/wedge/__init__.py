"""Hardware scanners that pose as a keyboard ("keyboard wedge"): which keys are theirs. No Qt, no clock."""
