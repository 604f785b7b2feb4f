"""Codes that come by another way than the camera: files, the clipboard, read within bounds. No Qt."""
