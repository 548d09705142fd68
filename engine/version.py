"""The release: in its own module, so that runs can record it without the public face."""

__version__ = "0.2.0"
