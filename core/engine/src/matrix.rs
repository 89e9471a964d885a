//! A packed, row-major matrix of f64: one row per sample.

use crate::{Error, Result};

/// A packed, row-major matrix: one row per sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    data: Vec<f64>,
    rows: usize,
    cols: usize,
}

impl Matrix {
    /// A matrix over `data` of length `rows * cols`.
    ///
    /// # Errors
    /// When the length does not fit.
    pub fn new(data: Vec<f64>, rows: usize, cols: usize) -> Result<Self> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(Error::bug(format!("{} values are not {rows} x {cols}", data.len())));
        }
        Ok(Matrix { data, rows, cols })
    }
    /// All zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Matrix { data: vec![0.0; rows * cols], rows, cols }
    }
    /// One column.
    pub fn column(values: &[f64]) -> Self {
        Matrix { data: values.to_vec(), rows: values.len(), cols: 1 }
    }
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }
    /// All values, row after row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }
    /// All values, row after row.
    pub fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }
    /// All values, row after row, without a copy.
    pub fn into_data(self) -> Vec<f64> {
        self.data
    }
    /// Row `i`.
    ///
    /// # Panics
    /// When there is no row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.cols..(i + 1) * self.cols]
    }
    /// Row `i`.
    ///
    /// # Panics
    /// When there is no row `i`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.cols..(i + 1) * self.cols]
    }
    /// All rows in order.
    pub fn iter_rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        (0..self.rows).map(|i| self.row(i))
    }
    /// Column `j` as a vector.
    pub fn col(&self, j: usize) -> Vec<f64> {
        self.iter_rows().map(|r| r[j]).collect()
    }
    /// The rows with these numbers, in this order.
    pub fn select_rows(&self, rows: &[usize]) -> Matrix {
        let mut data = Vec::with_capacity(rows.len() * self.cols);
        rows.iter().for_each(|&i| data.extend_from_slice(self.row(i)));
        Matrix { data, rows: rows.len(), cols: self.cols }
    }
    /// The columns with these numbers, in this order; `None` becomes NaN.
    pub fn select_columns(&self, columns: &[Option<usize>]) -> Matrix {
        let mut data = Vec::with_capacity(self.rows * columns.len());
        for row in self.iter_rows() {
            data.extend(columns.iter().map(|c| c.map_or(f64::NAN, |c| row[c])));
        }
        Matrix { data, rows: self.rows, cols: columns.len() }
    }
}
