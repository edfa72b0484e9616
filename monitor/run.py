"""The flow on one screen: read → build → keep → check → raise → deliver."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from typing import Any

import polars as pl

from models.over_purchase import over_purchase
from monitor.alert import Alert, alerts
from monitor.channel import DeliveryReport, deliver
from monitor.check import check
from monitor.confidential import marked
from monitor.journal import Journal, RaiseReport
from monitor.operator_notice import notice
from monitor.red_flags import FLAGS
from monitor.retention import tidy
from monitor.settings import Settings
from monitor.switches import switched
from monitor.trace import reached, trace_all
from monitor.unpriced import unpriced
from monitor.words import plural
from pipelines import Tables
from pipelines.build import Built, Known, build
from pipelines.ingest import Ingested, ingest
from pipelines.known.kept import KNOWN, Kept, nothing_known
from pipelines.known.presence import Presence
from pipelines.known.readings import newest_copies, restored, stored
from pipelines.known.standing import Standing, standing
from pipelines.reading import quarantine
from pipelines.reading.versions import record_schema
from pipelines.resolve.listing_keys import listing_keys
from pipelines.source import SourceReport
from pipelines.store import RunInfo, RunWriter, Store, StoredRun
from pipelines.tables import FILES

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pass:
    """What one pass did."""

    run: int | None
    new_run: bool
    reports: tuple[SourceReport, ...]
    not_understood: tuple[str, ...]
    not_recognized: Mapping[str, int]
    raised: RaiseReport
    delivered: DeliveryReport
    seconds: float
    notes: tuple[str, ...] = field(default=())
    quarantine: pl.DataFrame = field(default_factory=quarantine.empty, repr=False, compare=False)

    @property
    def failed(self) -> tuple[str, ...]:
        """One line for each source that could not be read."""
        return tuple(report.failed for report in self.reports if report.failed)

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for each file that could not be read."""
        return tuple(line for report in self.reports for line in report.failures)

    @property
    def counts(self) -> tuple[str, ...]:
        """What the run could not use, in words."""
        told = self.not_recognized
        if not told:
            return ()
        return (
            (
                f"{told['shipments']:,} of {told['of']:,} shipments have goods we do not recognize; "
                f"{told['parties_without_country']:,} parties have no country"
            ),
        )

    @property
    def sentence(self) -> str:
        """The pass in one sentence."""
        counts = self.raised.counts
        told = f"{plural(counts['raised'], 'alert')} raised, {counts['updated']} updated, "
        told += f"{counts['withdrawn']} withdrawn; {plural(self.delivered.delivered, 'message')} delivered"
        kept = f"run {self.run}" if self.new_run else "nothing changed, no new run"
        return f"{kept}; {told}; {self.seconds:.1f} s"


def run(settings: Settings, *, now: dt.datetime, say: Say = lambda _: None) -> Pass:
    """Make one full pass: read every source, keep what is new, raise the alerts of every run not yet raised, deliver.

    Idempotent: the same input on the same day makes no new run and raises nothing.

    Raises
    ------
    InputError
        The settings of red flags cannot be understood; nothing was read.
    StoreError
        The store or the journal cannot be used.
    """
    began = time.monotonic()
    switched(settings.flags)
    store, journal = Store(settings.store.path), Journal(settings.journal.url)
    say("reading sources")
    ingested, made = _keep(settings, store, now, say)
    journal.note_reading(source_rows(ingested.reports), now)
    notice(journal, ingested.reports, now, settings.channel_names(), settings=settings.sources, store=store)
    report = _raise(settings, store, journal, now, say)
    say("delivering")
    delivered = deliver(journal, settings.channels(), now)
    tidy(settings, journal, now, say)
    last = store.last()
    return Pass(
        run=last.run if last else None,
        new_run=made,
        reports=tuple(ingested.reports),
        not_understood=tuple(ingested.not_understood),
        not_recognized=_not_recognized(store.open().tables()) if last else {},
        raised=report,
        delivered=delivered,
        seconds=time.monotonic() - began,
        notes=_notes(settings, ingested),
        quarantine=ingested.quarantine,
    )


def read(settings: Settings, *, now: dt.datetime, kept: Kept | None = None, say: Say = lambda _: None) -> Ingested:
    """Read what changed in every source since `kept`, all of it without; change nothing."""
    switched(settings.flags)
    return ingest(
        settings.sources,
        settings.inbox,
        as_of=settings.day(now),
        now=now,
        kept=kept,
        progress=say,
        downloads=settings.downloads,
    )


def source_rows(reports: Sequence[SourceReport]) -> list[dict[str, Any]]:
    """A row per source and table that was read or failed; a template without rows is none."""
    keep = (
        "source", "table", "files", "read", "accepted", "duplicate", "quarantined", "corrected", "version", "failed",
        "notes", "last_read_at",
    )  # fmt: skip
    told = [each for each in reports if each.read or each.failed]
    return [{name: value for name, value in asdict(each).items() if name in keep} for each in told]


def _keep(settings: Settings, store: Store, now: dt.datetime, say: Say) -> tuple[Ingested, bool]:
    """Read, build and store one run, when anything changed; tell whether one was made."""
    as_of = settings.day(now)
    with store.begin() as writer:
        base = store.open() if writer.base else None
        ingested = read(settings, now=now, kept=kept_of(base), say=say)
        parameters = _parameters(settings)
        if base and not (ingested.changed or _differs(base.info, as_of, parameters)):
            return ingested, False
        known = Known(
            records=_append(writer, base, ingested, settings),
            reports=ingested.reports,
            own_names=settings.user.parties,
            as_of=as_of,
            registry=base.table("registry").collect() if base else None,
            before=base.tables() if base else None,
            presence=ingested.presence,
            rules=settings.trace.rules(),
            rates=settings.rates(),
        )
        built = build(known, say)
        say("keeping the run")
        _write(writer, ingested, built)
        writer.commit(
            as_of=as_of,
            made_at=now,
            lists=_lists(ingested),
            parameters={**parameters, "supplied": sorted(built.tables.supplied)},
            judgments=0,
            version=version("entrepot"),
        )
    return ingested, True


def kept_of(base: StoredRun | None) -> Kept:
    """Give what a run keeps of the files it read; nothing where it was made before files were kept, or is none."""
    if base is None or "readings" not in base.names():
        return Kept()

    def versions(table: str, keys: pl.DataFrame) -> pl.DataFrame:
        if f"records_{table}" not in base.names():
            return nothing_known(table, keys)
        known = base.records(table).select(list(KNOWN))
        return known.join(keys.lazy(), on="key", how="semi").collect()

    held = {name: base.table(name).collect() for name in (*Standing().frames(), *Presence().frames())}
    return Kept(
        readings=restored(base.table("readings").collect()),
        quarantine=base.table("quarantine").collect(),
        beside=Standing(**{name: held[name] for name in Standing().frames()}),
        presence=Presence(*(held[name] for name in Presence().frames())),
        versions=versions,
    )


def _append(
    writer: RunWriter, base: StoredRun | None, ingested: Ingested, settings: Settings
) -> dict[str, pl.DataFrame]:
    """Add what the store does not know yet, and give what stands of every contract table."""
    newest = newest_copies(ingested.readings, {each.id: each.mode for each in settings.sources})
    everything = {}
    for name in FILES:
        writer.append(name, ingested.pieces(name), record_schema(name))
        before = base.records(name).drop("known_run").collect() if base and f"records_{name}" in base.names() else None
        fresh = ingested.records[name]
        known = fresh if before is None else pl.concat([before, fresh], how="diagonal_relaxed")
        if known.height:
            everything[name] = standing(known, name, ingested.beside, newest.get(name))
    return everything


def _write(writer: RunWriter, ingested: Ingested, built: Built) -> None:
    """Write what was made of the records, and what is kept of their files."""
    for name in sorted(built.tables.frames):
        writer.write(name, built.tables.frame(name))
    writer.write("registry", built.registry)
    writer.write("listing_keys", listing_keys(built.tables.frame("listings")))
    for name, frame in kept_tables(ingested).items():
        writer.write(name, frame)


def kept_tables(ingested: Ingested) -> dict[str, pl.DataFrame]:
    """Name the tables by which the next pass reads only what changed."""
    return {
        "readings": stored(ingested.readings),
        "quarantine": ingested.quarantine,
        **ingested.beside.frames(),
        **ingested.presence.frames(),
    }


def _parameters(settings: Settings) -> dict[str, Any]:
    """Say what besides the records decides the result: own parties, trace limits, flag settings."""
    return {
        "user": list(settings.user.parties),
        "trace": settings.trace.model_dump(mode="json"),
        "exchange_rates": hashlib.sha256(settings.rates().write_csv().encode()).hexdigest()[:16],
        "flags": {name: each.model_dump(mode="json") for name, each in settings.flags.items()},
    }


def _differs(last: RunInfo, as_of: dt.date, parameters: Mapping[str, Any]) -> bool:
    before = {name: each for name, each in last.parameters.items() if name != "supplied"}
    return last.as_of != as_of or before != json.loads(json.dumps(parameters)) or last.version != version("entrepot")


def _lists(ingested: Ingested) -> dict[str, str]:
    return {report.source: report.version or "" for report in ingested.reports if report.table == "listings"}


def _raise(settings: Settings, store: Store, journal: Journal, now: dt.datetime, say: Say) -> RaiseReport:
    """Raise the alerts of every run the journal has not seen, oldest first.

    A store that was begun anew beside an old journal counts from 1 again: its last run is raised all the same.
    """
    done, runs, total = journal.last_raised() or 0, store.runs().get_column("run").to_list(), RaiseReport()
    restarted = bool(runs) and runs[-1] < done
    for number in runs[-1:] if restarted else [each for each in runs if each > done]:
        say(f"checking red flags and tracing run {number}")
        opened = store.open(number)
        found = suspect(opened.tables().held(), settings, snapshot=snapshot(opened.info))
        report = journal.raise_all(
            found, run=number, now=now, channels=settings.channel_names(), deliver_from=settings.deliver_from
        )
        total = _both(total, report)
    return total


def _both(one: RaiseReport, other: RaiseReport) -> RaiseReport:
    """Add up what two runs raised."""
    return RaiseReport(**{each.name: (*getattr(one, each.name), *getattr(other, each.name)) for each in fields(one)})


def suspect(tables: Tables, settings: Settings, *, snapshot: Mapping[str, Any]) -> list[Alert]:
    """Check one picture of the world and trace its goods: the alerts it gives, worst first."""
    suspicions = trace_all(tables, rules=settings.trace.rules(), k=settings.trace.k)
    traced = tables.replace(reached=reached(suspicions), over_purchase=over_purchase(tables))
    enabled, knobs = switched(settings.flags)
    checked = check(traced, settings=knobs, flags=enabled)
    return marked(alerts(traced, checked, suspicions, snapshot=snapshot, flags=FLAGS), traced)


def snapshot(info: RunInfo) -> dict[str, Any]:
    """What an alert must name to be replayed: the run, its tables, lists, rules and code."""
    rules = hashlib.sha256(json.dumps(info.parameters.get("flags", {}), sort_keys=True).encode()).hexdigest()[:12]
    return {
        "run": info.run,
        "as_of": info.as_of.isoformat(),
        "made_at": info.made_at.isoformat(),
        "tables": dict(info.versions),
        "lists": dict(info.lists),
        "judgments": info.judgments,
        "rules": rules,
        "model": "over_purchase 1",
        "version": info.version,
    }


def _not_recognized(tables: Tables) -> dict[str, int]:
    counts = (
        tables.polars("shipments")
        .select(shipments=pl.col("family").is_null().sum(), of=pl.len())
        .collect()
        .row(0, named=True)
    )
    no_country = tables.polars("parties").filter(pl.col("country").is_null()).select(pl.len()).collect().item()
    return {**counts, "parties_without_country": no_country}


def _notes(settings: Settings, ingested: Ingested) -> tuple[str, ...]:
    notes: Sequence[str] = [note for report in ingested.reports for note in report.told]
    notes = [*notes, *unpriced(ingested.records, settings.rates())]
    unset = (
        ()
        if settings.user.parties
        else ("no [user] parties are set in monitor.toml: nothing counts as your own shipment",)
    )
    return (*unset, *notes)
