//! Products with a sparse factor have the bits of dense ones.

use super::*;
use crate::rng;

/// What two factors consist of.
struct Case {
    m: usize,
    n: usize,
    k: usize,
    side: Side,
    /// Of 256 values of the sparse factor, how many are not zero.
    kept: u32,
}

/// Values of both signs; of 256, about `kept` are not zero, and none of some whole rows and columns.
fn factor(seed: u32, rows: usize, columns: usize, kept: u32) -> Vec<f32> {
    let value = |i: usize| {
        let [word, other, ..] = rng::pcg4d([i as u32, seed, 0, 0]);
        let empty = kept < 256 && ((i / columns) % 7 > 4 || (i % columns) % 11 > 8);
        let value = (word >> 8) as f32 / 8_388_608.0 - 1.0;
        if empty || other % 256 >= kept { if word % 2 == 0 { 0.0 } else { -0.0 } } else { value }
    };
    (0..rows * columns).map(value).collect()
}

/// An operand in which neighbours in memory differ in either index.
fn operand(values: &[f32], along: Along, outer: usize, depth: usize) -> Operand<'_> {
    Operand { values, along, stride: if along == Along::Reduction { depth } else { outer } }
}

fn scratch(case: &Case) -> Scratch {
    let mut scratch = Scratch::default();
    scratch.product(case.m, case.n, case.k).unwrap();
    scratch
}

fn machines() -> impl Iterator<Item = (Isa, Threads)> {
    Isa::all().into_iter().flat_map(|isa| [1, 3].map(|threads| (isa, Threads::new(threads))))
}

/// What dense tiles compute, and what the sparse path does if it does not decline.
fn both(case: &Case, product: &Product<'_>, isa: Isa, threads: &Threads) -> (Vec<f32>, Option<Vec<f32>>) {
    let finish = |first: usize, c: &mut [f32], _: &mut [f32]| {
        for (row, c) in c.chunks_exact_mut(case.n).enumerate() {
            c[0] += (first + row) as f32;
        }
    };
    let mut scratch = scratch(case);
    let mut dense = vec![9.0; case.m * case.n];
    let output = Output { c: &mut dense, side: &mut [], side_width: 0 };
    with_kernel(isa, Job { isa, threads, product, scratch: &mut scratch, output, finish: &finish });
    let mut found = vec![7.0; case.m * case.n];
    let output = Output { c: &mut found, side: &mut [], side_width: 0 };
    let (scratch, mut done) = (&mut scratch, false);
    let job = sparse::Job {
        isa,
        threads,
        product,
        side: case.side,
        scratch,
        output,
        finish: &finish,
        done: &mut done,
    };
    with_walker(isa, job);
    (dense, done.then_some(found))
}

fn equal(case: &Case) {
    let Case { m, n, k, side, kept } = *case;
    let (of_a, of_b) = if side == Side::Left { (kept, 256) } else { (256, kept) };
    let (a, b) = (factor(1, m, k, of_a), factor(2, n, k, of_b));
    for (along_a, along_b) in [Along::Reduction, Along::Outer]
        .iter()
        .flat_map(|&a| [Along::Reduction, Along::Outer].map(|b| (a, b)))
    {
        let (a, b) = (operand(&a, along_a, m, k), operand(&b, along_b, n, k));
        let product = Product { m, n, k, a, b };
        for (isa, threads) in machines() {
            let (dense, found) = both(case, &product, isa, &threads);
            let found = found.expect("there is room for this density");
            let bits = |values: &[f32]| values.iter().map(|v| (v + 0.0).to_bits()).collect::<Vec<_>>();
            let name = isa.name();
            assert!(
                bits(&dense) == bits(&found),
                "{name} {m}×{n}×{k} {side:?} {along_a:?} {along_b:?} {kept}"
            );
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn sparse_products_have_the_bits_of_dense_ones() {
    // Every pass, part and remainder of every instruction set: a row of sums is 32, 64 or 128 values.
    for (m, n, k) in
        [(1, 1, 1), (5, 33, 17), (66, 47, 130), (128, 40, 200), (3, 300, 784), (131, 257, 67), (40, 9, 1030)]
    {
        for side in [Side::Left, Side::Right] {
            for kept in [0, 1, 40, 100] {
                equal(&Case { m, n, k, side, kept });
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_factor_without_room_for_its_lists_is_declined() {
    for side in [Side::Left, Side::Right] {
        let case = Case { m: 300, n: 300, k: 300, side, kept: 256 };
        let (a, b) = (factor(1, case.m, case.k, 256), factor(2, case.n, case.k, 256));
        let (a, b) = (operand(&a, Along::Reduction, 300, 300), operand(&b, Along::Outer, 300, 300));
        let product = Product { m: 300, n: 300, k: 300, a, b };
        for (isa, threads) in machines() {
            assert!(both(&case, &product, isa, &threads).1.is_none());
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn zero_times_what_is_not_finite_is_not_left_out() {
    for poison in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let (m, n, k) = (20, 300, 100);
        let (a, mut b) = (factor(1, m, k, 20), factor(2, n, k, 256));
        b[n * k - 1] = poison;
        let (a, b) = (operand(&a, Along::Reduction, m, k), operand(&b, Along::Reduction, n, k));
        let product = Product { m, n, k, a, b };
        let case = Case { m, n, k, side: Side::Left, kept: 20 };
        for (isa, threads) in machines() {
            assert_eq!(sparse::choose(isa, &product), Some(Side::Left));
            assert!(both(&case, &product, isa, &threads).1.is_none());
            let mut machine =
                Machine { isa, threads, scratch: scratch(&case), convolution: Default::default() };
            let mut c = vec![0.0; m * n];
            multiply(
                &mut machine,
                &product,
                Output { c: &mut c, side: &mut [], side_width: 0 },
                &|_, _, _| (),
            );
            for row in c.chunks_exact(n) {
                assert!(row[..n - 1].iter().all(|v| v.is_finite()) && !row[n - 1].is_finite());
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_sparser_factor_is_compressed_where_that_is_worth_it() {
    let choice = |m, n, k, of_a, of_b| {
        let (a, b) = (factor(1, m, k, of_a), factor(2, n, k, of_b));
        let (a, b) = (operand(&a, Along::Outer, m, k), operand(&b, Along::Reduction, n, k));
        sparse::choose(Isa::detect(), &Product { m, n, k, a, b })
    };
    assert_eq!(choice(128, 400, 784, 40, 256), Some(Side::Left));
    assert_eq!(choice(400, 784, 128, 256, 40), Some(Side::Right));
    assert_eq!(choice(400, 784, 128, 90, 40), Some(Side::Right));
    assert_eq!(choice(128, 400, 784, 256, 256), None);
    // Few columns, or few terms.
    assert_eq!(choice(128, 40, 400, 40, 256), None);
    assert_eq!(choice(128, 400, 8, 40, 256), None);
}
