//! Numbers of the units that an axis or a column may have. A number is never reused.

/// No unit: a ratio, a pH, an index.
pub const ADIT_UNIT_NONE: u32 = 0;
/// Wavelength in nanometres.
pub const ADIT_UNIT_NM: u32 = 1;
/// Wavenumber in 1/cm.
pub const ADIT_UNIT_PER_CM: u32 = 2;
/// Absorbance (log10).
pub const ADIT_UNIT_ABSORBANCE: u32 = 3;
/// Detector counts.
pub const ADIT_UNIT_COUNTS: u32 = 4;
/// Electrical conductivity in microsiemens per centimetre.
pub const ADIT_UNIT_US_PER_CM: u32 = 10;
/// Electrical conductivity in millisiemens per metre (1 mS/m = 10 uS/cm).
pub const ADIT_UNIT_MS_PER_M: u32 = 11;
/// Temperature in degrees Celsius.
pub const ADIT_UNIT_DEG_C: u32 = 12;
/// Time in days since 1970-01-01 00:00 UTC.
pub const ADIT_UNIT_DAYS_UTC: u32 = 13;
/// Length (water level) in metres.
pub const ADIT_UNIT_M: u32 = 14;
/// Mass concentration in mg/L.
pub const ADIT_UNIT_MG_PER_L: u32 = 20;
/// Percent by mass.
pub const ADIT_UNIT_PERCENT: u32 = 21;
/// pH.
pub const ADIT_UNIT_PH: u32 = 22;
/// The base-10 logarithm of a column in its unit.
pub const ADIT_UNIT_LOG10: u32 = 23;

/// Every unit: number and how it is written.
pub const UNITS: &[(u32, &str)] = &[
    (ADIT_UNIT_NONE, ""),
    (ADIT_UNIT_NM, "nm"),
    (ADIT_UNIT_PER_CM, "1/cm"),
    (ADIT_UNIT_ABSORBANCE, "AU"),
    (ADIT_UNIT_COUNTS, "counts"),
    (ADIT_UNIT_US_PER_CM, "uS/cm"),
    (ADIT_UNIT_MS_PER_M, "mS/m"),
    (ADIT_UNIT_DEG_C, "degC"),
    (ADIT_UNIT_DAYS_UTC, "days UTC"),
    (ADIT_UNIT_M, "m"),
    (ADIT_UNIT_MG_PER_L, "mg/L"),
    (ADIT_UNIT_PERCENT, "%"),
    (ADIT_UNIT_PH, "pH"),
    (ADIT_UNIT_LOG10, "log10"),
];

/// How a unit is written; "?" for a number that this version does not know.
pub fn text(unit: u32) -> &'static str {
    UNITS.iter().find(|(n, _)| *n == unit).map_or("?", |(_, t)| t)
}

/// The number of a unit as it is written.
pub fn parse(text: &str) -> Option<u32> {
    UNITS.iter().find(|(_, t)| *t == text).map(|(n, _)| *n)
}
