//! Every op against the f64 oracle.

use crate::executor;
use crate::oracle::cases::{Extent, check_op};

fn check(op: &str) {
    let failures = pollster::block_on(check_op(op, executor, Extent::Full));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

macro_rules! ops {
    ($($op:ident),+ $(,)?) => {
        $(
            #[test]
            fn $op() {
                check(stringify!($op));
            }
        )+

        #[test]
        fn every_op_is_here() {
            assert_eq!([$(stringify!($op)),+], crate::oracle::cases::OPS);
        }
    };
}

ops!(
    gather,
    linear,
    activate,
    reparam,
    linear_loss,
    linear_grad_input,
    reparam_grad,
    linear_grad_weight,
    grad_norm,
    sgd,
    rmsprop,
    adam,
    metrics,
);
