"""What a code holds, layer by layer, for integrators: reads by the standards, decides nothing, trusts nobody.

The kiosk's own reader is stricter; what it would refuse is said in sentences beside the layers.
"""
