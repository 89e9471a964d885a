//! A section as a C function: pointers instead of copies where a row is still the input.

use super::text::{Tables, any_float, float};
use crate::program::{Banded, NodeOp, Output, Section};

/// Writes the function body of one section.
pub(super) struct Writer<'a> {
    tables: &'a mut Tables,
    /// Number of the section, part of the names of its tables.
    number: usize,
    ops: usize,
    body: String,
    /// C expression of the row as it is now.
    row: String,
    n: usize,
    view: bool,
    checked: bool,
    prefix: String,
}

/// Statements of the section, from the input `x` to `y[first_output ..]`.
pub(super) fn section(
    section: &Section,
    n_in: usize,
    number: usize,
    prefix: &str,
    tables: &mut Tables,
) -> String {
    let mut w = Writer {
        tables,
        number,
        ops: 0,
        body: String::new(),
        row: "x".to_owned(),
        n: n_in,
        view: true,
        checked: false,
        prefix: prefix.to_owned(),
    };
    if section.capacity > 0 {
        w.line("float *a = scratch;");
    }
    if section.two_buffers {
        w.line(&format!("float *b = scratch + {}u;", section.capacity));
    }
    if section.deferred() {
        w.line("float norm;");
    }
    for op in &section.ops {
        w.op(op);
    }
    w.check();
    if let Some(reference) = &section.reference {
        let table = w.floats("reference", reference);
        let row = w.editable();
        let by = if section.deferred() { "norm" } else { "1.0f" };
        w.line(&format!("subtract({row}, {table}, {}u, {by});", reference.len()));
    }
    for (k, output) in section.outputs.iter().enumerate() {
        w.output(k, output, section.deferred());
    }
    w.line(&format!("return {}_ESTIMATE;", prefix.to_uppercase()));
    w.body
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.body += &format!("    {text}\n");
    }

    fn name(&self, what: &str) -> String {
        format!("s{}_{what}{}", self.number, self.ops)
    }

    fn floats(&mut self, what: &str, values: &[f32]) -> String {
        let name = self.name(what);
        self.tables.floats(&name, values)
    }

    fn numbers(&mut self, what: &str, values: &[usize]) -> String {
        let name = self.name(what);
        self.tables.numbers(&name, values)
    }

    /// The finite check, once the channels that are read have been chosen.
    fn check(&mut self) {
        if !self.checked {
            self.checked = true;
            let (row, n) = (self.row.clone(), self.n);
            let code = self.code("REFUSED_INPUT");
            self.line(&format!("if (!is_finite({row}, {n}u)) return {code};"));
        }
    }

    fn code(&self, what: &str) -> String {
        format!("{}_{what}", self.prefix.to_uppercase())
    }

    fn floor(&mut self, value: &str, floor: f32) {
        let code = self.code("REFUSED_FLOOR");
        self.line(&format!("if (!({value} > {})) return {code};", float(floor)));
    }

    /// A divisor: above its floor, and not an overflow.
    fn divisor(&mut self, value: &str, floor: f32) {
        let code = self.code("REFUSED_FLOOR");
        let floor = float(floor);
        self.line(&format!("if (!({value} > {floor} && {value} < INFINITY)) return {code};"));
    }

    /// The row in a buffer that may be changed.
    fn editable(&mut self) -> String {
        if self.view {
            let (row, n) = (self.row.clone(), self.n);
            self.line(&format!("copy(a, {row}, {n}u);"));
            self.row = "a".to_owned();
            self.view = false;
        }
        self.row.clone()
    }

    /// Buffer for a new row; it is the row afterwards.
    fn next_buffer(&mut self) -> (String, String) {
        let old = self.row.clone();
        let new = if !self.view && old == "a" { "b" } else { "a" };
        self.row = new.to_owned();
        self.view = false;
        (old, new.to_owned())
    }

    fn op(&mut self, op: &NodeOp) {
        self.ops += 1;
        if !matches!(op, NodeOp::Gather(_) | NodeOp::GatherRange { .. }) {
            self.check();
        }
        match op {
            NodeOp::Gather(index) => {
                let table = self.numbers("index", index);
                let (old, new) = self.next_buffer();
                self.line(&format!("gather({new}, {old}, {table}, {}u);", index.len()));
                self.n = index.len();
            }
            NodeOp::GatherRange { first, count } => self.range(*first, *count),
            NodeOp::Banded(b) => self.banded(b),
            NodeOp::RowCentre => {
                let row = self.editable();
                let n = self.n;
                self.line(&format!("centre({row}, {n}u);"));
            }
            NodeOp::RowScale { norm, ddof, floor, centred, deferred } => {
                self.scale(*norm, *ddof, *floor, *centred, *deferred);
            }
            NodeOp::RegressBasis { divide, floor, basis, totals, inverse, .. } => {
                self.basis(*divide, *floor, basis, totals, inverse);
            }
            NodeOp::Log10 { columns, floor } => {
                let row = self.editable();
                for j in columns {
                    self.floor(&format!("{row}[{j}]"), *floor);
                    self.line(&format!("{row}[{j}] = logarithm({row}[{j}]);"));
                }
            }
            NodeOp::Ratio { column, by, c0, c1, floor } => {
                let row = self.editable();
                self.line("{");
                self.line(&format!(
                    "    float divisor = {} + {} * {row}[{by}];",
                    float(*c0),
                    float(*c1)
                ));
                self.divisor("divisor", *floor);
                self.line(&format!("    {row}[{column}] /= divisor;"));
                self.line("}");
            }
            NodeOp::Harmonic { column, order, period, low } => {
                self.harmonic(*column, *order, *period, *low)
            }
            NodeOp::Product { left, right } => {
                let (row, n) = (self.editable(), self.n);
                self.line(&format!("{row}[{n}] = {row}[{left}] * {row}[{right}];"));
                self.n += 1;
            }
            NodeOp::Clamp { column, low, high } => {
                let row = self.editable();
                for (sign, v) in [('<', *low), ('>', *high)] {
                    self.line(&format!(
                        "if ({row}[{column}] {sign} {v}) {row}[{column}] = {v};",
                        v = any_float(v)
                    ));
                }
            }
        }
    }

    fn range(&mut self, first: usize, count: usize) {
        self.n = count;
        if self.view {
            self.row = if first == 0 { "x".to_owned() } else { format!("(x + {first}u)") };
        } else {
            let (old, new) = self.next_buffer();
            self.line(&format!("copy({new}, {old} + {first}u, {count}u);"));
        }
    }

    fn banded(&mut self, b: &Banded) {
        let (old, new) = self.next_buffer();
        let (before, after) = (b.inner_start, b.n_out - b.inner_start - b.inner_count);
        if !b.edges.is_empty() {
            let place: Vec<usize> = b.edges.iter().flat_map(|e| [e.first, e.width()]).collect();
            let numbers: Vec<f32> = b
                .edges
                .iter()
                .flat_map(|e| std::iter::once(e.total).chain(e.taps.clone()))
                .collect();
            let place = self.numbers("place", &place);
            let numbers = self.floats("edges", &numbers);
            match (before, after) {
                (_, 0) => self.line(&format!(
                    "(void)filter_edges({new}, {old}, {before}u, {place}, {numbers});"
                )),
                (0, _) => {
                    let at = b.inner_count;
                    self.line(&format!(
                        "(void)filter_edges({new} + {at}u, {old}, {after}u, {place}, {numbers});"
                    ));
                }
                _ => {
                    let at = b.inner_start + b.inner_count;
                    self.line("{");
                    self.line(&format!("    const float *rest = filter_edges({new}, {old}, {before}u, {place}, {numbers});"));
                    self.line(&format!(
                        "    (void)filter_edges({new} + {at}u, {old}, {after}u, {place} + {}u, rest);",
                        2 * before
                    ));
                    self.line("}");
                }
            }
        }
        if b.inner_count > 0 {
            let taps = if b.inner.taps.is_empty() {
                "0".to_owned()
            } else {
                self.floats("taps", &b.inner.taps)
            };
            self.line(&format!(
                "filter_inner({new} + {}u, {old} + {}u, {}u, {}u, {}, {taps});",
                b.inner_start,
                b.inner.first,
                b.inner_count,
                b.inner.width(),
                float(b.inner.total)
            ));
        }
        if let Some(bias) = &b.bias {
            let table = self.floats("bias", bias);
            self.line(&format!("add({new}, {table}, {}u);", b.n_out));
        }
        self.n = b.n_out;
    }

    fn scale(
        &mut self,
        norm: adit_node::Norm,
        ddof: u32,
        floor: f32,
        centred: bool,
        deferred: bool,
    ) {
        use adit_node::Norm;
        // Not deferred: the row is divided, so it must be in a buffer first.
        let row = if deferred { self.row.clone() } else { self.editable() };
        let n = self.n;
        let freedom = float((n - ddof as usize) as f32);
        let value = match norm {
            Norm::Sd if centred => format!("length({row}, {n}u, {freedom})"),
            Norm::Sd => format!("deviation({row}, {n}u, {freedom})"),
            Norm::L1 => format!("absolute_sum({row}, {n}u)"),
            Norm::L2 => format!("length({row}, {n}u, 1.0f)"),
            Norm::Max => format!("largest({row}, {n}u)"),
            Norm::Area => format!("sum({row}, {n}u)"),
        };
        if deferred {
            self.line(&format!("norm = {value};"));
            self.divisor("norm", floor);
        } else {
            self.line("{");
            self.line(&format!("    float by = {value};"));
            self.divisor("by", floor);
            self.line(&format!("    divide({row}, {n}u, by);"));
            self.line("}");
        }
    }

    fn basis(&mut self, divide: usize, floor: f32, basis: &[f32], totals: &[f32], inverse: &[f32]) {
        let row = self.editable();
        let n = self.n;
        let inverse = self.floats("inverse", inverse);
        let kept: Vec<usize> = (0..totals.len()).filter(|j| *j != divide).collect();
        self.line("{");
        self.line(&format!("    float c[{}], first = {row}[0];", totals.len()));
        for (j, total) in totals.iter().enumerate() {
            let at = j * n;
            self.line(&format!(
                "    c[{j}] = {} * first + dot_shifted({inverse} + {at}u, {row}, {n}u, first);",
                float(*total)
            ));
        }
        self.divisor(&format!("c[{divide}]"), floor);
        for j in kept {
            let name = format!("basis{j}_");
            let table = self.floats(&name, &basis[j * n..(j + 1) * n]);
            self.line(&format!("    subtract({row}, {table}, {n}u, c[{j}]);"));
        }
        self.line(&format!("    divide({row}, {n}u, c[{divide}]);"));
        self.line("}");
    }

    fn harmonic(&mut self, column: usize, order: u32, period: f32, low: f32) {
        let (row, n) = (self.editable(), self.n);
        let [period, low, order] = [period, low, order as f32].map(float);
        self.line(&format!(
            "sine_cosine(turns({row}[{column}], {period}, {low}, {order}), {row} + {n}u);"
        ));
        self.n += 2;
    }

    fn output(&mut self, k: usize, output: &Output, deferred: bool) {
        let weights = self.floats(&format!("weights{k}_"), &output.weights);
        let (row, n) = (self.row.clone(), self.n);
        let divisor = if deferred { " / norm" } else { "" };
        self.line(&format!(
            "y[{k}] = {} + dot({weights}, {row}, {n}u){divisor};",
            float(output.bias)
        ));
        if output.pow10 {
            self.line(&format!("y[{k}] = powf(10.0f, y[{k}]);"));
        }
        if let Some(low) = output.low {
            self.line(&format!("if (y[{k}] < {l}) y[{k}] = {l};", l = float(low)));
        }
    }
}
