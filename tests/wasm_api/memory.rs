//! What a long run takes of the browser's memory, which never shrinks.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

/// Bytes that the module has asked for, in pages of 64 KiB.
fn memory() -> usize {
    core::arch::wasm32::memory_size(0) * 65_536
}

#[wasm_bindgen_test]
async fn a_hundred_thousand_steps_take_no_more_memory_than_a_hundred() {
    let mut engine = open(PLANE).await;
    engine.set_dataset(&dataset(&bars(40).0, None)).unwrap();
    engine.train_start(&js(r#"{ "batchSize": 4, "steps": 100000, "learningRate": 1e-4 }"#)).unwrap();
    let mut done = 0;
    let mut settled = None;
    while done < 100_000 {
        done += losses(&mut engine, 50.0).await.len();
        let images = unit(&bars(2).0);
        engine.reconstruct(images, false, 0.0, None).await.unwrap();
        if done >= 100 {
            assert_eq!(memory(), *settled.get_or_insert_with(memory), "after {done} steps");
        }
    }
}
