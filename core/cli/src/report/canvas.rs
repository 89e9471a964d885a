//! One chart: a frame with two axes, things drawn in it, a legend above.

use maud::{Markup, PreEscaped};

use super::scale::{Scale, Tick};
use super::svg::{self, Shape, escape, px};

/// Size of text in pixels of the drawing.
pub(crate) const TEXT: f64 = 12.0;

/// Width of a chart that shares a line with another one.
pub(crate) const HALF: f64 = 500.0;
/// Height of a chart that shares a line with another one.
pub(crate) const TALL: f64 = 440.0;
/// Width of a chart that has the line for itself.
pub(crate) const FULL: f64 = 1000.0;

/// What a chart is called, for people who see it and for those who hear it.
pub(crate) struct Names<'a> {
    /// Unique on the page: letters, digits, hyphens.
    pub(crate) id: &'a str,
    /// Short title.
    pub(crate) title: &'a str,
    /// What is to be seen, in a sentence.
    pub(crate) description: &'a str,
}

/// Room between the frame and the edge of the drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margins {
    /// Left: tick labels and the label of the axis.
    pub(crate) left: f64,
    /// Right.
    pub(crate) right: f64,
    /// Top: the legend.
    pub(crate) top: f64,
    /// Bottom: tick labels and the label of the axis.
    pub(crate) bottom: f64,
}

/// The usual room.
pub(crate) const MARGINS: Margins = Margins { left: 74.0, right: 18.0, top: 48.0, bottom: 50.0 };

/// An entry of a legend.
pub(crate) enum Key {
    /// A point: shape and class.
    Mark(Shape, &'static str),
    /// A line: class.
    Line(&'static str),
}

/// A chart that is being drawn.
pub(crate) struct Chart {
    id: String,
    head: String,
    size: (f64, f64),
    margins: Margins,
    /// Scale of the horizontal axis.
    pub(crate) x: Scale,
    /// Scale of the vertical axis.
    pub(crate) y: Scale,
    grid: String,
    clipped: String,
    over: String,
    /// Where words stand already.
    taken: Vec<Taken>,
}

/// A box in pixels: left, right, top, bottom.
type Taken = (f64, f64, f64, f64);

/// Where words stand rather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Above the place.
    Above,
    /// Below it.
    Below,
}

impl Chart {
    /// An empty chart of `size` pixels (width, height); the scales are laid onto its frame.
    pub(crate) fn new(
        names: &Names<'_>,
        size: (f64, f64),
        margins: Margins,
        x: Scale,
        y: Scale,
    ) -> Chart {
        let (w, h) = size;
        let id = names.id.to_owned();
        let head = format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {w} {h}" "#,
                r#"aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{t}</title><desc id="{id}-d">{d}</desc>"#,
            ),
            id = id,
            w = px(w),
            h = px(h),
            t = escape(names.title),
            d = escape(names.description),
        );
        Chart {
            id,
            head,
            size,
            margins,
            x: x.onto(margins.left, w - margins.right),
            y: y.onto(h - margins.bottom, margins.top),
            grid: String::new(),
            clipped: String::new(),
            over: String::new(),
            taken: Vec::new(),
        }
    }

    /// Axes with the usual number of ticks.
    pub(crate) fn axes(&mut self, x_label: &str, y_label: &str) {
        let wanted = |pixels: f64, each: f64| ((pixels / each) as usize).max(2);
        let (left, right) = self.x.pixels();
        let (bottom, top) = self.y.pixels();
        let x_ticks = self.x.ticks(wanted(right - left, 75.0));
        let y_ticks = self.y.ticks(wanted(bottom - top, 48.0));
        self.axes_at(x_label, &x_ticks, y_label, &y_ticks);
    }

    /// Axes with these ticks; a label that would run into the one before it is left out.
    pub(crate) fn axes_at(
        &mut self,
        x_label: &str,
        x_ticks: &[Tick],
        y_label: &str,
        y_ticks: &[Tick],
    ) {
        let (left, right) = self.x.pixels();
        let (bottom, top) = self.y.pixels();
        let mut free_from = f64::NEG_INFINITY;
        for tick in x_ticks {
            let x = self.x.at(tick.value);
            if x < left - 0.5 || x > right + 0.5 {
                continue;
            }
            self.grid_line(x, top, x, bottom, &tick.label);
            let half = svg::width(&tick.label, TEXT) / 2.0;
            if !tick.label.is_empty() && x - half > free_from {
                self.text(x, bottom + 17.0, "tick mid", &tick.label);
                free_from = x + half + 4.0;
            }
        }
        let mut widest: f64 = 0.0;
        let mut free_to = f64::INFINITY;
        for tick in y_ticks {
            let y = self.y.at(tick.value);
            if y > bottom + 0.5 || y < top - 0.5 {
                continue;
            }
            self.grid_line(left, y, right, y, &tick.label);
            if !tick.label.is_empty() && y + TEXT / 2.0 < free_to {
                self.text(left - 7.0, y + 4.0, "tick end", &tick.label);
                widest = widest.max(svg::width(&tick.label, TEXT));
                free_to = y - TEXT / 2.0;
            }
        }
        let label = svg::fit(x_label, TEXT, right - left + 40.0);
        self.text((left + right) / 2.0, bottom + 38.0, "label mid", &label);
        let (x, y) = ((left - widest - 20.0).max(13.0), (top + bottom) / 2.0);
        let label = svg::fit(y_label, TEXT, bottom - top + 60.0);
        self.over += &format!(
            r#"<text class="label mid" transform="translate({} {}) rotate(-90)">{}</text>"#,
            px(x),
            px(y),
            escape(&label)
        );
    }

    fn grid_line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, label: &str) {
        let class = if label.is_empty() { "grid fine" } else { "grid" };
        self.grid += &format!(
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            px(x1),
            px(y1),
            px(x2),
            px(y2)
        );
    }

    /// Text at a pixel, outside of the clipped part.
    pub(crate) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.over += &format!(
            r#"<text class="{class}" x="{}" y="{}">{}</text>"#,
            px(x),
            px(y),
            escape(text)
        );
    }

    /// A line through values.
    pub(crate) fn line(&mut self, class: &str, values: impl IntoIterator<Item = (f64, f64)>) {
        self.line_with_tip(class, values, "");
    }

    /// A line through values that tells its name.
    pub(crate) fn line_with_tip(
        &mut self,
        class: &str,
        values: impl IntoIterator<Item = (f64, f64)>,
        tip: &str,
    ) {
        let (x, y) = (&self.x, &self.y);
        let place = |(vx, vy): (f64, f64)| {
            if x.takes(vx) && y.takes(vy) { (x.at(vx), y.at(vy)) } else { (f64::NAN, f64::NAN) }
        };
        let d = svg::path(values.into_iter().map(place));
        if d.is_empty() {
            return;
        }
        let tip =
            if tip.is_empty() { String::new() } else { format!("<title>{}</title>", escape(tip)) };
        self.clipped += &format!(r#"<path class="{class}" d="{d}">{tip}</path>"#);
    }

    /// A level across the whole frame, with words at its left end, where plots of agreement are empty.
    pub(crate) fn level(&mut self, class: &str, value: f64, words: &str) {
        let (left, right) = self.x.pixels();
        let (bottom, top) = self.y.pixels();
        if !self.y.takes(value) {
            return;
        }
        let y = self.y.at(value);
        self.clipped += &svg_line(class, left, y, right, y);
        if !words.is_empty() && (top..=bottom).contains(&y) {
            let below = y - top < TEXT + 4.0;
            let at = if below { y + TEXT + 1.0 } else { y - 4.0 };
            self.text(left + 5.0, at, "note", words);
        }
    }

    /// The same, upright, with words along its upper end.
    pub(crate) fn upright(&mut self, class: &str, value: f64, words: &str) {
        let (left, right) = self.x.pixels();
        let (bottom, top) = self.y.pixels();
        if !self.x.takes(value) {
            return;
        }
        let x = self.x.at(value);
        self.clipped += &svg_line(class, x, top, x, bottom);
        if !words.is_empty() && (left..=right).contains(&x) {
            let at = if x - left < TEXT + 4.0 { x + TEXT } else { x - 4.0 };
            self.over += &format!(
                r#"<text class="note end" transform="translate({} {}) rotate(-90)">{}</text>"#,
                px(at),
                px(top + 4.0),
                escape(words)
            );
        }
    }

    /// An upright bar from `low` to `high`, held to the frame.
    pub(crate) fn bar(&mut self, class: &str, x: f64, low: f64, high: f64) {
        if self.x.takes(x) && !low.is_nan() && !high.is_nan() {
            let x = self.x.at(x);
            self.clipped += &svg_line(class, x, self.y.held(low), x, self.y.held(high));
        }
    }

    /// A level bar from `low` to `high`, held to the frame.
    pub(crate) fn level_bar(&mut self, class: &str, y: f64, low: f64, high: f64) {
        if self.y.takes(y) && !low.is_nan() && !high.is_nan() {
            let y = self.y.at(y);
            self.clipped += &svg_line(class, self.x.held(low), y, self.x.held(high), y);
        }
    }

    /// A filled box between two corners in values.
    pub(crate) fn block(
        &mut self,
        class: &str,
        (x1, y1): (f64, f64),
        (x2, y2): (f64, f64),
        tip: &str,
    ) {
        let (xs, ys) = ((self.x.held(x1), self.x.held(x2)), (self.y.held(y1), self.y.held(y2)));
        self.clipped += &format!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>"#,
            px(xs.0.min(xs.1)),
            px(ys.0.min(ys.1)),
            px((xs.1 - xs.0).abs()),
            px((ys.1 - ys.0).abs()),
            escape(tip)
        );
    }

    /// A data point. Says whether it could be drawn.
    pub(crate) fn mark(
        &mut self,
        (x, y): (f64, f64),
        shape: Shape,
        r: f64,
        class: &str,
        tip: &str,
    ) -> bool {
        if !(self.x.takes(x) && self.y.takes(y)) {
            return false;
        }
        let class = format!("mark {class}");
        self.over += &svg::shape(shape, self.x.at(x), self.y.at(y), r, &class, tip);
        true
    }

    /// A ring around a place.
    pub(crate) fn ring(&mut self, (x, y): (f64, f64), r: f64) {
        if self.x.takes(x) && self.y.takes(y) {
            self.over += &svg::shape(Shape::Dot, self.x.at(x), self.y.at(y), r, "ring", "");
        }
    }

    /// Words beside a place, where neither the frame nor other such words are in the way; nothing where there is no room.
    pub(crate) fn words_at(&mut self, (x, y): (f64, f64), first: Side, words: &str) {
        if words.is_empty() || !(self.x.takes(x) && self.y.takes(y)) {
            return;
        }
        let (x, y, w) = (self.x.at(x), self.y.at(y), svg::width(words, TEXT));
        let ((left, right), (bottom, top)) = (self.x.pixels(), self.y.pixels());
        let above = (y - 7.0 - TEXT, y - 5.0);
        let below = (y + 7.0, y + 9.0 + TEXT);
        let rows = if first == Side::Above { [above, below] } else { [below, above] };
        for (y1, y2) in rows {
            for (x1, x2, class) in
                [(x + 8.0, x + 8.0 + w, "note"), (x - 8.0 - w, x - 8.0, "note end")]
            {
                let inside = x1 >= left && x2 <= right && y1 >= top && y2 <= bottom;
                let clear = |t: &Taken| x2 + 3.0 < t.0 || t.1 + 3.0 < x1 || y2 < t.2 || t.3 < y1;
                if inside && self.taken.iter().all(clear) {
                    self.taken.push((x1, x2, y1, y2));
                    let at = if class == "note" { x1 } else { x2 };
                    self.text(at, y2 - 3.0, class, words);
                    return;
                }
            }
        }
    }

    /// The legend, in at most two lines above the frame.
    pub(crate) fn legend(&mut self, keys: &[(Key, String)]) {
        let (mut x, mut y) = (self.margins.left, 14.0);
        for (key, words) in keys {
            let words = svg::fit(words, TEXT, self.size.0 - self.margins.left - 40.0);
            let w = 24.0 + svg::width(&words, TEXT) + 14.0;
            if x > self.margins.left && x + w - 14.0 > self.size.0 - 4.0 {
                (x, y) = (self.margins.left, y + 18.0);
            }
            self.over += &match key {
                Key::Mark(shape, class) => {
                    svg::shape(*shape, x + 9.0, y - 4.0, 4.5, &format!("key {class}"), "")
                }
                Key::Line(class) => svg_line(class, x, y - 4.0, x + 18.0, y - 4.0),
            };
            self.text(x + 23.0, y, "legend", &words);
            x += w;
        }
    }

    /// The chart as markup.
    pub(crate) fn finish(self) -> Markup {
        let ((left, right), (bottom, top)) = (self.x.pixels(), self.y.pixels());
        let frame = format!(
            r#"x="{}" y="{}" width="{}" height="{}""#,
            px(left),
            px(top),
            px(right - left),
            px(bottom - top)
        );
        let Chart { id, head, grid, clipped, over, .. } = self;
        PreEscaped(format!(
            concat!(
                r#"{head}<clipPath id="{id}-c"><rect {frame}/></clipPath>{grid}"#,
                r#"<g clip-path="url(#{id}-c)">{clipped}</g><rect class="frame" {frame}/>{over}</svg>"#,
            ),
            head = head,
            id = id,
            frame = frame,
            grid = grid,
            clipped = clipped,
            over = over,
        ))
    }
}

fn svg_line(class: &str, x1: f64, y1: f64, x2: f64, y2: f64) -> String {
    format!(
        r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
        px(x1),
        px(y1),
        px(x2),
        px(y2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scale::Spacing;

    fn chart() -> Chart {
        let names = Names { id: "x", title: "<t>", description: "d" };
        let scale = || Scale::around(Spacing::Log, [1.0, 100.0]);
        Chart::new(&names, (HALF, 300.0), MARGINS, scale(), scale())
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out_and_said() {
        let mut c = chart();
        assert!(c.mark((1.0, 10.0), Shape::Dot, 3.0, "ok", "a"));
        for place in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(!c.mark(place, Shape::Dot, 3.0, "ok", "b"));
        }
        c.bar("bar", 1.0, f64::NAN, 2.0);
        c.line("line", [(f64::NAN, 1.0)]);
        let text = c.finish().into_string();
        assert_eq!(text.matches("class=\"mark").count(), 1);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert!(text.contains("&lt;t&gt;") && !text.contains("<t>"));
    }

    #[test]
    fn words_do_not_run_into_each_other_or_out_of_the_frame() {
        let mut c = chart();
        for _ in 0..9 {
            c.words_at((10.0, 10.0), Side::Above, "a sample");
        }
        c.words_at((100.0, 100.0), Side::Above, &"long ".repeat(40));
        // Above and below, right and left.
        assert_eq!(c.taken.len(), 4);
    }

    #[test]
    fn an_interval_that_leaves_the_frame_ends_at_it() {
        let mut c = chart();
        c.bar("bar", 10.0, -5.0, 1e9);
        let text = c.finish().into_string();
        assert!(text.contains(r#"y1="250""#) && text.contains(r#"y2="48""#), "{text}");
    }
}
