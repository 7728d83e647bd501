"""Every metric by name: its meaning and its labels. docs/metrics.md, the dashboard and the alert
rules are held against this list."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client.metrics_core import GaugeMetricFamily

PREFIX = "stock_monitor_"
TEAM = "team"

DEFINITIONS: dict[str, Definition] = {}


@dataclass(frozen=True, slots=True)
class Definition:
    """`is_of_teams`: it gets the label `team` where that is asked for."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    is_of_teams: bool = False

    def __post_init__(self) -> None:
        DEFINITIONS[self.name] = self

    def gauge(self, *, by_team: bool = False) -> GaugeMetricFamily:
        """An empty one: its values come by `add_metric(labels, value)`, the team last."""
        more = (TEAM,) if by_team and self.is_of_teams else ()
        return GaugeMetricFamily(self.name, self.help, labels=[*self.labels, *more])


@dataclass(frozen=True, slots=True)
class Family:
    """A gauge under way."""

    definition: Definition
    by_team: bool
    gauge: GaugeMetricFamily = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gauge", self.definition.gauge(by_team=self.by_team))

    def add(self, value: float, *labels: str, team: str = "") -> None:
        more = (team,) if self.by_team and self.definition.is_of_teams else ()
        self.gauge.add_metric([*labels, *more], value)


def _of_teams(name: str, text: str, *labels: str) -> Definition:
    return Definition(PREFIX + name, text, labels, is_of_teams=True)


def _of_all(name: str, text: str, *labels: str) -> Definition:
    return Definition(PREFIX + name, text, labels)


# --- Websites --------------------------------------------------------------------------------

WEBSITES = _of_teams("websites", "Websites by source kind and health.", "source", "health")
MONITORS = _of_teams("monitors", "Monitors by status.", "status")
READ_AGE_MAX = _of_teams(
    "last_good_read_age_seconds_max",
    "Seconds since the last good read of the website that was read longest ago. "
    "Active websites that are polled and were read before.",
    "source",
)
READ_AGE_BUCKET = _of_teams(
    "last_good_read_age_seconds_bucket",
    "Such websites whose last good read is at most `le` seconds old; for histogram_quantile().",
    "source",
    "le",
)
NEVER_READ = _of_teams(
    "websites_never_read", "Active websites that are polled and had no good read yet.", "source"
)
LAST_OUTCOME = _of_teams(
    "websites_by_last_poll",
    "Active websites by the outcome of their newest finished poll and the kind that read.",
    "source",
    "outcome",
)
DUE = _of_teams("websites_due", "Websites whose time has come and that nobody took yet.", "source")
DUE_LATENESS = _of_teams(
    "due_lateness_seconds_max",
    "Seconds by which the longest waiting of them is late; 0 when none is due.",
    "source",
)
QUEUED = _of_teams(
    "websites_queued", "Websites whose poll was given to the queue and did not begin.", "source"
)
QUEUED_AGE = _of_teams(
    "websites_queued_age_seconds_max", "Seconds the longest queued of them has waited.", "source"
)
POLLING = _of_teams("websites_polling", "Websites somebody is polling now.", "source")

# --- Messages --------------------------------------------------------------------------------

EVENTS = _of_teams("events_last_hour", "Events of the last hour by type.", "event_type")
UNPLANNED = _of_all("events_unplanned", "Events that were not matched with subscriptions yet.")
UNPLANNED_AGE = _of_all("events_unplanned_age_seconds_max", "Seconds since the oldest of them.")
OUTBOX = _of_teams(
    "outbox_messages",
    "Messages owed. due: could be sent now; waiting: for a retry, a digest or a channel that "
    "asked to wait; sending: under way.",
    "channel",
    "state",
)
OUTBOX_AGE = _of_teams(
    "outbox_age_seconds_max", "Seconds since the oldest due message was owed.", "channel"
)
OUTBOX_LATENESS = _of_teams(
    "outbox_lateness_seconds_max",
    "Seconds by which the longest waiting due message is late; 0 when none is due.",
    "channel",
)
MESSAGES = _of_teams(
    "messages_last_hour",
    "Messages made in the last hour, by what has become of them until now.",
    "channel",
    "status",
)
LATENCY = _of_teams(
    "delivery_latency_seconds",
    "Seconds from the event to the sent message, of messages of the last hour that were to go at "
    "once (at most the newest 2000). quantile 1 is the slowest.",
    "channel",
    "quantile",
)
CHANNELS = _of_teams("channels", "Channels by kind and health.", "channel", "health")

# --- System ----------------------------------------------------------------------------------

BUILD = _of_all("build_info", "Always 1; the label says which version runs.", "version")
BEAT_AGE = _of_all(
    "heartbeat_age_seconds",
    "Seconds since a part proved that it works: `ticker`, or a queue that answered a canary. "
    "A part that never did has no value.",
    "part",
)
QUEUE_TASKS = _of_all(
    "queue_tasks_waiting",
    "Tasks that wait in a queue. None while its Redis does not answer.",
    "queue",
)
FAILED_TASKS = _of_all("queue_failed_tasks_last_hour", "Tasks that ended with an error.")
PROCESS_EVENTS = _of_all(
    "process_events_last_hour",
    "What happened to processes: started, stopped, died, silent (and restarted), killed, "
    "leftovers.",
    "process",
    "what",
)
SCRAPE_SECONDS = _of_all("scrape_seconds", "Seconds it took to read all of this.")
