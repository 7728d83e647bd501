"""Pure: the words of the board in three languages, and which of them a visitor reads.

Numbers stand apart from words, so that none must be declined.
"""

from __future__ import annotations

from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.choices import Language

ENGLISH: dict[str, str] = {
    "title": "In stock",
    "lead": "What is in stock right now, read from the shops themselves.",
    "skip": "Skip to the products",
    "languages": "Language",
    "filters": "Filter the products",
    "q": "Search",
    "q_hint": "Product, shop or location",
    "more": "More filters and order",
    "shop": "Shop",
    "region": "Location",
    "currency": "Currency",
    "any": "All",
    "price_from": "Price from",
    "price_to": "Price to",
    "sort": "Order",
    "sort.-since": "Newest first",
    "sort.since": "Longest in stock first",
    "sort.name": "By name",
    "sort.price": "Cheapest first",
    "sort.-price": "Dearest first",
    "sort.shop": "By shop",
    "apply": "Show",
    "reset": "Clear all",
    "found": "Products in stock: {count}",
    "product": "Product",
    "price": "Price",
    "quantity": "Left",
    "since": "In stock since",
    "seen": "Last seen",
    "link": "Link",
    "buy": "To the shop",
    "unknown": "unknown",
    "nothing": "Nothing is in stock right now",
    "nothing_line": "The feed tells you when something comes back.",
    "no_match": "No product matches",
    "no_match_line": "Take a filter away, or search for less.",
    "pages": "Pages",
    "page": "Page {page} of {pages}",
    "previous": "Previous",
    "next": "Next",
    "feed": "Restocks as a feed",
    "json": "As JSON",
    "times": "Times:",
    "explain": "A product stands here only while its shop can be read. What is unknown or out of "
    "date is left out.",
    "feed.title": "{team}: back in stock",
    "feed.item": "{product}: back in stock",
    "badge.in": "in stock",
    "badge.out": "sold out",
    "badge.unknown": "unknown",
    "many": "Too many requests. Try again in {seconds} s.",
}

CHINESE: dict[str, str] = {
    "title": "现货",
    "lead": "当前有货的商品，数据直接读取自各店铺。",
    "skip": "跳到商品列表",
    "languages": "语言",
    "filters": "筛选商品",
    "q": "搜索",
    "q_hint": "商品、店铺或地区",
    "more": "更多筛选与排序",
    "shop": "店铺",
    "region": "地区",
    "currency": "货币",
    "any": "全部",
    "price_from": "最低价格",
    "price_to": "最高价格",
    "sort": "排序",
    "sort.-since": "最新有货",
    "sort.since": "有货最久",
    "sort.name": "按名称",
    "sort.price": "价格从低到高",
    "sort.-price": "价格从高到低",
    "sort.shop": "按店铺",
    "apply": "显示",
    "reset": "全部清除",
    "found": "有货商品：{count}",
    "product": "商品",
    "price": "价格",
    "quantity": "剩余",
    "since": "有货时间",
    "seen": "最近读取",
    "link": "链接",
    "buy": "前往店铺",
    "unknown": "未知",
    "nothing": "目前没有现货",
    "nothing_line": "订阅补货动态，有货时即可获知。",
    "no_match": "没有符合条件的商品",
    "no_match_line": "请减少筛选条件，或缩短搜索词。",
    "pages": "分页",
    "page": "第 {page} 页，共 {pages} 页",
    "previous": "上一页",
    "next": "下一页",
    "feed": "补货订阅",
    "json": "JSON 数据",
    "times": "时间：",
    "explain": "仅在店铺可以读取时才会列出商品；未知或过期的数据不会显示。",
    "feed.title": "{team}：补货",
    "feed.item": "{product}：已补货",
    "badge.in": "有货",
    "badge.out": "售罄",
    "badge.unknown": "未知",
    "many": "请求过多，请在 {seconds} 秒后重试。",
}

RUSSIAN: dict[str, str] = {
    "title": "В наличии",
    "lead": "Что есть в наличии прямо сейчас, по данным самих магазинов.",
    "skip": "К списку товаров",
    "languages": "Язык",
    "filters": "Отбор товаров",
    "q": "Поиск",
    "q_hint": "Товар, магазин, регион",
    "more": "Ещё условия и порядок",
    "shop": "Магазин",
    "region": "Регион",
    "currency": "Валюта",
    "any": "Все",
    "price_from": "Цена от",
    "price_to": "Цена до",
    "sort": "Порядок",
    "sort.-since": "Сначала новые",
    "sort.since": "Сначала давние",
    "sort.name": "По названию",
    "sort.price": "Сначала дешёвые",
    "sort.-price": "Сначала дорогие",
    "sort.shop": "По магазинам",
    "apply": "Показать",
    "reset": "Сбросить",
    "found": "Товаров в наличии: {count}",
    "product": "Товар",
    "price": "Цена",
    "quantity": "Остаток",
    "since": "В наличии с",
    "seen": "Проверено",
    "link": "Ссылка",
    "buy": "В магазин",
    "unknown": "неизвестно",
    "nothing": "Сейчас ничего нет в наличии",
    "nothing_line": "Лента сообщит, когда что-нибудь появится.",
    "no_match": "Ничего не найдено",
    "no_match_line": "Уберите часть условий или сократите запрос.",
    "pages": "Страницы",
    "page": "Страница {page} из {pages}",
    "previous": "Назад",
    "next": "Вперёд",
    "feed": "Лента поступлений",
    "json": "В формате JSON",
    "times": "Время:",
    "explain": "Товар показан, только пока его магазин удаётся прочитать. Неизвестное и устаревшее "
    "не показывается.",
    "feed.title": "{team}: снова в наличии",
    "feed.item": "{product}: снова в наличии",
    "badge.in": "в наличии",
    "badge.out": "нет в наличии",
    "badge.unknown": "неизвестно",
    "many": "Слишком много запросов. Повторите через {seconds} с.",
}

WORDS: dict[str, dict[str, str]] = {"en": ENGLISH, "zh": CHINESE, "ru": RUSSIAN}
NAMES = {
    "en": Language.ENGLISH.label,
    "zh": Language.CHINESE.label,
    "ru": Language.RUSSIAN.label,
}
TAGS = {"en": "en", "zh": "zh-Hans", "ru": "ru"}
"""For `lang` attributes (BCP 47)."""
LONGEST_HEADER = 200


def named_language(name: str) -> str:
    """The key of WORDS that `?lang=` means: `zh`, `zh-Hans` and `zh_CN` alike; "" for no other."""
    found = name[:LONGEST_HEADER].lower().replace("_", "-").partition("-")[0]
    return found if found in WORDS else ""


def language_of(header: str) -> str:
    """The first language of an Accept-Language header that we speak, else English."""
    wanted = (name for name, _ in parse_accept_lang_header(header[:LONGEST_HEADER].lower()))
    return next(filter(None, map(named_language, wanted)), "en")
