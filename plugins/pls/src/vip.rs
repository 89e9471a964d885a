//! Variable importance in projection: Wold, Johansson and Cocchi 1993, in 3D QSAR in Drug Design, ESCOM, 523-550; as Chong and Jun
//! 2005 write it, Chemometrics and Intelligent Laboratory Systems 78, 103-112, doi:10.1016/j.chemolab.2004.12.011.

use adit_plugin::Error;

use crate::decomposition::Decomposition;

impl Decomposition<'_> {
    /// Importance of each of the p columns in the model of the first `components`:
    ///
    /// ```text
    /// VIP_j = sqrt( p sum_a w_ja^2 q_a'q_a t_a't_a / sum_a q_a'q_a t_a't_a )
    /// ```
    ///
    /// with w_a the unit weight vector of component a. The mean of the squares is 1, hence the usual limit of 1.
    ///
    /// # Errors
    /// A count of 0, or more components than the model has.
    pub fn vip(&self, components: usize) -> Result<Vec<f64>, Error> {
        let a = self.count(components)?;
        let largest = self.model.y_loadings.amax(); // so that squares of tiny targets do not vanish
        let explained: Vec<f64> = (0..a)
            .map(|a| (self.model.y_loadings.column(a) / largest).norm_squared() * self.squares[a])
            .collect();
        let whole: f64 = explained.iter().sum();
        let p = self.model.columns();
        let mut vip = vec![0.0; p];
        for (w, explained) in self.model.weights.column_iter().zip(&explained) {
            vip.iter_mut().zip(&w).for_each(|(v, w)| *v += w * w * (explained / whole));
        }
        vip.iter_mut().for_each(|v| *v = (p as f64 * *v).sqrt());
        Ok(vip)
    }
}
