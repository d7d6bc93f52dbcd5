"""Acts on many tickets at once: carried out, undone, or left to a job. None commits, but the job's own chunks."""

from webapp.helpdesk.services.bulk.batch import get_job, may_change, run, too_many
from webapp.helpdesk.services.bulk.job import cancel, start, work
from webapp.helpdesk.services.bulk.undoing import undo

__all__ = ["cancel", "get_job", "may_change", "run", "start", "too_many", "undo", "work"]
