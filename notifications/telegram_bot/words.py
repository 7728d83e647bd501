"""What the bot says, in three languages: English, Chinese, Russian. Values are escaped for HTML."""

from __future__ import annotations

from accounts.choices import Language
from notifications.telegram_bot.outgoing import escape

ORDER = (str(Language.ENGLISH), str(Language.CHINESE), str(Language.RUSSIAN))

TEXTS: dict[str, tuple[str, str, str]] = {
    "linked_private": (
        "✓ This chat is linked to <b>{team}</b> as <b>{user}</b>. You will be told of alerts and "
        "restocks here. /help shows what else I can do.",
        "✓ 此聊天已关联到 <b>{team}</b>，用户 <b>{user}</b>。警报和补货消息会发到这里。/help 查看全部命令。",
        "✓ Этот чат связан с <b>{team}</b> как <b>{user}</b>. Сюда придут тревоги и поступления. "
        "/help — что ещё я умею.",
    ),
    "linked_group": (
        "✓ This chat is linked to <b>{team}</b>. Messages of the team come here. Whoever wants to "
        "press buttons links their own private chat with me first.",
        "✓ 此聊天已关联到 <b>{team}</b>，团队消息会发到这里。要使用按钮，请先与我私聊并关联账号。",
        "✓ Этот чат связан с <b>{team}</b>. Сюда приходят сообщения команды. Чтобы нажимать кнопки, "
        "сначала свяжите со мной свой личный чат.",
    ),
    "already_linked": (
        "This chat is linked to <b>{team}</b>. /help shows what I can do.",
        "此聊天已关联到 <b>{team}</b>。/help 查看全部命令。",
        "Этот чат связан с <b>{team}</b>. /help — что я умею.",
    ),
    "link_here": (
        "To link this chat, open the page below within {minutes} minutes, log in and pick your "
        "team.\n{address}",
        "要关联此聊天，请在 {minutes} 分钟内打开下面的页面，登录并选择团队。\n{address}",
        "Чтобы связать этот чат, откройте страницу в течение {minutes} минут, войдите и выберите "
        "команду.\n{address}",
    ),
    "link_expired": (
        "This link was used already or is too old. Make a new one under Channels > Link Telegram.",
        "此链接已使用或已过期。请在「消息发送 > 关联 Telegram」中重新生成。",
        "Эта ссылка уже использована или устарела. Создайте новую: Доставка > Привязать Telegram.",
    ),
    "link_role": (
        "Only an owner of the team may link a group or channel.",
        "只有团队所有者可以关联群组或频道。",
        "Связать группу или канал может только владелец команды.",
    ),
    "link_taken": (
        "This chat is linked to another team or person. Send /unlink here first.",
        "此聊天已关联到另一个团队或用户，请先发送 /unlink。",
        "Этот чат связан с другой командой или другим человеком. Сначала отправьте /unlink.",
    ),
    "not_linked": (
        "This chat is not linked. Send /start.",
        "此聊天尚未关联，请发送 /start。",
        "Этот чат не связан. Отправьте /start.",
    ),
    "stranger": (
        "I do not know you yet. Write /start to me in a private chat and link it.",
        "我还不认识您。请与我私聊发送 /start 并关联账号。",
        "Мы пока не знакомы. Напишите мне /start в личном чате и свяжите его.",
    ),
    "refused": (
        "You may not do this here.",
        "您在这里没有权限。",
        "Здесь вам это недоступно.",
    ),
    "unknown": (
        "I do not know this command. /help shows what I can do.",
        "未知命令。/help 查看全部命令。",
        "Не знаю такой команды. /help — что я умею.",
    ),
    "not_found": (
        "There is nothing with the number {id} here.",
        "没有编号为 {id} 的条目。",
        "Ничего с номером {id} здесь нет.",
    ),
    "usage": ("Write it like this: {usage}", "用法：{usage}", "Пишите так: {usage}"),
    "nothing": ("Nothing found.", "没有找到。", "Ничего не найдено."),
    "more": (
        "… and {count} more. Be more exact.",
        "……还有 {count} 个，请输入更准确的名称。",
        "… и ещё {count}. Уточните запрос.",
    ),
    "status": (
        "<b>{team}</b>\nMonitors: {monitors} ({in_stock} in stock, {out_of_stock} sold out, "
        "{unknown} unknown)\nLow: {low} · need attention: {error} · paused: {paused}\n"
        "Websites: {websites} ({websites_failing} failing)\nOpen alerts: {alerts}",
        "<b>{team}</b>\n监控：{monitors}（有货 {in_stock}，售罄 {out_of_stock}，未知 {unknown}）\n"
        "低库存：{low} · 需处理：{error} · 暂停：{paused}\n"
        "网站：{websites}（异常 {websites_failing}）\n未解决的警报：{alerts}",
        "<b>{team}</b>\nТоваров: {monitors} (в наличии {in_stock}, распродано {out_of_stock}, "
        "неизвестно {unknown})\nМало: {low} · требуют внимания: {error} · на паузе: {paused}\n"
        "Сайтов: {websites} (с ошибками {websites_failing})\nОткрытых тревог: {alerts}",
    ),
    "no_alerts": ("No open alerts.", "没有未解决的警报。", "Открытых тревог нет."),
    "page": ("Page {page} of {pages}", "第 {page} / {pages} 页", "Страница {page} из {pages}"),
    "in_stock": ("in stock", "有货", "в наличии"),
    "sold_out": ("sold out", "售罄", "распродано"),
    "stock_unknown": ("unknown", "未知", "неизвестно"),
    "paused": ("paused", "已暂停", "на паузе"),
    "kind_low": ("Low stock", "库存不足", "Мало товара"),
    "kind_high": ("High stock", "库存过高", "Много товара"),
    "kind_out_of_stock": ("Out of stock", "缺货", "Нет в наличии"),
    "kind_unreachable": ("Website unreachable", "网站无法访问", "Сайт недоступен"),
    "since": ("since {time}", "自 {time}", "с {time}"),
    "acknowledged": (
        "✓ Acknowledged by {name}",
        "✓ 已由 {name} 确认",
        "✓ Принял(а) {name}",
    ),
    "already_acknowledged": (
        "Acknowledged already, by {name}.",
        "已由 {name} 确认过。",
        "Уже принято: {name}.",
    ),
    "somebody": ("somebody", "某人", "кто-то"),
    "resolved": ("It is resolved already.", "已解决。", "Уже закрыто."),
    "muted": (
        "🔕 {name} is muted until {time}.",
        "🔕 {name} 已静音至 {time}。",
        "🔕 {name}: тихо до {time}.",
    ),
    "muted_by": (
        "🔕 Muted until {time} by {name}",
        "🔕 {name} 静音至 {time}",
        "🔕 Тихо до {time} ({name})",
    ),
    "unmuted": ("🔔 {name} speaks again.", "🔔 {name} 已恢复通知。", "🔔 {name}: снова слышно."),
    "not_muted": ("{name} is not muted.", "{name} 未静音。", "{name}: звук не выключен."),
    "subscribed": (
        "This chat is told of: {events}",
        "此聊天接收：{events}",
        "В этот чат приходят: {events}",
    ),
    "bad_events": (
        "Unknown: {unknown}. There are: {known}, or all.",
        "未知：{unknown}。可选：{known}，或 all。",
        "Неизвестно: {unknown}. Есть: {known}, или all.",
    ),
    "unlinked": (
        "This chat is unlinked. No more messages come here.",
        "已取消关联，此聊天不再接收消息。",
        "Связь снята. Сообщения сюда больше не приходят.",
    ),
    "help": ("<b>Commands</b>", "<b>命令</b>", "<b>Команды</b>"),
    "do_start": ("link this chat", "关联此聊天", "связать этот чат"),
    "do_help": ("this list", "本列表", "этот список"),
    "do_status": ("counts at a glance", "总览", "сводка"),
    "do_stock": ("stock of products by name", "按名称查询库存", "остаток по названию"),
    "do_monitors": ("everything that is watched", "全部监控", "всё, за чем следим"),
    "do_alerts": ("alerts that are not resolved", "未解决的警报", "незакрытые тревоги"),
    "do_mute": (
        "silence a monitor, for 24 hours unless you say how many",
        "静音某个监控，默认 24 小时",
        "заглушить товар, на 24 часа, если не сказано иначе",
    ),
    "do_unmute": ("let it speak again", "取消静音", "снова включить"),
    "do_ack": (
        "acknowledge an alert: no more reminders",
        "确认警报，不再提醒",
        "принять тревогу: без напоминаний",
    ),
    "do_subscribe": (
        "what this chat is told of; with names: change it",
        "此聊天接收哪些消息；带名称则更改",
        "что приходит в чат; с названиями — изменить",
    ),
    "do_unlink": ("no more messages here", "取消关联此聊天", "отвязать этот чат"),
}


def say(key: str, language: str, **values: object) -> str:
    """The text in that language, else in English, as HTML; values are escaped."""
    return say_plain(key, language, **{name: escape(value) for name, value in values.items()})


def say_plain(key: str, language: str, **values: object) -> str:
    """The same for places that show no HTML: buttons and answers to a press."""
    texts = TEXTS[key]
    text = texts[ORDER.index(language)] if language in ORDER else texts[0]
    return text.format(**values)
