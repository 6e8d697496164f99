"""Numbers and postcodes that have the real format and can belong to nobody.

NHS numbers start with 999, which is never issued; UPNs and the census name local authority 997, which does not exist;
postcodes lie in the areas WX and YX, which the Post Office does not have. Each million beyond the first has the next of its kind:
998 and 996, and two other areas that are none.
"""

AUTHORITY = "997"
MOST = 10_000_000
"""Children who can have numbers of their own."""
_AREAS = ("WX", "YX", "UX", "ZX", "AX", "FX", "GX", "JX", "KX", "LX", "CX", "MX")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # the Post Office uses no C I K M O V here
_MILLION = 1_000_000
POSTCODES = 2 * 30 * 10 * 400


def own_number(serial: int) -> str:
    """Six digits, another for each serial of a million: 387,421 and a million share no factor."""
    return f"{serial * 387_421 % _MILLION:06d}"


def nhs_number(serial: int) -> str | None:
    """The `serial`th NHS number; null for one in eleven, whose check digit would be ten."""
    nine = f"{999 - serial // _MILLION}{own_number(serial)}"
    check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else f"{nine}{check % 11}"


def upn(serial: int, entry_year: int) -> str:
    """A permanent UPN: check letter, authority, school (4000 to 4999), year of entry, serial number in the school."""
    rest = f"{int(AUTHORITY) - serial // _MILLION}{4000 + serial // 1000 % 1000:04d}{entry_year % 100:02d}{serial % 1000:03d}"
    return upn_check_letter(rest) + rest


def upn_check_letter(rest: str) -> str:
    """Of the twelve characters that follow it (DfE's guide to UPNs)."""
    values = (int(c) if c.isdigit() else _UPN_LETTERS.index(c) for c in rest)
    return _UPN_LETTERS[sum(v * place for place, v in enumerate(values, start=2)) % 23]


def postcode(serial: int) -> str:
    """The `serial`th postcode of the area; near serials are far apart, as house numbers say nothing of streets."""
    beyond, place = serial // POSTCODES, (serial * 76_543 + 11) % POSTCODES
    area, place = divmod(place, 30 * 10 * 400)
    district, place = divmod(place, 10 * 400)
    sector, unit = divmod(place, 400)
    return f"{_AREAS[2 * beyond + area]}{district + 1} {sector}{_INWARD[unit // 20]}{_INWARD[unit % 20]}"


def mistyped(number: str, place: int) -> str:
    """One digit raised by one, so that the check no longer holds."""
    return number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
