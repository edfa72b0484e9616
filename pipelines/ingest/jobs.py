"""What is read together: a file, or the files of a source that complete each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.inbox import Recognized
from pipelines.ingest.finding import How
from pipelines.known.readings import Origin
from pipelines.reading.raw import RawFile
from pipelines.source import Source, SourceSetting
from pipelines.sources import SOURCES


@dataclass(frozen=True)
class Job:
    """Files that are read together, and what they are."""

    what: Recognized
    files: list[RawFile]
    origins: list[Origin]


Identified = tuple[RawFile, Origin, Recognized]


def source_of(format_: str) -> Source:
    """Give the published source of an id."""
    return next(each for each in SOURCES if each.id == format_)


def _is_joined(source: Source) -> bool:
    return source.together or len(source.tables) > 1


def joined_formats(known: Iterable[Identified]) -> set[str]:
    """Formats among the files that are read together."""
    return {what.source for _, _, what in known if what.table is None and _is_joined(source_of(what.source))}


def jobs_of(known: Iterable[Identified]) -> list[Job]:
    """Make a job of each file; of those of a source that complete each other one."""
    jobs: list[Job] = []
    together: dict[str, Job] = {}
    for file, origin, what in known:
        job = Job(what, [file], [origin])
        if what.table is None and _is_joined(source_of(what.source)):
            first = together.setdefault(what.source, job)
            if first is not job:
                first.files.append(file)
                first.origins.append(origin)
                continue
        jobs.append(job)
    return jobs


def setting_of(job: Job, how: How) -> SourceSetting:
    """Say what the source of a job may be asked about: as declared, and as its mapping says."""
    setting, mapping = how.setting_of(job.what.source), job.what.mapping or how.mapping
    return setting if mapping is None or mapping.moves_goods else replace(setting, moves_goods=False)


def first_table(job: Job) -> str:
    """Name the table a job feeds, the first of several."""
    return job.what.table or source_of(job.what.source).tables[0]
