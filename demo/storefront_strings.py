"""Words of a storefront in every language of WHMCS: (available, out of stock)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "english": ("Available", "Out of Stock"),
    "german": ("Erhältlich", "Leider nicht verfügbar!"),
    "french": ("Disponible", "Rupture de stock"),
    "spanish": ("Disponible", "Agotado"),
    "italian": ("Disponibile", "Esaurito"),
    "portuguese-pt": ("Disponível", "Fora de Stock"),
    "portuguese-br": ("Disponível", "Sem Estoque"),
    "dutch": ("Beschikbaar", "Niet op voorraad"),
    "danish": ("Tilgængelig", "Ikke på lager"),
    "norwegian": ("Tilgjengelig", "Ikke på lager"),
    "swedish": ("Tillgänglig", "Slutsåld"),
    "estonian": ("Saadaval", "Lao seis tühi"),
    "czech": ("Dostupné", "Není skladem"),
    "hungarian": ("Elérhető", "Elfogyott"),
    "romanian": ("Disponibilă", "Stoc epuizat"),
    "croatian": ("Dostupan", "Nije raspoloživo"),
    "catalan": ("Disponible", "Esgotat"),
    "russian": ("Доступно", "Нет в наличии"),
    "ukrainian": ("Доступний", "Немає в наявності"),
    "macedonian": ("Достапно", "Надвор од залиха"),
    "turkish": ("Mevcut", "Tükenmiş Durumda"),
    "azerbaijani": ("Mövcuddur", "Bitib"),
    "arabic": ("متاح", "نفذت الكمية"),
    "farsi": ("موجود است", "خارج از دسترس"),
    "hebrew": ("זמינים", "אזל במלאי"),
    "chinese": ("可用", "缺貨中"),
    "chinese-cn": ("可用", "缺货"),
    "vietnamese": ("Đang có sẵn", "Hết hàng"),
}
DESCRIPTION = (
    "We are currently out of stock on this item so orders for it have been suspended until more "
    "stock is available. For further information, please contact us."
)
PROBLEM = "Oops, there's a problem..."
GO_BACK = "Go back & try again"
ORDER_NOW = "Order Now"
SIGNS = {"USD": ("$", " USD"), "EUR": ("\u20ac", " EUR"), "GBP": ("\u00a3", " GBP")}
"""Prefix and suffix of the currencies."""
STARTING_FROM = "Starting from"
CHOOSE = "Please choose a category from the menu"
