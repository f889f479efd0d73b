"""Jobs: what changes the index while the service answers questions, one after the other."""

from service.jobs.queue import Jobs
from service.jobs.work import JobState, Work

__all__ = ["JobState", "Jobs", "Work"]
