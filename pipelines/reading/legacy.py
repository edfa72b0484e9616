"""The encoding of text that is no Unicode, told by what its words would be."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

NAMES = {
    "gb18030": "GB18030", "cp950": "Big5", "cp932": "Shift_JIS", "cp949": "EUC-KR", "cp1250": "Windows-1250",
    "cp1251": "Windows-1251", "cp1252": "Windows-1252", "cp1253": "Windows-1253", "cp1254": "Windows-1254",
    "cp1255": "Windows-1255", "cp1256": "Windows-1256", "cp1257": "Windows-1257",
    "cp1258": "Windows-1258", "latin_1": "Latin-1",
}  # fmt: skip

SUPERSETS = {"big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949"}
CANDIDATES = (*SUPERSETS, "gb18030", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
              "cp1258")  # fmt: skip
PAIRED = ("gb18030", "cp949")
"""Encodings in which nearly all high bytes stand in pairs."""

LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1258")
"""Encodings of Latin letters, the most frequent first."""

ALPHABETS = {
    "cp1252": ("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "àçéèíïóòúü·", "áàâãçéêíóôõú", "àèéìòù", "åäöéæø", "áðéíóúýþæö"),
    "cp1250": ("äöüß", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîûi̇",),
    "cp1258": ("ăâđêôơưàáâèéêíóôùú\u0300\u0301\u0303\u0309\u0323",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
}
"""Letters beyond ASCII of the languages that are written in each."""

STRANGE = re.compile(r"õ(?!e)|ã(?![oe]|s?\b)", re.IGNORECASE)
"""Where no Portuguese word has them."""

WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
HANGUL = re.compile(r"[\uac00-\ud7a3]")
BEYOND = re.compile(r"[^\x00-\x7f]")


def legacy_codec(sample: bytes) -> str:
    """Tell how bytes beyond ASCII are to be read, as Python calls it."""
    if _is_korean(sample):
        return "cp949"
    best = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
    codec = SUPERSETS.get(best.encoding, best.encoding) if best else LATIN[0]
    if codec in PAIRED and not _paired(sample):
        codec = LATIN[0]
    if codec in (*LATIN, "cp949") and _paired(sample) and _fits(sample, "gb18030"):
        return "gb18030"
    return _latin(sample) if codec in LATIN else codec


def _is_korean(sample: bytes) -> bool:
    """Whether as Korean it is nearly all Hangul, which Chinese text hardly ever comes out as."""
    text = sample.decode("cp949", "ignore") if _paired(sample) else ""
    return len(HANGUL.findall(text)) > 0.95 * max(1, len(BEYOND.findall(text)))


def _fits(sample: bytes, codec: str) -> bool:
    return "\ufffd" not in sample.decode(codec, "replace")


def _paired(sample: bytes) -> bool:
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    return sum(run // 2 for run in runs) > 4 * sum(run % 2 for run in runs)


def _latin(sample: bytes) -> str:
    """Choose the encoding in which most words are those of a language written in it."""
    words = set(WORD.findall(sample))
    fitting = {codec: sum(_is_word(word, codec) for word in words) for codec in LATIN}
    best = max(LATIN, key=lambda codec: fitting[codec])
    return best if _fits(sample, best) else "latin_1"


def _is_word(word: bytes, codec: str) -> bool:
    text = word.decode(codec, "replace")
    beyond = {each for each in text.lower() if not each.isascii()}
    return any(beyond <= set(alphabet) for alphabet in ALPHABETS[codec]) and not STRANGE.search(text)
