"""The words of the trade: every name that code, rule files and people share, with its Chinese.

`GLOSSARY.md` is the print of this file (`glossary()`); a test holds the two together. A term that is missing is added
here first. Classes are not here: they are each rulebook's own.
"""

from __future__ import annotations

ROLES = {
    "citizen": "群众",
    "officer": "经办人",
    "leader": "主管领导",
    "dispatcher": "调度员",
    "inspector": "质检员",
    "supervisor": "督办员",
    "reviewer": "复核部门",
    "system": "其他平台",
    "clock": "到点",
}

KINDS = {"consultation": "咨询", "complaint": "投诉", "suggestion": "建议", "rating": "评价"}

CHANNELS = {
    "wechat": "微信公众号",
    "telegram": "Telegram",
    "web": "网上",
    "window": "现场",
    "phone": "电话",
    "letter": "信函",
    "hotline": "12345热线",
    "platform": "其他平台",
    "rehearsal": "演练",
}

VERDICTS = {
    "substantiated": "属实",
    "partly": "部分属实",
    "unsubstantiated": "不属实",
    "unverifiable": "无法查实",
}

STATES = {
    "screening": "待筛查",
    "refused": "不予接收",
    "awaiting_dispatch": "待交办",
    "sent_back": "已退回来源系统",
    "transferred": "已转办",
    "awaiting_acceptance": "待受理",
    "declined": "不予受理",
    "disputed": "责任待定",
    "handling": "办理中",
    "in_review": "待领导审阅",
    "in_check": "待质检",
    "answered": "已答复",
    "under_appeal": "差评申诉中",
    "closed": "已办结",
    "merged": "已并案",
    "withdrawn": "已撤回",
    "terminated": "已终止",
    "archived": "已归档",
}

FINAL = frozenset(
    {"refused", "sent_back", "transferred", "declined", "closed", "merged", "withdrawn", "terminated", "archived"}
)

STEPS = {
    "file": "登记",
    "supplement": "补充",
    "withdraw": "撤回",
    "refuse": "不予接收",
    "dispatch": "交办",
    "mark": "标记",
    "designate": "指定承办",
    "transfer": "转办",
    "send_back": "退回来源系统",
    "merge": "并案",
    "accept": "受理",
    "decline": "不予受理",
    "hand_back": "退单",
    "contact": "联系群众",
    "extend": "延期",
    "reclassify": "变更类型",
    "resolve": "办结",
    "rectify": "整改备案",
    "clarify_publicly": "澄清事实",
    "recuse": "回避",
    "approve": "审批同意",
    "reject": "驳回",
    "pass_check": "质检通过",
    "fail_check": "退回重办",
    "rate": "评价",
    "revisit": "回访",
    "appeal": "差评申诉",
    "uphold": "申诉成立",
    "dismiss": "申诉不成立",
    "object": "差评确责异议",
    "urge": "催办",
    "supervise": "督办",
    "terminate": "终止办理",
    "archive_as_answered": "存电办结",
    "archive_as_opinion": "一般意见归档",
    "close_off": "销号",
    "publish": "公开",
    "investigate": "调查核实",
    "request_material": "调取材料",
    "give_material": "提供材料",
    "convene": "组建专班",
    "limit": "另定期限",
    "correct": "更正类别",
    "recount": "重算期限",
    "lapse": "期满",
    "merged_in": "并入",
    "linked": "关联",
}

CLOCKS = {
    "dispatch": "交办",
    "acceptance": "受理决定",
    "first_contact": "先行联系",
    "resolution": "办结答复",
    "rectification": "整改备案",
    "revisit": "回访",
    "send_back": "退回来源系统",
    "rating_appeal": "差评申诉复核",
    "responsibility": "差评确责",
}

MESSAGES_TO_CITIZENS = {
    "reply": "对话",
    "receipt": "登记回执",
    "clarify": "请补充说明",
    "refused": "不予接收告知",
    "redirected": "转介告知",
    "acceptance_notice": "受理通知书",
    "decline_notice": "不予受理通知书",
    "contact": "联系群众",
    "extension_notice": "延期告知",
    "progress": "进度",
    "answer": "答复",
    "survey": "请评价",
    "survey_reminder": "提醒评价",
    "survey_thanks": "感谢评价",
    "rework_notice": "重办告知",
    "merged_notice": "并案告知",
    "terminated_notice": "终止告知",
    "withdrawn_notice": "撤回告知",
    "archived_notice": "归档告知",
}

MESSAGES_TO_STAFF = {
    "new_case": "新诉求",
    "dispatch_order": "交办单",
    "supplement_notice": "群众补充",
    "contact_due": "请联系群众",
    "due_soon": "临期提醒",
    "overdue": "逾期提醒",
    "overdue_escalation": "逾期升级",
    "reminders": "提醒汇总",
    "morning_sheet": "晨报",
    "holidays_missing": "放假安排未载入",
    "urge": "催办",
    "supervision": "督办",
    "rework_order": "重办单",
    "review_request": "请审阅",
    "check_request": "请质检",
    "extension_request": "延期申请",
    "dispute_request": "责任争议",
    "designation": "指定承办",
    "appeal_request": "申诉复核",
    "rectification_due": "请报整改",
    "material_due": "请提供材料",
    "revisit_due": "请回访",
    "dissatisfied": "群众不满意",
    "human_wanted": "请人工接待",
    "alarm": "紧急情况",
    "unreachable": "无法送达",
    "unheard": "群收不到",
    "handover": "移交",
    "bulletin": "通报",
    "periodic_report": "定期报送",
}

MESSAGES = {**MESSAGES_TO_CITIZENS, **MESSAGES_TO_STAFF}

GROUNDS = {
    "lacks_content": "缺乏具体内容",
    "unclear_request": "诉求不明",
    "no_respondent": "没有明确被投诉人",
    "chitchat": "闲聊",
    "petition": "信访事项",
    "discipline": "纪检监察事项",
    "reconsideration": "行政复议事项",
    "litigation": "诉讼、仲裁事项",
    "disclosure": "政府信息公开事项",
    "civil": "民事纠纷",
    "unrelated": "与政务服务无关",
    "emergency": "紧急警情",
    "national_security": "危害国家安全",
    "ethnic_division": "破坏民族团结",
    "illegal_assembly": "煽动非法集会",
    "public_order": "扰乱社会秩序",
    "superstition": "封建迷信",
    "abuse": "侮辱谩骂",
    "harassment": "无理纠缠",
    "spam": "垃圾信息",
}

SCORES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}

MARKS = {
    "major": "重大事项",
    "stability_risk": "信访维稳风险",
    "urgent": "紧急",
    "unclear": "表述不清",
    "cross_level": "跨层级",
    "planned": "方案待落实",
    "supervision_failed": "督办事项解决不力",
    "false_report": "办结报告谎报瞒报",
    "false_appeal": "申诉复核存在谎报、虚假",
    "shirking": "差评确责推诿扯皮、敷衍塞责",
}

# Marks that only a step puts on, or takes off; nobody sets them by hand.
BY_STEPS = frozenset({"unclear", "cross_level", "planned"})

# Marks that hold somebody to account: set by supervisors alone, listed in the bulletin.
FAILINGS = ("supervision_failed", "false_report", "false_appeal", "shirking")


# What a check looks at, and why an appeal says a rating is not true.
CRITERIA = {"facts_clear": "事实清楚", "finding_accurate": "定性准确", "handling_complete": "处理到位"}
APPEAL_GROUNDS = {"untrue": "主要事实和情节不存在或不真实", "mistaken": "误评", "malicious": "恶意差评"}


def glossary() -> str:
    """The whole dictionary as Markdown, one table a chapter."""
    chapters = {
        "People": ROLES,
        "Kinds": KINDS,
        "Channels": CHANNELS,
        "Findings": VERDICTS,
        "States": STATES,
        "Steps": STEPS,
        "Clocks": CLOCKS,
        "Messages": MESSAGES,
        "Grounds": GROUNDS,
        "Criteria": CRITERIA,
        "Grounds of an appeal": APPEAL_GROUNDS,
        "Marks": MARKS,
    }
    parts = ["# Glossary", "", "One Chinese term, one identifier. Printed from `casebook/terms.py`."]
    for title, words in chapters.items():
        parts += ["", f"## {title}", "", "| identifier | 中文 |", "|---|---|"]
        parts += [f"| `{name}` | {chinese} |" for name, chinese in words.items()]
    return "\n".join(parts) + "\n"
