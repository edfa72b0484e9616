"""What the demo shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.show.alert import show_alert, show_alerts
from monitor.terminal import PARAGRAPH, heading, put, put_table, width
from monitor.words import number

if TYPE_CHECKING:
    from monitor.demo import Demo


def show_demo(demo: Demo) -> None:
    """Print what the demo found against what was planted, the alerts, one in full, and what to type next."""
    rows = demo.world.rows
    put(
        f"A fictional world: {number(len(rows['shipments']))} shipments, {number(len(rows['parties']))} companies, "
        f"{number(len(rows['payments']))} payments, {number(len(rows['ownership']))} shares, "
        f"{number(len(rows['sites']))} data centers. All names are made up."
    )
    put()
    planted = [
        {"planted": each.scheme.replace("_", " "), "found": ", ".join(alert["id"] for alert in alerts) or "not found"}
        for each, alerts in demo.found
        if not each.honest
    ]
    put_table(
        "Planted schemes, and the high and critical alerts that name them",
        planted,
        ("planted", "found"),
        "none planted",
    )
    honest = [alerts for each, alerts in demo.found if each.honest]
    put()
    put(f"Honest look-alikes: {len(honest)}, of which raised as high or critical: {sum(map(bool, honest))}")
    heading("Alerts, worst first")
    show_alerts(demo.alerts)
    onward = [alert for alert in demo.alerts if alert["paths"] and len(alert["paths"][0]["legs"]) > 2]
    traced = max(onward, key=lambda alert: len(alert["findings"]), default=None)
    if traced:
        heading("─" * min(PARAGRAPH, width()))
        show_alert(traced)
    config = demo.folder / "monitor.toml"
    heading(f"Done in {demo.done.seconds:.1f} s. Everything lies in {demo.folder}. Next:")
    for command in (
        f"entrepot alerts list --config {config}",
        *([f"entrepot alerts show {traced['id']} --config {config}"] if traced else []),
        f'entrepot owners "{demo.alerts[0]["party"]["name"]}" --config {config}'
        if demo.alerts
        else "entrepot flags list",
        f"entrepot check --config {config}",
    ):
        put(f"  {command}")
