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
from monitor.settings import Settings
from monitor.switches import switched
from monitor.trace import reached, trace_all
from monitor.words import plural
from pipelines import Tables
from pipelines.build import Built, Known, build
from pipelines.ingest import Ingested, ingest
from pipelines.reading import quarantine
from pipelines.reading.versions import winners
from pipelines.resolve.listing_keys import listing_keys
from pipelines.source import SourceReport
from pipelines.store import RunInfo, RunWriter, Store, StoredRun
from pipelines.tables import FILES

Say = Callable[[str], None]

VERSION = ("source", "record", "line", "content", "recorded_on", "recorded_at")
"""What tells one version of a record from another: the same content recorded later is a version of its own."""


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


def read(settings: Settings, *, now: dt.datetime, say: Say = lambda _: None) -> Ingested:
    """Read every source and change nothing."""
    switched(settings.flags)
    return ingest(settings.sources, settings.inbox, as_of=settings.day(now), progress=say)


def source_rows(reports: Sequence[SourceReport]) -> list[dict[str, Any]]:
    """A row per source and table that was read or failed; a template without rows is none."""
    keep = ("source", "table", "files", "read", "accepted", "duplicate", "quarantined", "version", "failed", "notes")
    told = [each for each in reports if each.read or each.failed]
    return [{name: value for name, value in asdict(each).items() if name in keep} for each in told]


def _keep(settings: Settings, store: Store, now: dt.datetime, say: Say) -> tuple[Ingested, bool]:
    """Read, build and store one run, when anything changed; tell whether one was made."""
    ingested, as_of = read(settings, now=now, say=say), settings.day(now)
    with store.begin() as writer:
        base = store.open() if writer.base else None
        records = _append(writer, base, ingested)
        known = Known(
            records={name: winners(frame) for name, frame in records.items()},
            reports=ingested.reports,
            own_names=settings.user.parties,
            as_of=as_of,
            registry=base.table("registry").collect() if base else None,
            before=base.tables() if base else None,
            rules=settings.trace.rules(),
            rates=settings.rates(),
        )
        built = build(known, say)
        say("keeping the run")
        _write(writer, ingested, built)
        parameters = {**_parameters(settings), "supplied": sorted(built.tables.supplied)}
        if not (writer.changed or _differs(writer.base, as_of, parameters)):
            return ingested, False
        writer.commit(
            as_of=as_of,
            made_at=now,
            lists=_lists(ingested),
            parameters=parameters,
            judgments=0,
            version=version("entrepot"),
        )
    return ingested, True


def _append(writer: RunWriter, base: StoredRun | None, ingested: Ingested) -> dict[str, pl.DataFrame]:
    """Add what the store does not know yet, and give everything known of every contract table."""
    everything = {}
    for name in FILES:
        now = ingested.records.get(name)
        before = base.records(name).collect() if base and f"records_{name}" in base.names() else None
        if now is None or now.is_empty():
            if before is not None:
                everything[name] = before.drop("known_run")
            continue
        if before is None:
            writer.append(name, now)
            everything[name] = now
            continue
        gone = [report.source for report in ingested.reports if report.mode == "snapshot" and not report.failed]
        fresh = now.join(before, on=VERSION, how="anti", nulls_equal=True)
        if fresh.height:
            writer.append(name, fresh)
        kept = before.drop("known_run").filter(~pl.col("source").is_in(gone))
        everything[name] = pl.concat([kept, now if gone else fresh], how="diagonal_relaxed").unique(
            VERSION, keep="first", maintain_order=True
        )
    return everything


def _write(writer: RunWriter, ingested: Ingested, built: Built) -> None:
    for name in sorted(built.tables.frames):
        writer.write(name, built.tables.frame(name))
    writer.write("registry", built.registry)
    writer.write("listing_keys", listing_keys(built.tables.frame("listings")))
    writer.write("quarantine", ingested.quarantine)


def _parameters(settings: Settings) -> dict[str, Any]:
    """Say what besides the records decides the result: own parties, trace limits, flag settings."""
    return {
        "user": list(settings.user.parties),
        "trace": settings.trace.model_dump(mode="json"),
        "exchange_rates": hashlib.sha256(settings.rates().write_csv().encode()).hexdigest()[:16],
        "flags": {name: each.model_dump(mode="json") for name, each in settings.flags.items()},
    }


def _differs(last: RunInfo | None, as_of: dt.date, parameters: Mapping[str, Any]) -> bool:
    plain = json.loads(json.dumps(parameters))
    return last is None or last.as_of != as_of or json.loads(json.dumps(last.parameters)) != plain


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
    notes: Sequence[str] = [note for report in ingested.reports for note in report.notes]
    unset = (
        ()
        if settings.user.parties
        else ("no [user] parties are set in monitor.toml: nothing counts as your own shipment",)
    )
    return (*unset, *notes)
