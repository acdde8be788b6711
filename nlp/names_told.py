"""The writer's name where no surname need tell it: labelled, signed, at the text's end, or what the cut leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from nlp.anchored import anchored
from nlp.fields_names import NO_NAME, is_surname
from nlp.fields_place import may_name
from nlp.fields_staff import COMMON
from nlp.found import Found
from nlp.name_words import name_among, words_at
from nlp.text import Word

# More often nobody says it.
MOST_NAMES = 50

# 姓名:天山童姥, 我叫风清扬,: said so plainly that no surname need be known.
SAID_PLAINLY = anchored(
    ":|叫|人",
    r"(?:(?P<label>(?<!被)(?:姓名|联系人|投诉人|反映人|诉求人|举报人|来电人|申请人|咨询人|署名|落款)\s?:\s?)"
    r"|(?:^|[,。;!?\s])(?:反映|投诉|申请|联系|举报)人(?=[一-龥]{2,4}[,\s])|(?:[我俺]|本人)(?:的?名字|名)?叫(?:做)?)"
    r"(?P<name>[一-龥]{2,4})(?=[,。;:!?、(/\s]|$|[0-9])",
)
NOT_PLAIN = re.compile(r"[他她它车人]|^员|什么|外卖|快递|保安|急救|匿名|同上|保密|不便|电话|手机|女士|先生|没有")
# 本人小鱼儿,身份证…
HERE_IAM = anchored("本人", r"本人(?P<name>[一-龥]{2,4})[,\s]\s?(?=身份证|电话|手机|联系|男|女|现?家?住|系)")
# 退休工人:欧阳丁当
UNDERSIGNED = re.compile(
    r"(?:^|[\n。!?])\s?[一-龥]{1,8}[人民工师生主户长属兵员][:\s]\s?(?P<name>[一-龥]{2,4})\s?(?:$|\n|20)"
)
# 我姓邪 叫邪剑仙: the surname is told, whatever it be.
SURNAME_TOLD = anchored(
    "姓",
    r"我?姓(?P<surname>[一-龥])[, ]{0,2}(?:名字|大名|全名)?(?:叫)?(?:做)?"
    r"(?P<name>(?P=surname)[一-龥]{1,2}?)(?=[,。;!?\s(我俺]|$|[0-9]|家住|住|电话|今年)",
)
STARTS_WITH = anchored("身份证", r"^(?P<name>[一-龥]{2,3})[,\s]\s?身份证")
# 咨询人:Zhang Wei
LATIN = re.compile(r"(?:[姓名人叫是:]|[Nn]ame is|I am|I'm)\s?(?P<name>[A-Z][a-z]{1,12} [A-Z][a-z]{1,12})(?![A-Za-z])")
# 电话020-…找老冯
TO_FIND = re.compile(rf"[0-9]{{4}}\s?(?:找|联系)\s?(?P<name>[小老][{COMMON}])(?=[,。\s]|$)")
# 唐悠悠写于深夜, 我陆展博办理
SIGNING = re.compile(
    r"[,。!\s](?P<name>[一-龥]{2,3})(?=写于|敬上|叩|拜上|谨上|留$)"
    r"|[我俺人](?P<me>[一-龥]{2,3})(?=办理|代办|代为|保证|反映|投诉|郑重|特此|愿意)"
)
# 姓杨名康
PARTED = anchored("姓", r"姓(?P<surname>[一-龥]{1,2})名(?P<given>[一-龥]{1,2})(?=[,。;!?\s]|$)")
# 我丘处机,
MYSELF = re.compile(r"(?:^|[,。;!?\s])(?:[我俺]|本人)(?P<name>[一-龥]{2,3})[,\s]")
# 我是驾校学员沈轻虹, : a name at the end of what the writer is.
WHO_IAM = anchored("是", r"(?:[我俺]|本人)是(?P<who>[一-龥0-9]{2,16})(?=[,。;!?、(\s]|$)")
FAMILIAR = re.compile(rf"[小老][{COMMON}]头?")
# 崔希敏向你们反映, 胡桂南等43名居民
STARTS = re.compile(r"^(?P<name>[一-龥]{2,4})(?=反映|向[你您贵市县区镇有]|咨询|投诉|实名|来信|请求|求助)")
AND_OTHERS = re.compile(r"(?:^|[,。;!?\s])(?P<name>[一-龥]{2,4})等[0-9一二三四五六七八九十百]{1,4}[名位户]")
# 青泥镇麦城村四组周仓: whence, and who, at the end.
AT_THE_END = re.compile(
    r"(?:[村组社队屯号室沟湾坡岭坝庄寨坪]|[\s。!?][一-龥]{1,5}[子女儿人民师生工兵员长友主户汉]\s|社区|居民|村民|市民|业主|家长)[,\s]?(?P<name>[一-龥]{2,4})\s?[。!]?\s{0,3}$"
)
# …,白素贞。: alone at the end, where a number to call is given.
LAST_WORD = re.compile(r"[,。!?\s](?P<name>[一-龥]{2,4})\s?[。!]?\s{0,3}$")
LONG_NUMBER = re.compile(r"[0-9]{6}")
# 我姓王, 免贵姓王, 电话13800000000姓王
SURNAMED = anchored(
    "姓", r"(?:[我俺敝]|免贵|[0-9零一二三四五六七八九幺]{7}[,。]?\s?|我是[^。!?\n]{1,20}[,。]\s?)姓(?P<name>[一-龥])"
)
PLAIN_END = re.compile(r"[,。;!?\s]|$")


def told_plainly(text: str) -> list[Found]:
    """Names that a label, a document or the surname said before them tells."""
    found = [
        Found("name", match["name"], *match.span("name"))
        for match in islice(SAID_PLAINLY.finditer(text), MOST_NAMES)
        if not NOT_PLAIN.search(match["name"]) and (match["label"] or not NO_NAME.search(match["name"]))
    ]
    for pattern in (HERE_IAM, UNDERSIGNED, SURNAME_TOLD, STARTS_WITH, LATIN, TO_FIND):
        found += [
            Found("name", match["name"], *match.span("name"))
            for match in islice(pattern.finditer(text), MOST_NAMES)
            if not NO_NAME.search(match["name"]) and not NOT_PLAIN.search(match["name"])
        ]
    return found + [
        Found("name", match["surname"] + match["given"], match.start("surname"), match.end())
        for match in islice(PARTED.finditer(text), MOST_NAMES)
    ]


def told_by_place(text: str, words: Sequence[Word]) -> list[Found]:
    """Where nothing tells it plainly: who the writer says to be, who signs, or the surname alone."""
    at = words_at(words)
    return (
        _as_what(text, at)
        or _at_the_end(text, at)
        or [
            Found("name", match["name"], *match.span("name"))
            for match in islice(SURNAMED.finditer(text), MOST_NAMES)
            if is_surname(match["name"]) or PLAIN_END.match(text, match.end())
        ]
    )


def _as_what(text: str, at: Mapping[int, str]) -> list[Found]:
    """我是驾校学员沈轻虹: the last characters, where the cut leaves them to be a name; 小何 too."""
    found = [
        Found("name", match["name"], *match.span("name"))
        for match in islice(MYSELF.finditer(text), MOST_NAMES)
        if name_among(text, match.start("name"), at) == match["name"]
    ]
    for match in islice(SIGNING.finditer(text), MOST_NAMES):
        group = "name" if match["name"] else "me"
        if name_among(text, match.start(group), at) == match[group]:
            found.append(Found("name", match[group], *match.span(group)))
    for match in islice(WHO_IAM.finditer(text), MOST_NAMES):
        for length in (4, 3, 2):
            start = match.end("who") - length
            said = text[start : match.end("who")]
            if start == match.start("who") and _is_unheard_of(said, start, at):
                found.append(Found("name", said, start, match.end("who")))
                break
            if start >= match.start("who") and (name_among(text, start, at) == said or FAMILIAR.fullmatch(said)):
                found.append(Found("name", said, start, match.end("who")))
                break
    return found


def _at_the_end(text: str, at: Mapping[int, str]) -> list[Found]:
    """A name that ends the text, after whence the writer is or, where a number to call is given, alone."""
    match = (
        STARTS.match(text)
        or AND_OTHERS.search(text)
        or AT_THE_END.search(text)
        or (LONG_NUMBER.search(text) and LAST_WORD.search(text))
    )
    if match and name_among(text, match.start("name"), at) == match["name"]:
        return [Found("name", match["name"], *match.span("name"))]
    return []


def _is_unheard_of(said: str, start: int, at: Mapping[int, str]) -> bool:
    """我是重楼: no word of the dictionary, so a name, though it begin with no surname."""
    return len(said) in (2, 3) and all(
        at.get(start + place) == sign and may_name(sign) for place, sign in enumerate(said)
    )
