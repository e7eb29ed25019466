"""Streams: pictures from folders, videos and cameras, classified as they come."""

from edgesmith.runtime.streams.options import StreamOptions
from edgesmith.runtime.streams.pipeline import Stream
from edgesmith.runtime.streams.result import StreamResult
from edgesmith.runtime.streams.source import Frame, Source
from edgesmith.runtime.streams.sources import open_source, open_sources

__all__ = ["Frame", "Source", "Stream", "StreamOptions", "StreamResult", "open_source", "open_sources"]
