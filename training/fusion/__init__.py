"""The fusion model: its network, how it is fitted, calibrated, measured and written."""
