//! The oracle against values from elsewhere, and against itself.

mod oracle;

use oracle::cases::{Extent, OPS, Tolerance, cases, compare};
use oracle::math;
use vae_playground::spec::Activation;

#[test]
fn erf_matches_tabulated_values() {
    // Abramowitz and Stegun, table 7.1, and erf(4) from its asymptotic series.
    for (x, want) in [
        (0.0, 0.0),
        (0.02, 0.022_564_574_7),
        (0.5, 0.520_499_877_8),
        (1.0, 0.842_700_792_9),
        (2.0, 0.995_322_265_0),
        (4.0, 0.999_999_984_582_742_1),
    ] {
        assert!((math::erf(x) - want).abs() < 1e-10, "erf({x}) = {}", math::erf(x));
        assert!((math::erf(-x) + want).abs() < 1e-10);
    }
}

#[test]
fn derivatives_are_the_slopes_of_their_functions() {
    for kind in Activation::ALL {
        for x in [-9.0, -2.5, -0.3, 0.2, 1.7, 8.0] {
            let h = 1e-5;
            let slope = (math::activation(kind, x + h) - math::activation(kind, x - h)) / (2.0 * h);
            let saved = if kind.gradient_from_output() { math::activation(kind, x) } else { x };
            assert!((math::derivative(kind, saved) - slope).abs() < 1e-9, "{kind:?} at {x}");
        }
    }
}

#[test]
fn comparison_finds_wrong_missing_and_non_finite_values() {
    let want = [1.0, -2.0, 0.0];
    let scaled = Tolerance::Scaled { atol: 0.0, rtol: 1e-5 };
    assert_eq!(compare(&[1.0, -2.0, 0.0], &want, scaled), None);
    for wrong in [[1.001, -2.0, 0.0], [1.0, f32::NAN, 0.0], [1.0, -2.0, f32::INFINITY]] {
        assert!(compare(&wrong, &want, scaled).is_some(), "{wrong:?}");
    }
    assert!(compare(&[f32::NAN, 0.0, 0.0], &want, Tolerance::Total { rtol: 1e-5 }).is_some());
    assert_eq!(compare(&[-1.0, 0.0, 0.0], &want, Tolerance::Total { rtol: 1e-5 }), None);
}

#[test]
fn every_case_has_an_output_that_its_op_writes() {
    for op in OPS {
        for case in cases(op, Extent::Full) {
            let written: Vec<_> =
                case.plan.ops[0].bindings().into_iter().filter(|b| b.written).map(|b| b.view).collect();
            assert!(!case.outputs.is_empty());
            for output in &case.outputs {
                assert!(written.contains(&output.view), "{op}, {}: {}", case.label, output.name);
                assert!(output.len > 0 && output.len <= output.view.len as usize);
            }
            // Every view that is written is checked.
            for view in &written {
                assert!(case.outputs.iter().any(|o| o.view == *view), "{op}, {}: {view:?}", case.label);
            }
        }
    }
}
