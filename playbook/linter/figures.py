"""Figures of one text that cannot all be true: parts and their sum, a count and its list, ranges, channels, weekdays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import regex

from playbook.linter.match import Span, Text

_UNITS = "位名筆笔件戶户張张臺台班人顆颗份輛辆單单間间家箱盒瓶條条組组床元把套隻只棟栋"
_SIMPLE = dict(zip("筆戶張臺顆輛單間條組隻棟", "笔户张台颗辆单间条组只栋", strict=True))
_ZH_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?[萬万]?|[一二三四五六七八九十百千萬万兩两零〇]{2,})"
_ZH_FIGURE = regex.compile(
    rf"(?P<about>約|约|近|將近|将近|大約|大约|逾|超過|超过)?\s?(?<![\d.,:一二三四五六七八九十百千萬万])(?<!\d：)(?P<n>{_ZH_NUMBER})\s?(?:多|餘|余)?\s?(?P<u>[{_UNITS}])"
)
_ZH_ITEM = rf"[^\d，,、；;。：:（）()\n]{{1,14}}?\s?(?P<p>\d[\d,]*)\s?(?P<q>[{_UNITS}])?"
_ZH_PARTS = regex.compile(
    rf"(?P<cue>其中|中[，,：]|分別(?:是|為)?|分别(?:是|为)?|包括|包含|計有|计有|[：（(]|由|(?<=共[^。；\n]{3, 24})[，,])(?:{_ZH_ITEM})(?:\s?[、，,和與与及；]\s?{_ZH_ITEM}){{1,9}}(?![\d.%％時点點])"
)
_ZH_REST = regex.compile(
    rf"(?P<p>\d[\d,]*)\s?(?P<q>[{_UNITS}])[^。；\n]{{0,16}}?(?:剩下|剩餘|剩余|其餘|其余|尚有|尚餘|尚余)(?:的)?\s?(?P<p>\d[\d,]*)\s?(?P<q>[{_UNITS}])"
)
_EN_PLACE = r"(?:in|at|from|for|on|with|by|to) (?:[\w'-]+ ?){1,5}?"
_EN_PARTS = regex.compile(
    rf"(?P<cue>:|\(|of (?:these|them|which|whom)|namely|comprising|made up of|broken down as|split)(?:,)? (?P<p>\d[\d,]*) (?:\w+ )?{_EN_PLACE}(?:(?:,| and|, and) (?P<p>\d[\d,]*) (?:\w+ )?{_EN_PLACE}){{1,8}}(?=[.;,)]|$)"
)
_EN_FIGURE = regex.compile(
    r"(?P<about>about |around |nearly |some |over |almost |roughly )?(?<![\d.,:$£€/-])(?P<n>\d[\d,]*)(?= (?!(?:january|february|march|april|may|june|july|august|september|october|november|december|a\.m|p\.m|am|pm|%|per ?cent|minutes?|hours?|days?|weeks?|months?|years?)\b)[a-z]+|,? to be exact)"
)
_WORDS = {
    w: i for i, w in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 2)
}
_ZH_LIST = regex.compile(
    r"(?P<n>[二兩两三四五六七八九十\d]{1,2})\s?(?:家|間|间|位|名|款|項|项|種|种|處|处|所|座|站|個|个)(?:[\p{han}]{1,8})?[，,]?\s?(?:分別|分别|依序|依次|即|也就是|就是)(?:是|為|为|在)?[：:]?\s?(?P<list>[^。；;，,：:\n（）]{3,90})"
    r"|(?P<n>[二兩两三四五六七八九十\d]{1,2})\s?(?:大)?(?:項|项|個|个|件|點|点|種|种)(?:措施|方案|步驟|步骤|原因|做法|改變|改变|事|問題|问题|承諾|承诺|改善|改進|改进)[：:](?P<list>[^。；;，,：:\n（）]{3,90})(?=[。\n]|$)"
)
_EN_LIST = regex.compile(
    r"(?i:\b(?P<n>two|three|four|five|six|seven|eight|nine|ten) (?:of (?:our|the) )?(?:[\w-]+ )?(?:shops|stores|branches|sites|schools|clinics|hotels|hospitals|towns|stations|lines|routes|restaurants|depots|warehouses|products|flavours|cities|villages|stops|homes|nurseries|campuses|theatres|cinemas|gyms|pools)(?:,)? ?(?:\(|:|namely|in|at|—|-|–)? ?)(?P<list>[A-Z][\w'’ ]{1,24}(?:, [A-Z][\w'’ ]{1,24}?){0,8},? and [A-Z][\w'’]+(?: [A-Z][\w'’]+){0,2})"
)
_ZH_DAY = r"(?:(?P<y{0}>(?:19|20)\d{{2}})\s?年\s?)?(?P<m{0}>\d{{1,2}})\s?月\s?(?P<d{0}>\d{{1,2}})\s?[日號号]"
_ZH_RANGE = regex.compile(
    _ZH_DAY.format(1)
    + r"[^。；\d\n]{0,12}?(?:至|到|迄|~|～|—|結束於|止於)[^\d。；，\n]{0,4}"
    + _ZH_DAY.format(2)
)
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_EN_RANGE = regex.compile(
    rf"(?:from|between|opens?(?: on)?|starts?(?: on)?|runs?(?: from)?|begins?(?: on)?)(?: \w+day,?)? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH})(?P<between>[^.;\d]{{1,30}}?(?:to|until|till|through|and|closes?(?: on)?|ends?(?: on)?))(?: \w+day,?)? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?P<m2>{_MONTH})"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LASTED = regex.compile(
    r"(?P<a>\d{1,2})[:：.](?P<b>\d{2})\s?(?:to|until|till|and|-|至|到|~)\s?(?P<c>\d{1,2})[:：.](?P<d>\d{2})(?P<next>\s?(?:the next day|the following|翌日|隔日|次日|隔天|第二天))?[^.。;；\d]{0,16}?(?P<about>about |around |nearly |just |約|约|近|將近|超過|超过)?\s?"
    r"(?:(?P<h>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|[一二兩两三四五六七八九十])(?P<half> and a half|個半|个半)?[ -]?(?:hours?|(?:個|个)?(?:小時|小时|鐘頭|钟头))(?:\s?(?:and |又|零)?(?P<min>\d{1,3}) ?(?:minutes?|mins?|分鐘|分钟|分))?"
    r"|(?P<min>\d{1,3}) ?(?:minutes?|mins?|分鐘|分钟))"
)
_CHANNEL = regex.compile(
    r"(?:^|(?<=[\n。；;.]))\s*(?P<c>官網|官网|網站|网站|簡訊|短信|臉書|粉專|fb|ig|line|新聞稿|新闻稿|微博|微信|公众号|小红书|抖音|推播|推送|app|郵件|邮件|email|e-mail|website|web|sms|text message|press(?: release)?|facebook|instagram|twitter|x|linkedin|poster|in-store notice|公告|門市|门店|海報|海报|threads)(?:版|版本|文案|貼文|帖子)?\s?[：:]"
)
_WRONG = 0.05
"""How far a rounded figure may be from the exact one."""


def wrong_figures(text: Text) -> Iterator[Span]:
    """Yield the stretches whose figures do not agree with others of the text."""
    folded = text.prose.folded
    chinese = text.prose.language != "en"
    yield from _lists(text, chinese)
    if not any(c.isdigit() for c in folded):
        return
    yield from _parts(folded, chinese)
    yield from _ranges(folded, chinese)
    yield from _durations(folded)
    yield from _channels(folded, chinese)
    yield from _swapped(text, chinese)
    yield from _answered_before(folded, chinese)


def number(written: str) -> int:
    """Return a figure written in digits, or in Chinese numerals up to ten million."""
    plain = written.replace(",", "").replace(" ", "").replace("萬", "万")
    if plain and plain[0].isdigit():
        return round(float(plain.rstrip("万")) * (10_000 if plain.endswith("万") else 1))
    total = part = digit = 0
    for c in plain:
        if c in "零〇":
            continue
        if c in "十百千":
            part += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            digit = 0
        elif c == "万":
            total += (part + digit) * 10_000
            part = digit = 0
        else:
            digit = 2 if c in "兩两" else "一二三四五六七八九".index(c) + 1
    return total + part + digit


def _unit(written: str | None) -> str:
    return _SIMPLE.get(written or "", written or "")


def _parts(folded: str, chinese: bool) -> Iterator[Span]:
    """Yield lists of parts that do not make up the total given before or after them."""
    forms = (_ZH_PARTS, _ZH_REST) if chinese else (_EN_PARTS,)
    figure = _ZH_FIGURE if chinese else _EN_FIGURE
    every: list[tuple[int, int, str, bool]] | None = None
    for form in forms:
        for match in form.finditer(folded):
            parts = [number(n) for n in match.captures("p")]
            units = {_unit(u) for u in match.captures("q")} if chinese else {""}
            if len(parts) < 2 or len(units) > 1 or "每" in match.group() or "each" in match.group():
                continue
            if every is None:
                every = [
                    (m.start("n"), number(m["n"]), _unit(m["u"]) if chinese else "", bool(m["about"]))
                    for m in figure.finditer(folded)
                ]
            unit = next(iter(units), "")
            near = [
                f
                for f in every
                if not match.start() <= f[0] < match.end() and abs(f[0] - match.start()) < 160
            ]
            if not unit and chinese:
                before = [f for f in near if f[0] < match.start()]
                unit = before[-1][2] if before else ""
            if unit == "元":  # sums stand side by side without being parts, unless a total is named
                near = [f for f in near if regex.search("[共計计]", folded[max(0, f[0] - 4) : f[0]])]
            totals = [(f[1], f[3]) for f in near if f[2] == unit and f[1] > max(parts)]
            if totals and _disagree(match, parts, totals):
                yield match.span()


def _disagree(match: regex.Match[str], parts: list[int], totals: list[tuple[int, bool]]) -> bool:
    whole = sum(parts)
    if any(whole == total or (about and abs(whole - total) <= total * _WRONG) for total, about in totals):
        return False
    most = max(total for total, _ in totals)
    cue = match.groupdict().get("cue") or ""
    if whole > most:
        return whole < most * 2
    if cue in ("其中", "由", "中，", "中：", "，", "of these", "of them", "of which", "of whom"):
        return len(parts) >= 3 and whole >= most * 0.8
    return whole >= most * 0.5


def _lists(text: Text, chinese: bool) -> Iterator[Span]:
    """Yield a list of names that is longer or shorter than the count before it."""
    for match in (_ZH_LIST if chinese else _EN_LIST).finditer(
        text.prose.folded if chinese else text.prose.cased
    ):
        names = match["list"]
        if chinese:
            if "等" in names or "、" not in names:
                continue
            marks = names.count("、")
            counts = {marks + 1, marks + 1 + sum(names.split("、")[-1].count(c) for c in "和與与及")}
        else:
            counts = {names.count(", ") + 2 - names.count(", and ")}
        written = match["n"].lower()
        stated = _WORDS.get(written) or number(written)
        if stated > 1 and stated not in counts:
            yield match.span()


def _ranges(folded: str, chinese: bool) -> Iterator[Span]:
    """Yield a stretch of days that ends before it starts."""
    for match in (_ZH_RANGE if chinese else _EN_RANGE).finditer(folded):
        around = folded[max(0, match.start() - 4) : match.end()]
        if regex.search("改|延|提前|提早|moved|changed|brought|rather than", around):
            continue
        months = (
            [int(match["m1"]), int(match["m2"])]
            if chinese
            else [_MONTHS.index(match[k][:3]) + 1 for k in ("m1", "m2")]
        )
        try:
            days = [
                date(int(y or 2024), m, int(d))
                for y, m, d in zip(
                    (match["y1"], match["y2"]) if chinese else (None, None),
                    months,
                    (match["d1"], match["d2"]),
                    strict=True,
                )
            ]
        except ValueError:
            continue
        if chinese and bool(match["y1"]) != bool(match["y2"]) and match["y2"]:
            continue
        if chinese and match["y1"] and not match["y2"]:
            days[1] = (
                days[1].replace(year=days[0].year) if (days[1].month, days[1].day) != (2, 29) else days[1]
            )
        if days[1] < days[0] and (days[0] - days[1]).days < 180:
            yield match.span()


_SMALL = {"one": 1, **_WORDS}


def _durations(folded: str) -> Iterator[Span]:
    """Yield two times of a day and a duration that is not the one between them."""
    for match in _LASTED.finditer(folded):
        clock = [int(match[k]) for k in "abcd"]
        if clock[0] > 24 or clock[2] > 24 or max(clock[1], clock[3]) > 59:
            continue
        real = (clock[2] * 60 + clock[3] - clock[0] * 60 - clock[1]) % 1440
        hours = match["h"] or "0"
        stated = (
            (_SMALL.get(hours) or number(hours)) * 60 + int(match["min"] or 0) + (30 if match["half"] else 0)
        )
        slack = (
            max(5, stated // 6)
            if match["about"]
            else (29 if match["h"] and not match["min"] and not match["half"] else 4)
        )
        if abs(real - stated) > slack and not (real < 720 and abs(real + 720 - stated) <= slack):
            yield match.span()


def _channels(folded: str, chinese: bool) -> Iterator[Span]:
    """Yield a figure that one channel's version gives otherwise than another's."""
    marks = list(_CHANNEL.finditer(folded))
    if len({m["c"] for m in marks}) < 2:
        return
    seen: dict[str, set[int]] = {}
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        end = after.start() if after else len(folded)
        if after is None and (stop := folded.find("\n\n", mark.end())) >= 0:
            end = stop
        mine: dict[str, list[regex.Match[str]]] = {}
        for found in (_ZH_FIGURE if chinese else _EN_NOUN).finditer(folded, mark.end(), end):
            mine.setdefault(_unit(found["u"]) if chinese else found["u"].rstrip("s"), []).append(found)
        for unit, figures in mine.items():
            values = {number(f["n"]) for f in figures}
            before = seen.setdefault(unit, values)
            close = any(abs(a - b) <= max(a, b) * _WRONG for a in values for b in before)
            if not close and len(values) == 1 == len(before):
                yield figures[0].span()


_EN_NOUN = regex.compile(
    r"(?P<about>about |around )?(?<![\d.,:$£€])(?P<n>\d[\d,]*) (?:\w+ )?(?P<u>customers?|orders?|passengers?|patients?|guests?|accounts?|users?|parcels?|families|households?|homes?|flights?|students?|pupils?|people|payments?|tickets?|bookings?|records?|members?|residents?|vehicles?|units?)"
)


def impossible_weekdays(dated: list[tuple[int, int, int, Span]]) -> Iterator[Span]:
    """Yield the last of several dates without a year (month, day, weekday, place) that no year makes true together."""
    if len(dated) < 2:
        return
    for year in range(2010, 2041):
        try:
            if all(date(year, m, d).weekday() == w for m, d, w, _ in dated):
                return
        except ValueError:
            continue
    yield dated[-1][3]


_UPDATE = regex.compile(
    r"更正|更新|先前|原先|之前|誤植|误植|correct|earlier|first said|instead of|rather than|previously"
)


def _swapped(text: Text, chinese: bool) -> Iterator[Span]:
    """Yield a figure that is an earlier one of the same thing with its digits in another order: a slip of the pen."""
    folded = text.prose.folded
    if _UPDATE.search(folded):
        return
    seen: dict[tuple[str, str], int] = {}
    for found in (_ZH_FIGURE if chinese else _EN_NOUN).finditer(folded):
        value = number(found["n"])
        if not found["n"][0].isdigit() or value < 100 or text.prose.quoted(*found.span()):
            continue
        unit = _unit(found["u"]) if chinese else found["u"].rstrip("s")
        if unit != "元" and seen.setdefault((unit, "".join(sorted(str(value)))), value) != value:
            yield found.span()


_ZH_THEN = regex.compile(
    _ZH_DAY.format(1)
    + r"[^。\n\d]{0,12}?(?:下單|下单|訂購|订购|來信|来信|反映|投訴|投诉|發生|发生|申請|申请|送修|報修|报修)[^\n\d]{0,30}?"
    + _ZH_DAY.format(2)
    + r"[^。\n\d]{0,8}?(?:才|就)?(?:回覆|回复|答覆|答复|送達|送达|送到|出貨|发货|到貨|修好|退款|處理完|处理完)"
)
_EN_THEN = regex.compile(
    rf"(?:you (?:\w+ )?(?:wrote|called|ordered|complained|reported|booked|rang|asked)|happened|occurred|placed|ordered)[^.\d]{{0,30}}?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH})[^\d\n]{{0,40}}?(?:replied|answered|responded|wrote back|delivered|refunded|shipped|arrived|fixed)[^.\d]{{0,20}}?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?P<m2>{_MONTH})"
)


def _answered_before(folded: str, chinese: bool) -> Iterator[Span]:
    """Yield an answer or a delivery that is dated before what it answers."""
    for match in (_ZH_THEN if chinese else _EN_THEN).finditer(folded):
        if chinese and (match["y1"] or match["y2"]):
            continue
        months = (
            [int(match["m1"]), int(match["m2"])]
            if chinese
            else [_MONTHS.index(match[k][:3]) + 1 for k in ("m1", "m2")]
        )
        try:
            first, then = (date(2024, m, int(match[k])) for m, k in zip(months, ("d1", "d2"), strict=True))
        except ValueError:
            continue
        if then < first and (first - then).days < 180:
            yield match.span()
