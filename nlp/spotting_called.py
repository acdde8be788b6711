"""Where somebody may be called by a surname and what they are (巫专管员), or as one calls whom one knows (小应).

Whose name it is, the writer's, the staff's or nobody's that is asked for, is not told here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from nlp.fields_names import DOUBLE_SURNAMES, single_surnames

MOST_CALLED = 200
TITLES = (
    "副?(?:科长|主任|局长|所长|处长|股长|队长|站长|书记|组长|校长|院长|镇长|乡长|厅长|庭长|市长|县长|区长|园长|班长"
    "|店长|厂长|村长|护士长|支书|会长)|警官|民警|警员|老师|经理|主管|大夫|医生|护士|师傅|同志|会计|专员|专管员|教练"
    "|科员|技术员|公证员|仲裁员|调解员|管理员|办事员|网格员|审核员|律师|法官|检察官|干部|干事|老板|总|工|导|处|局|科|所|队"
    "|女士|先生|小姐|阿姨|大姐|大哥|大爷|大妈|大娘|大叔|大婶|嫂子?|姐|哥|姨|叔|婶|伯|爷|奶奶|婆婆|嬢嬢|家属|某某?|姓"
)
TITLED, FAMILIAR, BOTH = 1, 4, 7


def called(text: str) -> Iterator[tuple[int, int, int]]:
    """How (TITLED, FAMILIAR, BOTH), from where, to where."""
    for match in islice(_pattern().finditer(text), MOST_CALLED):
        how = TITLED if match["titled"] else BOTH if match["more"] else FAMILIAR
        yield how, *match.span()


@cache
def _pattern() -> re.Pattern[str]:
    surname = f"(?:{'|'.join(sorted(DOUBLE_SURNAMES))}|[{''.join(sorted(single_surnames()))}])"
    return re.compile(
        rf"[小老阿大](?![区学时人板百店师票]){surname}(?P<more>{TITLES})?|(?P<titled>{surname}(?:{TITLES}))"
    )
