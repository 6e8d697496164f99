"""Eastings and northings of the National Grid as latitude and longitude (WGS 84). Pure.

Ordnance Survey, A guide to coordinate systems in Great Britain, version 3.3 (2018), annexes A to C: the inverse of the transverse Mercator projection on
the Airy 1830 ellipsoid, then Helmert's transformation of seven parameters. Ordnance Survey says of it: within about 5 m.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, pi, radians, sin, sqrt, tan
from typing import Final

_AIRY: Final = (6_377_563.396, 6_356_256.909)  # semi-axes, metres
_WGS84: Final = (6_378_137.000, 6_356_752.3142)
_SCALE, _EAST, _NORTH = 0.9996012717, 400_000, -100_000  # on the central meridian, and of the true origin
_LAT0, _LON0 = radians(49), radians(-2)
# From OSGB36 to WGS 84: those of the guide for the other way, each turned round.
_MOVE: Final = (446.448, -125.157, 542.060)  # metres
_TURN: Final = tuple(radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
_LARGER: Final = -20.4894e-6
_WIDEST, _HIGHEST = 700_000, 1_300_000  # of the National Grid, metres


def on_grid(easting: float, northing: float) -> bool:
    """Whether the two are on the National Grid, and not the 0, 0 that stands for a place of which it is not known."""
    return 0 < easting <= _WIDEST and 0 < northing <= _HIGHEST


def to_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in WGS 84; metres in."""
    return _helmert(*airy_degrees(easting, northing))


def airy_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in OSGB36, on the Airy ellipsoid."""
    a, b = _AIRY
    e2 = 1 - (b / a) ** 2
    lat = _LAT0
    while True:
        lat += (northing - _NORTH - _meridian(lat)) / (a * _SCALE)
        if abs(northing - _NORTH - _meridian(lat)) < 1e-5:  # a hundredth of a millimetre
            break
    nu = a * _SCALE / sqrt(1 - e2 * sin(lat) ** 2)
    rho = a * _SCALE * (1 - e2) / (1 - e2 * sin(lat) ** 2) ** 1.5
    eta2, t, sec = nu / rho - 1, tan(lat), 1 / cos(lat)
    d = easting - _EAST
    north = (
        lat
        - t / (2 * rho * nu) * d**2
        + t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2) * d**4
        - t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4) * d**6
    )
    east = (
        _LON0
        + sec / nu * d
        - sec / (6 * nu**3) * (nu / rho + 2 * t**2) * d**3
        + sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4) * d**5
        - sec / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6) * d**7
    )
    return degrees(north), degrees(east)


def _meridian(lat: float) -> float:
    """The length of the meridian from the true origin, metres: M of the guide."""
    a, b = _AIRY
    n = (a - b) / (a + b)
    less, more = lat - _LAT0, lat + _LAT0
    return (
        b
        * _SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(less) * cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
        )
    )


def _helmert(lat: float, lon: float) -> tuple[float, float]:
    x, y, z = _cartesian(lat, lon)
    (rx, ry, rz), s = _TURN, 1 + _LARGER
    tx, ty, tz = _MOVE
    return _geodetic(
        tx + s * x - rz * y + ry * z,
        ty + rz * x + s * y - rx * z,
        tz - ry * x + rx * y + s * z,
    )


def _cartesian(lat: float, lon: float) -> tuple[float, float, float]:
    a, b = _AIRY
    phi, lam = radians(lat), radians(lon)
    nu = a / sqrt(1 - (1 - (b / a) ** 2) * sin(phi) ** 2)
    return nu * cos(phi) * cos(lam), nu * cos(phi) * sin(lam), (b / a) ** 2 * nu * sin(phi)


def _geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    a, b = _WGS84
    e2, p = 1 - (b / a) ** 2, hypot(x, y)
    phi, before = atan2(z, p * (1 - e2)), pi
    while abs(phi - before) > 1e-12:
        before, nu = phi, a / sqrt(1 - e2 * sin(phi) ** 2)
        phi = atan2(z + e2 * nu * sin(phi), p)
    return degrees(phi), degrees(atan2(y, x))
