export const latent = {
  'latent.title': 'Latent space',
  'latent.slider': 'z{index}',
  'latent.row': 'Dimension {index}: mean {mu}, spread {sigma}, KL {kl} nats',
  'latent.toMean': 'z = μ',
  'latent.toMean.title': 'Put the code back on the mean',
  'latent.sample': 'z = μ + σ·ε',
  'latent.sample.title': 'Draw a code at random from what the encoder believes',
  'latent.sliders': 'Dimensions of the code, the most telling first',
  'latent.carries': 'z{index} carries {nats} nats of KL, on average over the test digits',
  'latent.traversal': 'What z{index} does',
};
