//! Times as people write them in tables, as days since 1970-01-01 00:00 UTC.

use crate::error::{Error, ErrorKind};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

const NANOSECONDS_PER_DAY: i128 = 86_400_000_000_000;
const MILLISECONDS_PER_DAY: f64 = 86_400_000.0;

/// The offset from UTC that times without one are taken to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timezone(Offset);

impl Timezone {
    /// Coordinated universal time.
    pub const UTC: Timezone = Timezone(Offset::UTC);

    /// `+09:00`, `-04:00`, `+0930`, `Z` or `UTC`; `None` is UTC.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for anything else: names of places are not known here, because
    /// what they mean changes with the calendar.
    pub fn parse(text: Option<&str>) -> Result<Timezone, Error> {
        let Some(text) = text else { return Ok(Timezone::UTC) };
        offset(text.trim()).map(Timezone).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("\"{text}\" is not an offset from UTC"))
                .hint("write the offset as +09:00 or -04:00, or UTC")
        })
    }
}

/// A date, or a date and time, as days since 1970-01-01 00:00 UTC.
///
/// Year first: `2019-03-01`, `2019-03-01 13:20`, `2019-03-01T13:20:05.25`, `2019/3/1 0:00`; an
/// offset (`Z`, `+09:00`) may follow a time and then wins over `zone`. `None` for anything else:
/// day-first and month-first dates cannot be told apart and are not read.
///
/// ```
/// use adit_spectra::time::{Timezone, parse_days};
/// assert_eq!(parse_days("1970-01-02 12:00", Timezone::UTC), Some(1.5));
/// assert_eq!(parse_days("1970-01-02T12:00+12:00", Timezone::UTC), Some(1.0));
/// assert_eq!(parse_days("02/01/1970", Timezone::UTC), None);
/// ```
pub fn parse_days(text: &str, zone: Timezone) -> Option<f64> {
    let text = text.trim();
    let split = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(split)?;
    let date = parse_date(date)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']).trim();
    let (time, zone) = if rest.is_empty() {
        (Time::midnight(), zone.0)
    } else {
        parse_time_and_offset(rest, zone.0)?
    };
    let stamp = zone.to_timestamp(DateTime::from_parts(date, time)).ok()?;
    Some(days_of(stamp))
}

/// Days since 1970-01-01 00:00 UTC as `2019-03-01T13:20:05Z`, to the millisecond, without decimals
/// where these are zero; the text reads back within 1 ms. `None` if the number is not a time.
///
/// ```
/// use adit_spectra::time::{Timezone, format_days, parse_days};
/// let days = parse_days("2024-01-01 10:00+09:00", Timezone::UTC).unwrap();
/// assert_eq!(format_days(days).unwrap(), "2024-01-01T01:00:00Z");
/// ```
pub fn format_days(days: f64) -> Option<String> {
    // Ten million days reach past the year 9999 on either side.
    if days.is_nan() || days.abs() > 1e7 {
        return None;
    }
    // Finer decimals would be those of the day count in f64 and not of the clock.
    let milliseconds = (days * MILLISECONDS_PER_DAY).round();
    Timestamp::from_millisecond(milliseconds as i64).ok().map(|t| t.to_string())
}

/// Whole days and the part of a day are rounded apart: a day count in f64 resolves 0.3 us, and
/// nanoseconds since 1970 would be rounded twice.
fn days_of(stamp: Timestamp) -> f64 {
    let nanoseconds = stamp.as_nanosecond();
    let whole = nanoseconds.div_euclid(NANOSECONDS_PER_DAY);
    let part = nanoseconds.rem_euclid(NANOSECONDS_PER_DAY);
    whole as f64 + part as f64 / NANOSECONDS_PER_DAY as f64
}

fn parse_date(text: &str) -> Option<Date> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(separator).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    Date::new(number(year)?, number(month)?, number(day)?).ok()
}

fn parse_time_and_offset(text: &str, zone: Offset) -> Option<(Time, Offset)> {
    let cut = text.find(['Z', 'z', '+', '-', 'U']).unwrap_or(text.len());
    let (time, suffix) = text.split_at_checked(cut)?;
    let zone = if suffix.is_empty() { zone } else { offset(suffix.trim())? };
    Some((parse_time(time.trim())?, zone))
}

fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, nanosecond) = match parts.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (number(seconds)?, 0),
            Some((whole, decimals)) => (number(whole)?, nanoseconds(decimals)?),
        },
    };
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, nanosecond).ok()
}

/// The decimals of a second; what is finer than a nanosecond is not kept.
fn nanoseconds(decimals: &str) -> Option<i32> {
    if decimals.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nine: String = decimals.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

fn offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (number(hours)?, number(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// One to four digits and nothing else (`parse` alone would take a sign).
fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<f64> {
        parse_days(text, Timezone::UTC)
    }

    #[test]
    fn every_way_of_writing_one_moment() {
        // 17956 days from 1970-01-01 to 2019-03-01, by counting years and leap days.
        let expected = 49.0 * 365.0 + 12.0 + 59.0 + 0.25;
        for text in [
            "2019-03-01 06:00",
            "2019-03-01T06:00:00",
            "2019-03-01T06:00:00Z",
            "2019-03-01T15:00:00+09:00",
            "2019-03-01 01:30 -0430",
            "2019/3/1 6:00",
            " 2019-03-01t06:00:00.000 UTC ",
        ] {
            assert_eq!(days(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_given_zone_counts_only_where_none_is_written() {
        let japan = Timezone::parse(Some("+09:00")).unwrap();
        assert_eq!(parse_days("1970-01-01 09:00", japan), Some(0.0));
        assert_eq!(parse_days("1970-01-01 09:00Z", japan), Some(0.375));
        assert_eq!(parse_days("1970-01-02", japan), Some(0.625));
        assert_eq!(Timezone::parse(None).unwrap(), Timezone::UTC);
        let error = Timezone::parse(Some("Asia/Tokyo")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn what_is_not_a_year_first_time_is_refused() {
        for text in [
            "",
            "12:00",
            "2019",
            "2019-02-29",
            "2019-13-01",
            "19-03-01",
            "01/03/2019",
            "2019-03-01 25:00",
            "2019-03-01 06",
            "2019-03-01 06:00:00.",
            "2019-03-01 06:00 JST",
            "2019-03-01 06:00+99:00",
            "2019-03-+1",
            "43525.25",
            "nan",
            "2019-03-01 06:00:00:00",
            "２０１９-03-01",
            "2019-03-01 ６:00",
            "é",
            "2019-03-01Té",
        ] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn format_reads_back_within_a_millisecond() {
        for (text, expected) in [
            ("2019-03-01T13:20:05.123456Z", "2019-03-01T13:20:05.123Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("1969-12-31T23:59:59.9996Z", "1970-01-01T00:00:00Z"),
            ("2040-02-29T00:00:01Z", "2040-02-29T00:00:01Z"),
            ("2024-01-01T01:00:00Z", "2024-01-01T01:00:00Z"),
        ] {
            assert_eq!(format_days(days(text).unwrap()).unwrap(), expected, "{text}");
        }
        // Uneven moments from 1960 to 2060.
        let mut value = -3650.0;
        while value < 32_900.0 {
            let written = format_days(value).unwrap();
            let back = days(&written).unwrap();
            assert!((back - value).abs() * 86_400_000.0 < 1.0, "{value} was written as {written}");
            assert_eq!(format_days(back).unwrap(), written);
            value += 421.037 / 86_400.0 * 97.0;
        }
        // No whole second has a fraction that is only noise of the day count.
        for second in 0..86_400 {
            let value = 19_723.0 + f64::from(second) / 86_400.0;
            assert!(!format_days(value).unwrap().contains('.'), "second {second}");
        }
        assert_eq!(format_days(0.5).unwrap(), "1970-01-01T12:00:00Z");
        assert_eq!(format_days(f64::NAN), None);
        assert_eq!(format_days(f64::INFINITY), None);
    }
}
