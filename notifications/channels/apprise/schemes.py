"""Data: which Apprise schemes are taken, what each needs, and why others are refused.

A scheme is taken when its plugin does nothing but HTTP requests, all of them through `requests` in
its own module (a test reads their source). Only the `?options` named here are taken: others read
files, start further requests or undo our own rules (template, attach, key, cto, retry, verify ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scheme:
    """`names`: what stands before `://`. `plugin`: module and class in apprise.plugins.

    `proof`: (key, values) of a JSON answer that mean "accepted", for services that answer 200 to
    everything; Apprise does not look at it.
    """

    label: str
    names: tuple[str, ...]
    plugin: str
    example: str
    options: frozenset[str] = frozenset()
    proof: tuple[str, tuple[Any, ...]] | None = None


def _options(words: str) -> frozenset[str]:
    return frozenset(words.split())


ZERO = (0, "0")
X32 = "X" * 32

SCHEMES: tuple[Scheme, ...] = (
    # Chats of teams.
    Scheme("Discord", ("discord",), "discord:NotifyDiscord", "discord://WEBHOOK_ID/WEBHOOK_TOKEN",
           _options("avatar footer thread tts")),
    Scheme("Slack", ("slack",), "slack:NotifySlack", "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
           _options("footer mode timestamp to token")),
    Scheme("Microsoft Teams (Power Automate workflow)", ("workflows", "workflow"),
           "workflows:NotifyWorkflows", "workflows://HOST:443/WORKFLOW/SIGNATURE",
           _options("api-version id pa powerautomate sig sp sv ver wrap")),
    Scheme("Google Chat", ("gchat",), "google_chat:NotifyGoogleChat",
           "gchat://SPACE/KEY/TOKEN", _options("key thread token workspace")),
    Scheme("Mattermost", ("mmosts", "mmost"), "mattermost:NotifyMattermost",
           "mmosts://HOST/HOOK_KEY", _options("botname channel mode team")),
    Scheme("Rocket.Chat", ("rockets", "rocket"), "rocketchat:NotifyRocketChat",
           "rockets://HOOK/TOKEN@HOST", _options("mode")),
    Scheme("Matrix", ("matrixs", "matrix"), "matrix.base:NotifyMatrix",
           "matrixs://TOKEN@HOST/!ROOM_ID", _options("mode msgtype path token version")),
    Scheme("Zulip", ("zulip",), "zulip:NotifyZulip", f"zulip://BOT@ORGANIZATION/{X32}/STREAM",
           _options("to token")),
    Scheme("Webex", ("wxteams", "webex"), "webexteams:NotifyWebexTeams", "wxteams://TOKEN",
           _options("mode to token")),
    Scheme("Feishu", ("feishu",), "feishu:NotifyFeishu", "feishu://TOKEN", _options("token"),
           proof=("code", ZERO)),
    Scheme("Lark", ("lark",), "lark:NotifyLark", "lark://TOKEN", proof=("code", ZERO)),
    Scheme("DingTalk", ("dingtalk",), "dingtalk:NotifyDingTalk", "dingtalk://SECRET@TOKEN",
           _options("secret token"), proof=("errcode", ZERO)),
    Scheme("WeCom bot", ("wecombot",), "wecombot:NotifyWeComBot", "wecombot://KEY",
           _options("key"), proof=("errcode", ZERO)),
    # Pushes to a phone.
    Scheme("ntfy", ("ntfys", "ntfy"), "ntfy:NotifyNtfy", "ntfys://TOPIC",
           _options("auth click mode priority tags token xtags")),
    Scheme("Pushover", ("pover",), "pushover:NotifyPushover", "pover://USER_KEY@TOKEN",
           _options("expire interval priority sound")),
    Scheme("Gotify", ("gotifys", "gotify"), "gotify:NotifyGotify", "gotifys://HOST/TOKEN",
           _options("priority")),
    Scheme("Bark", ("barks", "bark"), "bark:NotifyBark", "barks://HOST/DEVICE_KEY",
           _options("group level sound volume"), proof=("code", (200,))),
    Scheme("ServerChan", ("schan",), "serverchan:NotifyServerChan", "schan://TOKEN",
           proof=("code", ZERO)),
    Scheme("PushDeer", ("pushdeers", "pushdeer"), "pushdeer:NotifyPushDeer",
           "pushdeer://PUSHKEY", proof=("code", ZERO)),
    Scheme("Pushplus", ("pushplus",), "pushplus:NotifyPushplus", f"pushplus://{X32}",
           _options("channel topic"), proof=("code", (200,))),
    Scheme("WxPusher", ("wxpusher",), "wxpusher:NotifyWxPusher", "wxpusher://AT_TOKEN/UID_USER",
           _options("to token"), proof=("code", (1000,))),
    Scheme("Pushbullet", ("pbul",), "pushbullet:NotifyPushBullet", "pbul://ACCESS_TOKEN"),
    Scheme("Pushsafer", ("psafers", "psafer"), "pushsafer:NotifyPushSafer", "psafers://PRIVATE_KEY",
           _options("priority sound vibration")),
    Scheme("Pushy", ("pushy",), "pushy:NotifyPushy", "pushy://API_KEY/DEVICE", _options("sound")),
    Scheme("Join", ("join",), "join:NotifyJoin", f"join://{X32}/DEVICE", _options("priority")),
    Scheme("LINE", ("line",), "line:NotifyLine", "line://TOKEN/USER_ID"),
    Scheme("Signal (a signal-cli REST server)", ("signals", "signal"), "signal_api:NotifySignalAPI",
           "signals://HOST/+15550000001/+15550000002", _options("from status to")),
    Scheme("Threema Gateway", ("threema",), "threema:NotifyThreema",
           "threema://*GATEWAY@SECRET/+15550000002"),
    # On call.
    Scheme("PagerDuty", ("pagerduty",), "pagerduty:NotifyPagerDuty",
           "pagerduty://INTEGRATION_KEY@API_KEY", _options("region severity")),
)  # fmt: skip

BY_NAME: dict[str, Scheme] = {name: scheme for scheme in SCHEMES for name in scheme.names}

_OWN_KIND = "There is a channel kind of its own for that: {}."
_LOCAL = "It acts on this machine instead of sending."
_RAW = "It does not speak HTTP, so its address cannot be checked before it connects."

REFUSED: dict[str, str] = {
    **dict.fromkeys(("tgram", "telegram"), _OWN_KIND.format("Telegram")),
    **dict.fromkeys(("mailto", "mailtos", "email"), _OWN_KIND.format("E-mail")),
    **dict.fromkeys(("json", "jsons", "form", "forms", "xml", "xmls"), _OWN_KIND.format("Webhook")),
    **dict.fromkeys(
        ("dbus", "qt", "glib", "kde", "gnome", "macosx", "windows", "syslog", "file"), _LOCAL
    ),
    **dict.fromkeys(
        ("mqtt", "mqtts", "rsyslog", "growl", "smpp", "smpps", "irc", "ircs", "xmpp", "xmpps"),
        _RAW,
    ),
    **dict.fromkeys(
        ("apprise", "apprises"), "It hands the message to another server that sends on anywhere."
    ),
}
"""Reasons people are told for schemes they may expect; any other one is simply not offered."""
