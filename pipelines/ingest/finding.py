"""Which files a declared source has, and how they are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import InputError
from pipelines.inbox import files_in
from pipelines.reading.mapping import ColumnMapping, nearest, read_mapping
from pipelines.reading.raw import date_in_name
from pipelines.source import SourceSetting
from pipelines.sources import SOURCES
from pipelines.tables import FILES


@dataclass(frozen=True)
class How:
    """How files are to be read: as declared, or (None) as they show themselves."""

    setting: SourceSetting | None = None
    table: str | None = None
    mapping: ColumnMapping | None = None

    @property
    def via(self) -> str:
        return self.setting.id if self.setting else ""

    def setting_of(self, source: str) -> SourceSetting:
        """In the inbox the files of one table are one source, named like it; a published source keeps its id."""
        return self.setting or SourceSetting(id=source)


def declared(setting: SourceSetting) -> How:
    """Say how a declared source is read.

    Raises
    ------
    InputError
        Its mapping does not hold, or its table is none.
    """
    mapping = read_mapping(setting.mapping, setting.table) if setting.mapping else None
    table = mapping.table if mapping else setting.table
    published = {source.id for source in SOURCES}
    if table is not None and table not in FILES and table not in published:
        known = [*FILES, *sorted(published)]
        raise InputError(
            f"source {setting.id}: table = {table!r} is no table{nearest(table, known)}; tables are {', '.join(known)}"
        )
    return How(setting, table if table in FILES else None, mapping)


def files_of(setting: SourceSetting) -> list[tuple[Path, str]]:
    """List the files of a declared source; of a dated full dump only the newest date counts."""
    if setting.path is None and setting.glob is None:
        raise InputError(f"source {setting.id}: neither `path` nor `glob` is set; set one")
    if setting.path is not None:
        found = files_in(setting.path) if setting.path.is_dir() else [setting.path]
    else:
        pattern = Path(setting.glob or "")
        root = Path(pattern.anchor or ".")
        found = sorted(path for path in root.glob(str(pattern.relative_to(root))) if path.is_file())
    if not found:
        raise InputError(f"source {setting.id}: no file at {setting.path or setting.glob}; correct `path` or `glob`")
    newest = max((day for path in found if (day := date_in_name(path.name))), default=None)
    if setting.mode == "snapshot" and newest:
        found = [path for path in found if date_in_name(path.name) in (None, newest)]
    return [(path, _shown(path, setting)) for path in found]


def _shown(path: Path, setting: SourceSetting) -> str:
    """Name a file of a source; within a folder by its place there, since two may bear one name."""
    if setting.path and setting.path.is_dir():
        return path.relative_to(setting.path).as_posix()
    return path.name if setting.path else path.as_posix().removeprefix(_fixed(setting.glob or ""))


def _fixed(glob: str) -> str:
    """Give the folders of a glob that hold no wildcard."""
    parts = glob.split("/")
    fixed = next((at for at, part in enumerate(parts) if any(sign in part for sign in "*?[")), len(parts) - 1)
    return "/".join(parts[:fixed]) + "/" if fixed else ""
