//! Which way a cross-validation or a fit goes: counting operations.

/// The ways of a cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// All folds as columns of products with X: [`crate::fast_cv`].
    Batched,
    /// On XX': [`crate::cv_gram`].
    Gram,
    /// On X'X: [`crate::cv_cross_product`].
    CrossProduct,
}

/// What the choice of a cross-validation's route rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Rows n of X.
    pub(crate) rows: usize,
    /// Columns p of X.
    pub(crate) cols: usize,
    /// Columns m of Y.
    pub(crate) targets: usize,
    /// Models: a fold's, for one target or for all.
    pub(crate) models: usize,
    /// Rows left out by each model, added up.
    pub(crate) left_out: usize,
    /// Most components.
    pub(crate) components: usize,
    /// Whether columns are divided by their fold's standard deviations.
    pub(crate) scale: bool,
}

/// Operations below which nothing is gained by squaring: a few milliseconds at most.
const CHEAP: f64 = 5e7;
/// How many operations of a product with itself take the time of one with a few vectors, which waits for memory.
const SKINNY: f64 = 1.5;
/// Share of the exact way's operations that another must stay below to be worth its rounding.
const WORTH: f64 = 0.7;

/// The route of a cross-validation. Without scaling X X' is the same for every fold but for the means; with it, it is not.
pub(crate) fn choose(size: &Size) -> Route {
    let [n, p, m, models, out, a] =
        [size.rows, size.cols, size.targets, size.models, size.left_out, size.components]
            .map(|v| v as f64);
    let batched = SKINNY * 4.0 * n * p * models * a;
    if batched < CHEAP {
        return Route::Batched;
    }
    let gram = n * n * p + SKINNY * (2.0 * n * m * (n + out) + 2.0 * n * n * models * a);
    let cross =
        n * p * p + SKINNY * (2.0 * n * p * m + 2.0 * p * p * models * a + 4.0 * p * a * out);
    if !size.scale && gram < WORTH * batched && gram <= cross {
        Route::Gram
    } else if cross < WORTH * batched {
        Route::CrossProduct
    } else {
        Route::Batched
    }
}

/// The ways of one fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FitRoute {
    /// On X: [`crate::kernel`].
    Kernel,
    /// On X'X: [`crate::kernel_2`].
    CrossProduct,
    /// On XX': [`crate::wide`].
    Gram,
}

/// The same for a single vector.
const VECTOR: f64 = 3.0;

/// The route of one fit of `rows` x `cols` values and so many components.
pub(crate) fn choose_fit(rows: usize, cols: usize, components: usize) -> FitRoute {
    let [n, p, a] = [rows, cols, components].map(|v| v as f64);
    let kernel = VECTOR * 4.0 * n * p * a;
    if kernel < CHEAP {
        return FitRoute::Kernel;
    }
    let cross = n * p * p + VECTOR * 2.0 * p * p * a;
    let gram = n * n * p + VECTOR * 2.0 * n * n * a + 2.0 * n * p * a;
    if cross.min(gram) >= WORTH * kernel {
        FitRoute::Kernel
    } else if cross < gram {
        FitRoute::CrossProduct
    } else {
        FitRoute::Gram
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(rows: usize, cols: usize, folds: usize, components: usize, scale: bool) -> Route {
        choose(&Size { rows, cols, targets: 4, models: folds, left_out: rows, components, scale })
    }

    #[test]
    fn the_gram_matrix_serves_wide_data_without_scaling() {
        for (rows, cols, folds, a) in
            [(100, 288, 100, 10), (500, 2048, 10, 20), (500, 2048, 500, 20)]
        {
            assert_eq!(route(rows, cols, folds, a, false), Route::Gram);
            assert_ne!(route(rows, cols, folds, a, true), Route::Gram);
        }
        // Too small to care.
        assert_eq!(route(30, 300, 30, 5, false), Route::Batched);
    }

    #[test]
    fn the_cross_product_serves_tall_data_with_many_folds() {
        assert_eq!(route(2000, 100, 2000, 20, true), Route::CrossProduct);
        assert_eq!(route(2000, 100, 2000, 20, false), Route::CrossProduct);
        assert_eq!(route(5000, 2048, 10, 20, false), Route::Batched);
        assert_eq!(route(5000, 2048, 5000, 20, false), Route::CrossProduct);
    }

    #[test]
    fn fits_square_only_what_is_far_from_square() {
        assert_eq!(choose_fit(500, 2048, 20), FitRoute::Kernel);
        assert_eq!(choose_fit(5000, 2048, 20), FitRoute::Kernel);
        assert_eq!(choose_fit(50, 20_000, 15), FitRoute::Gram);
        assert_eq!(choose_fit(100_000, 60, 20), FitRoute::CrossProduct);
        assert_eq!(choose_fit(60, 60, 10), FitRoute::Kernel);
    }
}
