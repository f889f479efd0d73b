"""Gives an answer again where the same is asked, by who may read the same, and nothing has changed since."""

from service.answering.caching.cache import AnswerCache
from service.answering.caching.kept import CacheCounts

__all__ = ["AnswerCache", "CacheCounts"]
