//! Whole pieces of a result shared out over threads. wasm has one thread per worker, so there everything
//! runs in order on the caller's.

/// Something that falls into pieces which can be computed independently.
pub(crate) trait Pieces: Send + Sized {
    /// Number of pieces.
    fn count(&self) -> usize;
    /// The first `at` pieces, and the rest.
    fn split(self, at: usize) -> (Self, Self);
}

/// A slice in pieces of `size` values; the last may be shorter.
#[derive(Debug)]
pub(crate) struct Chunks<'a, T> {
    data: &'a mut [T],
    size: usize,
}

impl<'a, T> Chunks<'a, T> {
    pub(crate) fn new(data: &'a mut [T], size: usize) -> Self {
        Self { data, size }
    }

    /// The values of what is, when a body gets it, one piece.
    pub(crate) fn values(self) -> &'a mut [T] {
        self.data
    }
}

impl<T: Send> Pieces for Chunks<'_, T> {
    fn count(&self) -> usize {
        if self.size == 0 { 0 } else { self.data.len().div_ceil(self.size) }
    }

    fn split(self, at: usize) -> (Self, Self) {
        let (size, middle) = (self.size, (at * self.size).min(self.data.len()));
        let (left, right) = self.data.split_at_mut(middle);
        (Self { data: left, size }, Self { data: right, size })
    }
}

/// Two results in step; the first one says how many pieces there are.
impl<A: Pieces, B: Pieces> Pieces for (A, B) {
    fn count(&self) -> usize {
        self.0.count()
    }

    fn split(self, at: usize) -> (Self, Self) {
        let ((a, c), (b, d)) = (self.0.split(at), self.1.split(at));
        ((a, b), (c, d))
    }
}

/// A fixed number of threads.
#[derive(Debug, Clone)]
pub(crate) struct Threads {
    /// `None` for one thread.
    #[cfg(not(target_arch = "wasm32"))]
    pool: Option<std::sync::Arc<rayon::ThreadPool>>,
}

/// Threads that are worth starting: a step's products are too small to feed more than a few.
pub(crate) fn available() -> usize {
    const MOST: usize = 8;
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
}

#[cfg(not(target_arch = "wasm32"))]
impl Threads {
    /// Runs `body` with the index of every piece and the piece itself, in any order.
    pub(crate) fn each<P: Pieces>(&self, pieces: P, body: impl Fn(usize, P) + Sync) {
        if pieces.count() > 0 {
            self.halve(0, pieces, &body);
        }
    }

    fn halve<P: Pieces>(&self, first: usize, pieces: P, body: &(impl Fn(usize, P) + Sync)) {
        let count = pieces.count();
        if count == 1 {
            return body(first, pieces);
        }
        let (left, right) = pieces.split(count / 2);
        self.join(|| self.halve(first, left, body), || self.halve(first + count / 2, right, body));
    }

    /// `count` threads, or one where the system refuses more.
    pub(crate) fn new(count: usize) -> Self {
        let pool = (count > 1)
            .then(|| rayon::ThreadPoolBuilder::new().num_threads(count).build().ok())
            .flatten()
            .map(std::sync::Arc::new);
        Self { pool }
    }

    pub(crate) fn count(&self) -> usize {
        self.pool.as_ref().map_or(1, |p| p.current_num_threads())
    }

    /// Which of the pool's threads this is, under [`Self::count`].
    pub(crate) fn index(&self) -> usize {
        self.pool.as_ref().and_then(|p| p.current_thread_index()).unwrap_or(0)
    }

    /// Runs `body` on a thread of the pool, where every [`Self::each`] inside it finds the others near.
    pub(crate) fn enter(&self, body: impl FnOnce() + Send) {
        match &self.pool {
            Some(pool) => pool.install(body),
            None => body(),
        }
    }

    fn join(&self, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
        if self.pool.is_some() {
            rayon::join(left, right);
        } else {
            left();
            right();
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl Threads {
    pub(crate) fn new(_count: usize) -> Self {
        Self {}
    }

    pub(crate) fn count(&self) -> usize {
        1
    }

    pub(crate) fn index(&self) -> usize {
        0
    }

    pub(crate) fn enter(&self, body: impl FnOnce()) {
        body();
    }

    /// One piece after the other: halving would put every body into the program several times.
    pub(crate) fn each<P: Pieces>(&self, mut pieces: P, body: impl Fn(usize, P)) {
        for piece in 0..pieces.count() {
            let (next, rest) = pieces.split(1);
            body(piece, next);
            pieces = rest;
        }
    }
}
