//! What goes on inside a model: what each of its hidden layers puts out.

use super::{Program, Session, Task, check_answer, check_images, check_z, port, step};
use crate::error::Result;
use crate::executor::{Executor, Phase};
use crate::op::View;

/// Values that all hidden layers make of one row, at least one.
fn width(program: &Program) -> u32 {
    program.ports.hidden.iter().map(|view| view.len / program.batch).sum::<u32>().max(1)
}

impl<E: Executor> Session<E> {
    /// What each hidden layer of the encoder makes of `images` (`n × pixels`), its activation applied: `n × width`
    /// values a layer, in the layers' order; a conditional model needs `labels`.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`](crate::Error::InvalidArgument) for more than one answer holds.
    pub async fn encoder_layers(&mut self, images: &[f32], labels: Option<&[u8]>) -> Result<Vec<Vec<f32>>> {
        let n = check_images(images, self.spec.pixels())?;
        let program = self.program(Task::Encode)?;
        check_answer("images", n as u64, width(&program))?;
        let input = port(program.ports.input);
        self.hidden_layers(&program, input, images, n, labels).await
    }

    /// What each hidden layer of the decoder makes of `z` (`n × latent`), as [`Self::encoder_layers`].
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub async fn decoder_layers(&mut self, z: &[f32], labels: Option<&[u8]>) -> Result<Vec<Vec<f32>>> {
        let n = check_z(z, self.spec.latent)?;
        let program = self.program(Task::Decode)?;
        check_answer("z", n as u64, width(&program))?;
        let input = port(program.ports.z);
        self.hidden_layers(&program, input, z, n, labels).await
    }

    async fn hidden_layers(
        &mut self,
        program: &Program,
        input: View,
        values: &[f32],
        n: usize,
        labels: Option<&[u8]>,
    ) -> Result<Vec<Vec<f32>>> {
        let one_hot = self.one_hot(n, labels)?;
        let mut layers = vec![Vec::new(); program.ports.hidden.len()];
        for (first, rows) in program.chunks(n) {
            self.write_rows(program, input, values, first, rows)?;
            self.write_labels(program, &one_hot, first, rows)?;
            self.executor.run(program.id, Phase::All, &[step(rows)])?;
            for (layer, view) in layers.iter_mut().zip(&program.ports.hidden) {
                let part = View { len: view.len / program.batch * rows, ..*view };
                layer.extend(self.executor.read(Some(program.id), part).await?);
            }
        }
        Ok(layers)
    }
}
