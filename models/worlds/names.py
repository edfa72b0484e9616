"""Names and addresses nobody has: syllables put together, legal forms and streets of each country."""

from __future__ import annotations

import random
from collections.abc import Mapping

HEADS = (
    "Vel",
    "Tarn",
    "Osk",
    "Brim",
    "Calu",
    "Drev",
    "Elmo",
    "Fenn",
    "Gald",
    "Hest",
    "Ilva",
    "Jorr",
    "Keld",
    "Lumo",
    "Morv",
    "Nyra",
    "Orsa",
    "Pell",
    "Quor",
    "Rusk",
    "Sael",
    "Thorn",
    "Ulve",
    "Varn",
    "Wolde",
    "Yarr",
    "Zeph",
    "Ambe",
    "Birk",
    "Corva",
    "Dunme",
    "Esker",
)
TAILS = (
    "mora",
    "wick",
    "vane",
    "dell",
    "stad",
    "lund",
    "mere",
    "quist",
    "fjell",
    "bury",
    "nholt",
    "rona",
    "vick",
    "sund",
    "tarra",
    "gate",
    "lyne",
    "march",
    "stow",
    "kyra",
    "brook",
    "feld",
    "holm",
    "ridge",
)
TRADES = ("Cloud", "Digital", "Data Centers", "Compute", "Networks", "Systems", "Hosting", "Technologies")

FORMS: Mapping[str, str] = {
    "US": "Inc",
    "MY": "Sdn Bhd",
    "SG": "Pte Ltd",
    "TH": "Co., Ltd.",
    "ID": "PT",
    "IN": "Pvt Ltd",
    "JP": "K.K.",
    "DE": "GmbH",
    "FR": "SAS",
    "GB": "Limited",
    "BR": "Ltda",
    "AE": "FZE",
    "TW": "Co., Ltd.",
    "KR": "Co., Ltd.",
    "HK": "Limited",
    "CN": "Co., Ltd.",
    "VN": "Company Limited",
    "KZ": "LLP",
    "RU": "LLC",
    "NL": "B.V.",
    "PH": "Inc",
    "AU": "Pty Ltd",
    "CA": "Ltd",
}
CITIES: Mapping[str, tuple[str, str]] = {
    "US": ("Maple Avenue", "Fremont"),
    "MY": ("Jalan Kenari", "Johor Bahru"),
    "SG": ("Tampoi Crescent", "Singapore"),
    "TH": ("Soi Lotus", "Bangkok"),
    "ID": ("Jalan Anggrek", "Batam"),
    "IN": ("Banyan Road", "Pune"),
    "JP": ("Sakuragaoka", "Osaka"),
    "DE": ("Lindenweg", "Frankfurt"),
    "FR": ("Rue des Tilleuls", "Lille"),
    "GB": ("Harrow Lane", "Leeds"),
    "BR": ("Rua das Palmeiras", "Campinas"),
    "AE": ("Street 14 Al Noor", "Dubai"),
    "TW": ("Zhonglin Road", "Taoyuan"),
    "KR": ("Haneul-ro", "Daejeon"),
    "HK": ("Tai Lam Street", "Kowloon"),
    "CN": ("Lantian Road", "Shenzhen"),
    "VN": ("Duong Hoa Mai", "Da Nang"),
    "KZ": ("Abylai Street", "Almaty"),
    "RU": ("Ulitsa Sosnovaya", "Tver"),
    "NL": ("Wilgenlaan", "Utrecht"),
    "PH": ("Narra Street", "Cebu"),
    "AU": ("Wattle Street", "Perth"),
    "CA": ("Birch Road", "Halifax"),
}


class Names:
    """Draws names and addresses without repeating one."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        stems = [head + tail for head in HEADS for tail in TAILS]
        rng.shuffle(stems)
        self._stems = iter(stems)

    def stem(self) -> str:
        return next(self._stems)

    def company(self, country: str, trade: str | None = None) -> str:
        """Name a company of a country, with its legal form."""
        return self.formed(f"{self.stem()} {trade or self._rng.choice(TRADES)}", country)

    @staticmethod
    def formed(name: str, country: str) -> str:
        """Add the country's legal form to a name."""
        return f"PT {name}" if country == "ID" else f"{name} {FORMS[country]}"

    def address(self, country: str) -> str:
        street, city = CITIES[country]
        return f"{self._rng.randint(1, 899)} {street}, {city}"
