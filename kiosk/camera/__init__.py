"""From lens to code: picture sources, the capture thread, the QR decoder chain and a simulated camera.

OpenCV's V4L2 backend waits 10 s for a picture unless told otherwise before it is loaded, so the wait is
shortened here; where OpenCV was loaded earlier the capture thread's own watch still reports the loss. Its
FFmpeg is told to look at a stream for half a second, not five, before it begins.
Source: OpenCV, modules/videoio/src/cap_v4l.cpp, OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT, in seconds, and
cap_ffmpeg_impl.hpp, OPENCV_FFMPEG_CAPTURE_OPTIONS; FFmpeg, ffmpeg-formats, `analyzeduration`
(microseconds).
"""

import os

os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|analyzeduration;500000")
