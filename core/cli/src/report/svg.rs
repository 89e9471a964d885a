//! Pieces of SVG text: escaped strings, short coordinates, shapes.

use std::fmt::Write;

/// Text as it may stand in an element or an attribute. Control characters, which XML has no form for, become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A coordinate with one decimal at most.
pub(crate) fn px(v: f64) -> String {
    let rounded = (v * 10.0).round() / 10.0 + 0.0;
    format!("{rounded}")
}

/// How wide a text is at this font size, about: wide for the CJK ranges.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        c if c >= '\u{2e80}' => 1.0,
        'i' | 'l' | 'j' | '.' | ',' | ' ' | '(' | ')' | '|' => 0.34,
        'A'..='Z' | 'm' | 'w' | '−' | '×' => 0.68,
        _ => 0.56,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The text cut to about this width, with an ellipsis where something was cut off.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if width(&out, size) + width(&c.to_string(), size) + size * 0.6 > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// What a point looks like. The shape tells as much as the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A filled circle.
    Dot,
    /// A triangle.
    Triangle,
    /// A diagonal cross.
    Cross,
    /// An open square.
    Square,
}

/// A shape at a place, `r` pixels from middle to edge.
pub(crate) fn shape(shape: Shape, x: f64, y: f64, r: f64, class: &str, tip: &str) -> String {
    let mut out = String::new();
    let tip =
        if tip.is_empty() { String::new() } else { format!("<title>{}</title>", escape(tip)) };
    // Writing to a String cannot fail.
    let _ = match shape {
        Shape::Dot => {
            write!(
                out,
                r#"<circle class="{class}" cx="{}" cy="{}" r="{}">{tip}</circle>"#,
                px(x),
                px(y),
                px(r)
            )
        }
        Shape::Triangle => {
            let (w, h) = (r * 1.2, r * 1.1);
            let d = format!(
                "M{} {}L{} {}L{} {}Z",
                px(x),
                px(y - h),
                px(x + w),
                px(y + h * 0.9),
                px(x - w),
                px(y + h * 0.9)
            );
            write!(out, r#"<path class="{class}" d="{d}">{tip}</path>"#)
        }
        Shape::Cross => {
            let (a, b, c, e) = (px(x - r), px(x + r), px(y - r), px(y + r));
            write!(
                out,
                r#"<path class="{class} stroke" d="M{a} {c}L{b} {e}M{a} {e}L{b} {c}">{tip}</path>"#
            )
        }
        Shape::Square => {
            let (left, top, side) = (px(x - r), px(y - r), px(2.0 * r));
            write!(
                out,
                r#"<rect class="{class} open" x="{left}" y="{top}" width="{side}" height="{side}">{tip}</rect>"#
            )
        }
    };
    out
}

/// The `d` of a line through these pixels; a place that is not finite breaks it.
pub(crate) fn path(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    let mut pen_down = false;
    for (x, y) in points {
        if !(x.is_finite() && y.is_finite()) {
            pen_down = false;
            continue;
        }
        d.push(if pen_down { 'L' } else { 'M' });
        let _ = write!(d, "{} {}", px(x), px(y));
        pen_down = true;
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<b>&\"\u{1}"), "&lt;b&gt;&amp;&quot; ");
        let mark = shape(Shape::Dot, 1.0, 2.0, 3.0, "mark", "</title><script>");
        assert!(!mark.contains("<script>"), "{mark}");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!((px(1.04), px(-0.01), px(2.25)), ("1".into(), "0".into(), "2.3".into()));
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let d = path([(0.0, 0.0), (1.0, 1.0), (2.0, f64::NAN), (3.0, 3.0), (4.0, 4.0)]);
        assert_eq!(d, "M0 0L1 1M3 3L4 4");
    }

    #[test]
    fn long_names_are_cut_and_short_ones_are_not() {
        assert_eq!(fit("Zn", 11.0, 60.0), "Zn");
        let cut = fit("坑廃水処理施設流入水", 11.0, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 11.0) <= 61.0, "{cut}");
    }
}
