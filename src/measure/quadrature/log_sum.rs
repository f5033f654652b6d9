//! Sums of exponentials that come in portions, without overflow.

/// Terms so many nats below the largest are left out: a million of them add 10⁻⁷ to the sum.
const NEGLIGIBLE: f32 = 30.0;

/// log Σ exp(terms), as the terms come in.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogSum {
    largest: f32,
    /// Σ exp(term − largest).
    sum: f64,
}

impl LogSum {
    pub(super) const EMPTY: Self = Self { largest: f32::NEG_INFINITY, sum: 0.0 };

    /// Takes more terms.
    pub(super) fn add(&mut self, terms: &[f32]) {
        let largest = largest(terms);
        if largest > self.largest {
            self.sum *= f64::from(self.largest - largest).exp();
            self.largest = largest;
        }
        let floor = self.largest - NEGLIGIBLE;
        if largest > floor {
            let counting = terms.iter().filter(|&&term| term > floor);
            self.sum += counting.map(|term| f64::from(term - self.largest).exp()).sum::<f64>();
        }
    }

    /// The sum's logarithm.
    pub(super) fn log(self) -> f64 {
        f64::from(self.largest) + self.sum.ln()
    }
}

/// An image's sum over the points of a grid, and how much of it lies on the grid's outermost ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridSum {
    pub(super) all: LogSum,
    edge: LogSum,
}

impl GridSum {
    pub(super) const EMPTY: Self = Self { all: LogSum::EMPTY, edge: LogSum::EMPTY };

    /// Takes the terms of more points, the first `edge` of which lie on the ring.
    pub(super) fn add(&mut self, terms: &[f32], edge: usize) {
        self.all.add(terms);
        self.edge.add(&terms[..edge]);
    }

    /// By how many nats the sum would grow if the integrand kept its size on the ring, which is `spacing` wide, for
    /// one standard deviation of the prior beyond it.
    pub(super) fn beyond(self, spacing: f64) -> f64 {
        ((self.edge.log() - self.all.log()).exp() / spacing).ln_1p()
    }
}

/// The maximum, in lanes that become vectors; most rows need nothing else.
fn largest(terms: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (rows, rest) = terms.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for row in rows {
        lanes.iter_mut().zip(row).for_each(|(lane, &term)| *lane = larger(*lane, term));
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, larger)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(terms: &[f32]) -> LogSum {
        let mut sum = LogSum::EMPTY;
        sum.add(terms);
        sum
    }

    #[test]
    fn portions_in_any_order_give_the_same_sum() {
        let terms: Vec<f32> = (0..100).map(|i| -1000.0 + ((i * 37) % 100) as f32 * 0.9).collect();
        let direct = |terms: &[f32]| {
            let sum: f64 = terms.iter().map(|&t| f64::from(t + 950.0).exp()).sum();
            sum.ln() - 950.0
        };
        let mut backwards = LogSum::EMPTY;
        terms.chunks(7).rev().for_each(|portion| backwards.add(portion));
        for found in [sum_of(&terms).log(), backwards.log()] {
            assert!((found - direct(&terms)).abs() < 1e-6, "{found}");
        }
    }

    #[test]
    fn two_equal_terms_are_ln_2_above_one() {
        assert!((sum_of(&[-500.0, -500.0]).log() - (-500.0 + std::f64::consts::LN_2)).abs() < 1e-12);
        assert_eq!(sum_of(&[3.0, -40.0]).log(), 3.0);
        assert_eq!(LogSum::EMPTY.log(), f64::NEG_INFINITY);
        assert!(!sum_of(&[f32::INFINITY]).log().is_finite());
    }

    #[test]
    fn what_lies_on_the_ring_is_carried_on() {
        let mut sum = GridSum::EMPTY;
        sum.add(&[0.0, 0.0, 0.0], 0);
        assert_eq!(sum.beyond(0.1), 0.0);
        sum.add(&[0.0], 1);
        assert!((sum.beyond(0.1) - 3.5_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn the_largest_is_found_in_every_place() {
        for len in [1, 15, 16, 17, 40] {
            for place in 0..len {
                let mut terms = vec![-3.0; len];
                terms[place] = -1.0;
                assert_eq!(largest(&terms), -1.0);
            }
        }
    }
}
