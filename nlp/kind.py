"""What a message does: asks, complains, suggests, praises, or commands the conversation.

The four commands (进度、撤回、补充、转人工) are told by their own words, because a talk hangs on them and they are mostly
too short for a model; a long text that only mentions such a word is left to the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

CONSULTATION, COMPLAINT, SUGGESTION, PRAISE = "consultation", "complaint", "suggestion", "praise"
PROGRESS, WITHDRAW, SUPPLEMENT, HUMAN = "progress_query", "withdraw", "supplement", "human_agent"
COMMANDS = frozenset({PROGRESS, WITHDRAW, SUPPLEMENT, HUMAN})

_MATTER = r"(?:投诉|诉求|举报|建议|反映|咨询|工单|申请|件|单子|案子|事项|问题|留言|事情|事儿|事)"
_OWN = r"(?:我的|我|之前的|上次的|昨天的|前天的|刚才的|这个|那个|这条|那条|这次的?|此|该|对.{1,12}的)?"

# Command → (how long a text may be and still be one, its words).
COMMAND_WORDS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    (HUMAN, 40, re.compile(
        r"转人工|人工客服|人工服务|人工坐席|人工座席|找人工|要人工|接人工|^人工$|真人(?:客服|说话|聊|接|来|吗)|找个?真人|(?:找|换|要|叫|让)个?(?:活人|真人|人来)"
        r"|(?:不想|不要|别让我)[和跟]机器人|你是机器人|机器人听不懂|接线员")),
    (WITHDRAW, 70, re.compile(
        rf"(?:撤回|撤销|撤掉|撤了|取消|收回|撤){_OWN}(?:的)?{_MATTER}|不(?:想)?(?:投诉|举报|反映|追究|告)了|{_MATTER}(?:给我|帮我|请|麻烦|就|我要|我想|想|可以)*"
        r"(?:撤了|撤掉|撤回|撤销|取消|收回)|不用(?:再)?(?:处理|办理|跟进|管|查|回复)了|^(?:我要|我想|想|申请|请)?(?:撤回|撤诉|撤销|撤单)[了吧。!]?$")),
    (PROGRESS, 90, re.compile(
        rf"我的进度|查(?:询|一下|下|看)?(?:一下|下)?{_OWN}(?:的)?{_MATTER}?(?:的)?(?:办理|处理)?(?:进度|进展|状态)|^进度|(?:办理|处理|办件|工单|投诉|诉求)(?:进度|进展)|进(?:度|展)(?:如何|怎么样|怎样|呢|到哪)"
        r"|(?:投诉|反映|举报|诉求|提交|反应|上报|报)的?.{0,24}(?:处理|办理|办|解决|查|弄)?(?:得|的)?(?:怎么样了|怎样了|如何了|到哪(?:一?步)?了|有(?:没有)?(?:结果|消息|答复|回复|下文|进展)(?:了)?(?:吗|没|么|没有)?[?。,!]?$|有信儿?了?[吗没]|受理了(?:吗|没))"
        r"|(?:单子|工单|案子|诉求|投诉|那个件|办件|受理编号|回执号|查询码|编号).{0,30}(?:到哪了|到哪一?步|什么情况了|怎么样了|怎样了|处理完了?[吗没]|办好了?[吗没]|有结果了?[吗没]|有回复了?[吗没]|有答复了?[吗没]|派到哪)")),
    (SUPPLEMENT, 160, re.compile(
        r"^(?:你好[,。!]?)?(?:我)?(?:再|还要|想|要|想再|补|来|刚才)?(?:补充|追加|补交|补传|补发)(?:一下|一点|说明|材料|证据|情况|几点|两点|个|一个|一张|:|,|。|内容|信息)|^(?:还有|另外)(?:一点|一件)?(?:忘|漏|补充)"
        r"|(?:刚才|之前|上午|昨天|前面)(?:的)?(?:投诉|留言|反映|诉求)?(?:里)?(?:我)?(?:忘(?:了|记)|漏了|没说|少说|没写|写漏|说漏)|(?:忘了说|忘记说|漏说|忘了写)|^(?:哦|啊)?不对[,。!]|^(?:我)?(?:更正|纠正)"
        r"|^(?:刚才|上面|前面)?(?:的)?(?:电话|手机号?|号码|窗口|时间|日期|地址|名字|姓名|身份证号?)(?:我)?(?:写|打|说|填|发)?错了|(?:对|给|关于)(?:我)?(?:之前|上次|昨天|那个|前面)(?:的)?(?:投诉|诉求|反映|工单).{0,6}补充")),
)  # fmt: skip

# Who speaks of a withdrawal that others press for complains of it.
PRESSED = re.compile(
    r"(?:逼|让我|叫我|要求我|威胁|劝我|求我|骗我|要我|擅自|强制|强迫|给我)(?:把)?.{0,8}(?:撤|取消)|被.{0,6}(?:撤|取消|关闭)"
)


@dataclass(frozen=True)
class KindAnswer:
    """The kind, how sure, and the words it rests on."""

    kind: str
    probability: float
    why: str


def tell_kind(text: str, learnt: Mapping[str, float]) -> KindAnswer:
    """The command the text gives, else what the model takes it for."""
    stripped = text.strip()
    for kind, longest, words in COMMAND_WORDS:
        match = words.search(stripped) if len(stripped) <= longest else None
        if match and not (kind == WITHDRAW and PRESSED.search(stripped)):
            return KindAnswer(kind, 0.97, f"kind {kind}: says “{match.group()[:20]}”")
    if not learnt:
        return KindAnswer(CONSULTATION, 0.0, "kind: nothing to go by")
    best = max(learnt, key=lambda kind: learnt[kind])
    return KindAnswer(best, learnt[best], f"kind {best}: model {learnt[best]:.2f}")
