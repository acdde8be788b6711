"""What a message does: asks, complains, suggests, praises, or commands the conversation.

The four commands (进度、撤回、补充、转人工) are told by their own words, because a talk hangs on them and they are
mostly too short for a model; a long text that only mentions such a word is left to the model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nlp.text import LEXICONS

CONSULTATION, COMPLAINT, SUGGESTION, PRAISE = "consultation", "complaint", "suggestion", "praise"
PROGRESS, WITHDRAW, SUPPLEMENT, HUMAN = "progress_query", "withdraw", "supplement", "human_agent"
COMMANDS = frozenset({PROGRESS, WITHDRAW, SUPPLEMENT, HUMAN})

# A command that none of its words gives is believed only of a model this sure.
SURE_OF_COMMAND = 0.4
# "我要投诉某局" says itself what it is; "一年没发", "路灯不亮", "上班时间没人" tell of waiting in vain and of what
# does not work: such a message neither suggests nor asks, unless its words do.
CALLED = re.compile(
    r"(?<![怎么样能否可以想问])(?:我们?|俺|本人)?(?:就?是?要|想|来|现在)(?:来)?(?:实名|匿名)?(?:投诉|举报|反映)"
    r"(?!电话|渠道|热线|建议|平台|方式|意见)"
)
WAITED = re.compile(
    r"(?:年|个?月|天|周|星期|次|趟|回|一直|始终|总是)(?:多|半)?了?[，,]?(?:都|还|也|就|一直)?"
    r"(?:没(?!有?必要)|不(?=给|发|办|退|批|回|理|见|修|亮|通|来|接|开|换))"
)
FAILS = re.compile(
    r"不亮|打不[出开通]|用不了|登不上|[上进]不去|没人[接管修理]|坏了|不出水|失灵|死机|闪退|没反应|不管用|没动静"
    r"|不给[办发退开报修批]"
    r"|(?:上班(?:时间|时段)?|窗口|柜台|大厅|岗位?上?)(?:里|上|都|又|老是|总是|一直|经常)?没(?:有)?人(?![多少排])"
    r"|等了(?:整整|快|将近|差不多|足足)?[一二三四五六七八九十两半0-9]{1,3}个?(?:半|多)?(?:小时|钟头|天|上午|下午|月|星期|礼拜)"
)
ASKS = re.compile(
    r"[?？吗呢么嘛]|怎|咋|如何|多[少久大]|啥|哪|几[个天时号点年岁]|[能可是]不[能可是]|[能可是]否|要不要|有没有|请问|咨询"
    r"|问[问下一]|请教|还是|算不算|谁|帮我查|[不没][了成行]?[。,，!！]?$|(.)(?:不|没)\1"
)
REFUSED = re.compile(r"(?:一直|始终|总是|就是|死活)都?不(?:给|发|办|退|批|回|理|修|来|接|开|换)")
# Who is made to withdraw tells of it: that is no withdrawal.
FORCED = re.compile(r"(?:逼|叫我|要我|让我|要求我|威胁|劝我|骗我|强迫|强制)[^,。;!?]{0,8}(?:撤|取消)")
# 投诉了多久能回话 asks how it goes, after nothing of one's own; 我的都一周了 does.
IN_GENERAL = re.compile(
    r"^(?![^。!?]{0,40}(?:我的|我们的|上次|编号))[^。!?]{0,30}(?:投诉|反映|举报|提交|上报)(?:了|之?后|完|以后)?(?:的话)?[,，]?"
    r"(?:一般|大概)?(?:要|得|需要)?(?:多久|几天|多长时间|多少天)"
)
# By what the models' word is not taken for a command.
UNLESS = {WITHDRAW: FORCED, PROGRESS: IN_GENERAL}
SUGGESTS = re.compile(r"建议|提议|希望(?:能|可以|增|多|把)|能不能|可不可以|可否|最好|应该|不如|要是能|多设|增设|推广")


# Who reports something, or wishes for what was refused, and thanks for nothing, does not praise.
REPORTS = re.compile(r"反映(?:个|一个|一下|点)|希望(?:能)?(?:恢复|尽快|早日|解决|处理|退还|赔偿|道歉|重新)")
THANKS = re.compile(r"谢|表扬|赞|好评|锦旗|感动|感激|夸|辛苦|满意|暖心|贴心|热情|耐心|为人民")


@dataclass(frozen=True)
class KindAnswer:
    """The kind, how sure, and the words it rests on."""

    kind: str
    probability: float
    why: str


@dataclass(frozen=True)
class CommandWords:
    """By what a command is told, and by what it is not one after all."""

    kind: str
    longest: int
    words: re.Pattern[str]
    unless: re.Pattern[str]


def tell_kind(text: str, learnt: Mapping[str, float]) -> KindAnswer:
    """The command the text gives, else what the model takes it for."""
    stripped = text.strip()
    for command in _commands():
        match = command.words.search(stripped) if len(stripped) <= command.longest else None
        if match and not command.unless.search(stripped):
            return KindAnswer(command.kind, 0.97, f"kind {command.kind}: says “{match.group()[:20]}”")
    sure = {kind: chance for kind, chance in learnt.items() if kind not in COMMANDS or chance >= SURE_OF_COMMAND}
    likely = {kind: chance for kind, chance in sure.items() if kind not in UNLESS or not UNLESS[kind].search(stripped)}
    best = max(likely or learnt, key=lambda kind: learnt[kind])
    found = _complains(stripped, best)
    if found:
        return KindAnswer(COMPLAINT, 1 - learnt[best], f"kind {COMPLAINT}: says “{found.group()[:20]}”")
    return KindAnswer(best, learnt[best], f"kind {best}: model {learnt[best]:.2f}")


def _complains(text: str, taken_for: str) -> re.Match[str] | None:
    """By what a message that the model takes for praise, a suggestion, a question or a follow-up shows to be a
    complaint."""
    if taken_for == PRAISE:
        return None if THANKS.search(text) else REPORTS.search(text)
    if taken_for == PROGRESS:  # 证一直不发 is refused, 还没发 is waited for
        return CALLED.search(text) or (None if ASKS.search(text) else REFUSED.search(text))
    if taken_for not in (SUGGESTION, CONSULTATION) or SUGGESTS.search(text):
        return None
    if taken_for == CONSULTATION and ASKS.search(text):
        return None
    return CALLED.search(text) or WAITED.search(text) or FAILS.search(text)


@cache
def _commands() -> tuple[CommandWords, ...]:
    table = tomllib.loads((LEXICONS / "commands.toml").read_text(encoding="utf-8"))
    matter, own = table.pop("MATTER"), table.pop("OWN")

    def pattern(written: str) -> re.Pattern[str]:
        return re.compile(written.replace("MATTER", matter).replace("OWN", own))

    return tuple(
        CommandWords(kind, row["longest"], pattern("|".join(row["words"])), pattern(row["not"]))
        for kind, row in table.items()
    )
