#!/usr/bin/env python3
"""Makes the two typefaces of the windows from Debian's fonts-inter (apt install fonts-inter; pip install fonttools).

Keeps the letters of European languages, Greek and Cyrillic; gives the digits one width, so that numbers do not jump.
"""

from pathlib import Path

from fontTools import subset, ttLib

SOURCE = Path("/usr/share/fonts/opentype/inter")
KEPT = [
    *range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x2DE), *range(0x370, 0x400), *range(0x400, 0x530),
    *range(0x1E00, 0x1F00), *range(0x2010, 0x2028), 0x2030, 0x2039, 0x203A, *range(0x20A0, 0x20C0), 0x2116, 0x2122,
    *range(0x2190, 0x2194), 0x21E7, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x2318, 0x23CE, 0x25CF, 0x2713, 0xFFFD,
]

for weight in ("Regular", "SemiBold"):
    font = ttLib.TTFont(SOURCE / f"Inter-{weight}.otf")
    wide = {}
    for lookup_index in next(
        record.Feature.LookupListIndex for record in font["GSUB"].table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
    ):
        for table in font["GSUB"].table.LookupList.Lookup[lookup_index].SubTable:
            wide.update(getattr(table, "ExtSubTable", table).mapping)
    for table in font["cmap"].tables:
        for digit in range(0x30, 0x3A):
            if digit in table.cmap:
                table.cmap[digit] = wide.get(table.cmap[digit], table.cmap[digit])
    options = subset.Options()
    options.layout_features = ["kern"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting = False
    options.notdef_outline = True
    tool = subset.Subsetter(options)
    tool.populate(unicodes=KEPT)
    tool.subset(font)
    font.save(Path(__file__).parent / f"Inter-{weight}.otf")
