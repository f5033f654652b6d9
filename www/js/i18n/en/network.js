export const network = {
  'encoder.title': 'Encoder',
  'encoder.caption': 'turns pixels into a mean and a spread',

  'decoder.title': 'Decoder',
  'decoder.caption': 'turns a code back into pixels',

  'network.label': 'Layers of {sizes} numbers',

  'output.title': 'reconstruction',
  'output.label': 'What the decoder draws from the code',
  'output.caption': 'what the decoder draws',
};
